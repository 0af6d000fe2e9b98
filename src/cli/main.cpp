// lar: the program. Finds the command's row and runs it.
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/output.h"

namespace lar::cli {
namespace {

constexpr Command kCommands[] = {
    {"run", "Run a model file: one prompt, a pipe, or a conversation", run_run},
    {"serve", "Start the server", run_serve},
    {"inspect", "Show what is in a model file and the memory it needs", run_inspect},
    {"tokenize", "Text on stdin to token ids", run_tokenize},
    {"detokenize", "Token ids on stdin to text", run_detokenize},
    {"logits", "Write the logits of given tokens to a .npy file", run_logits},
    {"perplexity", "Measure how well a model predicts a text", run_perplexity},
    {"bench", "Measure prompt and generation speed", run_bench},
    {"template", "Render chat templates", run_template},
    {"grammar", "Check a text against a JSON schema or a grammar", run_grammar},
    {"runner", "", run_runner_command},
};

void print_usage(std::FILE* out) {
  std::fputs("Usage: lar COMMAND [OPTIONS]\n\nCommands:\n", out);
  for (const Command& command : kCommands) {
    if (command.summary.empty()) continue;
    std::fprintf(out, "  %-12s %s\n", command.name.data(), command.summary.data());
  }
  std::fputs("\nRun 'lar COMMAND --help' for the options of a command.\n", out);
}

int run(const std::vector<std::string>& args) {
  if (args.empty() || args[0] == "help" || args[0] == "--help" || args[0] == "-h") {
    print_usage(args.empty() ? stderr : stdout);
    return args.empty() ? 1 : 0;
  }
  if (args[0] == "--version" || args[0] == "-v") {
    std::puts("lar version " LAR_VERSION);
    return 0;
  }
  for (const Command& command : kCommands) {
    if (command.name != args[0]) continue;
    const auto environment = read_environment();
    return environment ? command.run(args, *environment) : print_error(environment.error());
  }
  return print_error("unknown command '" + args[0] + "' (see lar --help)");
}

}  // namespace
}  // namespace lar::cli

int main(int argc, char** argv) {
  // A reader that went away is an error of the write, not a reason to die silently.
  std::signal(SIGPIPE, SIG_IGN);
  return lar::cli::run(std::vector<std::string>(argv + 1, argv + argc));
}
