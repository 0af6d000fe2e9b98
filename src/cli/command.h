// A command of the program: one row in main.cpp, one file a command.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/environment.h"

namespace lar::cli {

struct Command {
  std::string_view name;
  std::string_view summary;  // empty: not for people, not listed
  // argv without the program's name; [0] is the command's. Returns the exit code.
  int (*run)(const std::vector<std::string>& args, const Environment& environment);
};

int run_bench(const std::vector<std::string>& args, const Environment& environment);
int run_detokenize(const std::vector<std::string>& args, const Environment& environment);
int run_grammar(const std::vector<std::string>& args, const Environment& environment);
int run_inspect(const std::vector<std::string>& args, const Environment& environment);
int run_logits(const std::vector<std::string>& args, const Environment& environment);
int run_perplexity(const std::vector<std::string>& args, const Environment& environment);
int run_run(const std::vector<std::string>& args, const Environment& environment);
int run_runner_command(const std::vector<std::string>& args, const Environment& environment);
int run_serve(const std::vector<std::string>& args, const Environment& environment);
int run_template(const std::vector<std::string>& args, const Environment& environment);
int run_tokenize(const std::vector<std::string>& args, const Environment& environment);

}  // namespace lar::cli
