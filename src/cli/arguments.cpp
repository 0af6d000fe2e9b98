#include "cli/arguments.h"

#include <algorithm>
#include <cstdio>

#include "cli/output.h"

namespace lar::cli {

std::optional<int> parse(CLI::App& app, const std::vector<std::string>& args) {
  app.name("lar " + args[0]);
  // CLI11 wants the arguments last first.
  std::vector<std::string> reversed(args.begin() + 1, args.end());
  std::ranges::reverse(reversed);
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    const std::string help = app.help();
    std::fwrite(help.data(), 1, help.size(), stdout);
    return 0;
  } catch (const CLI::ParseError& error) {
    return print_error(std::string(error.what()) + " (see lar " + args[0] + " --help)");
  }
  return std::nullopt;
}

}  // namespace lar::cli
