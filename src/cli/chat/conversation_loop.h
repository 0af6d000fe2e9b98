// The conversation at a terminal with a model of the server.
#pragma once

#include "cli/chat/session.h"

namespace lar::cli {

// Reads lines until /bye or Ctrl-D. Returns the exit code. Errors: those that end the conversation.
Result<int> run_conversation(ChatSession& session, const Environment& environment);

}  // namespace lar::cli
