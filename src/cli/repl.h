// The conversation at a terminal: a prompt, slash commands, answers as they come.
#pragma once

#include "cli/conversation.h"
#include "cli/environment.h"
#include "runtime/text_engine.h"

namespace lar::cli {

struct ReplOptions {
  bool raw = false;
  bool verbose = false;
  runtime::Options options;
  runtime::Constraint constraint;
};

// Returns the exit code.
int run_repl(runtime::Model& model, ReplOptions options, const Environment& environment);

}  // namespace lar::cli
