// The commands of the program: one row in commands.cpp, one file a command.
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
  std::string_view alias;    // another name, or empty
  std::string_view summary;  // empty: not for people, not listed
  // argv without the program's name; [0] is the command's. Returns the exit code.
  int (*run)(const std::vector<std::string>& args, const Environment& environment);
};

// In the order in which they are listed.
std::span<const Command> commands();

int run_bench(const std::vector<std::string>& args, const Environment& environment);
int run_completion(const std::vector<std::string>& args, const Environment& environment);
int run_cp(const std::vector<std::string>& args, const Environment& environment);
int run_create(const std::vector<std::string>& args, const Environment& environment);
int run_detokenize(const std::vector<std::string>& args, const Environment& environment);
int run_du(const std::vector<std::string>& args, const Environment& environment);
int run_gc(const std::vector<std::string>& args, const Environment& environment);
int run_grammar(const std::vector<std::string>& args, const Environment& environment);
int run_inspect(const std::vector<std::string>& args, const Environment& environment);
int run_list(const std::vector<std::string>& args, const Environment& environment);
int run_logits(const std::vector<std::string>& args, const Environment& environment);
int run_perplexity(const std::vector<std::string>& args, const Environment& environment);
int run_ps(const std::vector<std::string>& args, const Environment& environment);
int run_pull(const std::vector<std::string>& args, const Environment& environment);
int run_push(const std::vector<std::string>& args, const Environment& environment);
int run_rm(const std::vector<std::string>& args, const Environment& environment);
int run_run(const std::vector<std::string>& args, const Environment& environment);
int run_runner_command(const std::vector<std::string>& args, const Environment& environment);
int run_serve(const std::vector<std::string>& args, const Environment& environment);
int run_show(const std::vector<std::string>& args, const Environment& environment);
int run_stop(const std::vector<std::string>& args, const Environment& environment);
int run_template(const std::vector<std::string>& args, const Environment& environment);
int run_tokenize(const std::vector<std::string>& args, const Environment& environment);
int run_verify(const std::vector<std::string>& args, const Environment& environment);
int run_version(const std::vector<std::string>& args, const Environment& environment);

}  // namespace lar::cli
