// One answer on the screen: runs the model until it ends or Ctrl-C, writes the text as it comes.
#pragma once

#include <chrono>
#include <string>

#include "base/result.h"
#include "cli/chat/answer_printer.h"
#include "runtime/inference.h"
#include "runtime/service.h"

namespace lar::cli {

struct Answer {
  std::string text;
  std::string thoughts;
  runtime::GenerateDone done;
  std::chrono::nanoseconds total{0};
};

// What was not as asked for is said on stderr. Errors: the request's; a failure while generating; a
// closed stdout. An interrupted answer is no error: its reason is kCancelled.
Result<Answer> generate(runtime::Service& service,
                        runtime::GenerateRequest request,
                        const AnswerStyle& style);

// Ollama's statistics lines, on stderr.
void print_statistics(const Answer& answer, std::chrono::nanoseconds load);

}  // namespace lar::cli
