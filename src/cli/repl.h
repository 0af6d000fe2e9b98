// The conversation with a model file at a terminal: a prompt, slash commands, answers as they come.
#pragma once

#include "cli/environment.h"
#include "runtime/inference.h"
#include "runtime/service.h"

namespace lar::cli {

struct ReplOptions {
  // What every message is asked with: options, constraint, think; kRaw without a conversation.
  runtime::GenerateRequest request;
  bool verbose = false;
  bool hide_thinking = false;
};

// Returns the exit code.
int run_repl(runtime::Service& service, ReplOptions options, const Environment& environment);

}  // namespace lar::cli
