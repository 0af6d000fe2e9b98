// The commands of a conversation: lines that begin with a slash.
#pragma once

#include <string>

#include "cli/chat/session.h"
#include "cli/terminal/line_editor.h"

namespace lar::cli {

enum class SlashResult : uint8_t {
  kDone,
  kNotACommand,  // a message that begins with a slash
  kLeave,        // /bye
  kSystemBlock,  // """ begins a system message of several lines: the rest is still to be typed
};

// Whether `line` is a command is decided by its beginning. Everything is printed here.
SlashResult run_slash_command(const std::string& line, ChatSession& session, LineEditor& editor);

}  // namespace lar::cli
