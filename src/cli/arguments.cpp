#include "cli/arguments.h"

#include <algorithm>
#include <cstdio>

#include "cli/output.h"
#include "cli/program/variables.h"

namespace lar::cli {

std::optional<int> parse(CLI::App& app, const std::vector<std::string>& args) {
  app.name("lar " + args[0]);
  app.footer(variables_help(args[0]));
  // CLI11 wants the arguments last first.
  std::vector<std::string> reversed(args.begin() + 1, args.end());
  std::ranges::reverse(reversed);
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    const std::string help = app.help();
    std::fwrite(help.data(), 1, help.size(), stdout);
    return 0;
  } catch (const CLI::ExtrasError& error) {
    // What is left over: a flag that no command has, or a word too many.
    for (const std::string& word : app.remaining()) {
      if (word.starts_with("--")) return print_error("unknown flag: " + word);
      if (word.starts_with('-')) {
        return print_error("unknown shorthand flag: '" + word.substr(1, 1) + "' in " + word);
      }
    }
    return print_error(std::string(error.what()) + " (see lar " + args[0] + " --help)");
  } catch (const CLI::ParseError& error) {
    return print_error(std::string(error.what()) + " (see lar " + args[0] + " --help)");
  }
  return std::nullopt;
}

std::string too_few(size_t wanted_min, size_t got) {
  return "requires at least " + std::to_string(wanted_min) + " arg(s), only received " +
         std::to_string(got);
}

std::string too_many(size_t wanted_max, size_t got) {
  return "accepts at most " + std::to_string(wanted_max) + " arg(s), received " +
         std::to_string(got);
}

std::string not_exactly(size_t wanted, size_t got) {
  return "accepts " + std::to_string(wanted) + " arg(s), received " + std::to_string(got);
}

std::vector<std::string> with_flag_values(std::vector<std::string> args,
                                          const std::vector<std::string>& flags) {
  for (std::string& arg : args) {
    if (arg == "--") break;
    if (std::ranges::find(flags, arg) != flags.end()) arg += "=true";
  }
  return args;
}

}  // namespace lar::cli
