// Prompt formats that many models share, each with a name, a Go template and the texts that end an
// answer: what Ollama gives a model file when it is created without a TEMPLATE. A format is found
// by what the file's own template makes of a small conversation, not by how that template is
// written.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chat/chat_template.h"

namespace lar::chat {

struct KnownFormat {
  std::string_view name;  // Ollama's
  // The pieces of a prompt. A turn is its opening, the text and its end.
  std::string_view start;
  std::string_view system_open;
  std::string_view system_end;
  std::string_view user_open;
  std::string_view user_end;
  std::string_view answer_open;
  std::string_view answer_end;
  std::string_view generation;  // where the answer is to begin
  // The system's text stands inside the next turn of the user, after this; "-": it has a turn of
  // its own.
  std::string_view folded_after = "-";
  std::vector<std::string_view> stop = {};

  bool folds_system() const { return folded_after != "-"; }
  std::string go_template() const;
};

std::span<const KnownFormat> known_formats();

// The format that a template writes; null where it writes another one. Tools and thoughts are not
// looked at: a template that has them says more than the format.
const KnownFormat* detect_known_format(const ChatTemplate& chat_template);

}  // namespace lar::chat
