// lar: the program. Finds the command's row and runs it.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/output.h"

namespace lar::cli {
namespace {

void print_usage(std::FILE* out, const std::string& program) {
  fmt::print(out, "Usage:\n  {0} [flags]\n  {0} [command]\n\nAvailable Commands:\n", program);
  for (const Command& command : commands()) {
    if (!command.summary.empty()) fmt::print(out, "  {:<12} {}\n", command.name, command.summary);
  }
  fmt::print(out, "  {:<12} {}\n", "help", "Help about any command");
  fmt::print(out,
             "\nFlags:\n  -h, --help      help for {0}\n  -v, --version   Show version "
             "information\n\nUse \"{0} [command] --help\" for more information about a "
             "command.\n",
             program);
}

const Command* find(const std::string& name) {
  for (const Command& command : commands()) {
    if (command.name == name || (!command.alias.empty() && command.alias == name)) return &command;
  }
  return nullptr;
}

int run(const std::string& program, std::vector<std::string> args) {
  if (args.empty() || args[0] == "--help" || args[0] == "-h" ||
      (args[0] == "help" && args.size() == 1)) {
    print_usage(stdout, program);
    return 0;
  }
  if (args[0] == "help") args = {args[1], "--help"};
  if (args[0] == "--version" || args[0] == "-v") args[0] = "version";
  const Command* command = find(args[0]);
  if (command == nullptr) {
    return print_error(fmt::format("unknown command \"{}\" for \"{}\"", args[0], program));
  }
  args[0] = command->name;
  auto environment = read_environment();
  if (!environment) return print_error(environment.error());
  environment->program = program;
  return command->run(args, *environment);
}

// Who calls the program "ollama" gets Ollama's words.
std::string program_name(const char* path) {
  return std::filesystem::path(path).filename() == "ollama" ? "ollama" : "lar";
}

}  // namespace
}  // namespace lar::cli

int main(int argc, char** argv) {
  // A reader that went away is an error of the write, not a reason to die silently.
  std::signal(SIGPIPE, SIG_IGN);
  return lar::cli::run(lar::cli::program_name(argc > 0 ? argv[0] : ""),
                       std::vector<std::string>(argv + std::min(argc, 1), argv + argc));
}
