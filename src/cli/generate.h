// One answer on the screen: runs the model until it ends or Ctrl-C, writes the text as it comes.
#pragma once

#include <chrono>
#include <string>

#include "base/result.h"
#include "cli/environment.h"
#include "runtime/inference.h"
#include "runtime/text_engine.h"

namespace lar::cli {

struct Answer {
  std::string text;
  runtime::TextDone done;
  std::chrono::nanoseconds total{0};
};

// Errors: the request's; a failure while generating; a closed stdout. An interrupted answer is no
// error: its reason is kCancelled.
Result<Answer> generate(runtime::TextEngine& engine, runtime::TextRequest request);

// Gives `request`, whose prompt is set, the mask of a constraint (none for kNone). A model that
// thinks between <think> tags does so freely first. Errors: those of Constrainer::mask.
Result<void> constrain_answer(runtime::Model& model,
                              const runtime::Constraint& constraint,
                              runtime::TextRequest& request);

// Ollama's statistics lines, on stderr.
void print_statistics(const Answer& answer, std::chrono::nanoseconds load);

}  // namespace lar::cli
