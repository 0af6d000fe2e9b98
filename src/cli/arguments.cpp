#include "cli/arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "cli/output.h"
#include "cli/program/variables.h"

namespace lar::cli {

Option Option::required() const {
  option_->required();
  return *this;
}

Option Option::range(int min, int max) const {
  option_->check(CLI::Range(min, max));
  return *this;
}

Option Option::range(uint32_t min, uint32_t max) const {
  option_->check(CLI::Range(min, max));
  return *this;
}

Option Option::one_of(const std::vector<std::string>& values) const {
  option_->check(CLI::IsMember(values));
  return *this;
}

Option Option::value_name(const std::string& name) const {
  option_->type_name(name);
  return *this;
}

Option Option::one_value_each() const {
  option_->allow_extra_args(false);
  return *this;
}

Option Option::separated_by_commas() const {
  option_->delimiter(',');
  return *this;
}

Arguments::Arguments(const std::string& description)
    : app_(std::make_shared<CLI::App>(description)) {}

Arguments::Arguments(std::shared_ptr<CLI::App> app) : app_(std::move(app)) {}

void Arguments::flag(const std::string& names, bool& target, const std::string& help) {
  app_->add_flag(names, target, help);
}

Option Arguments::option(const std::string& names, std::string& target, const std::string& help) {
  return Option(*app_->add_option(names, target, help));
}

Option Arguments::option(const std::string& names, int& target, const std::string& help) {
  return Option(*app_->add_option(names, target, help));
}

Option Arguments::option(const std::string& names, uint32_t& target, const std::string& help) {
  return Option(*app_->add_option(names, target, help));
}

Option Arguments::option(const std::string& names,
                         std::optional<uint32_t>& target,
                         const std::string& help) {
  return Option(*app_->add_option(names, target, help));
}

Option Arguments::option(const std::string& names,
                         std::vector<std::string>& target,
                         const std::string& help) {
  return Option(*app_->add_option(names, target, help));
}

Option Arguments::option(const std::string& names,
                         std::vector<int>& target,
                         const std::string& help) {
  return Option(*app_->add_option(names, target, help));
}

Option Arguments::option(const std::string& names,
                         std::vector<uint32_t>& target,
                         const std::string& help) {
  return Option(*app_->add_option(names, target, help));
}

Option Arguments::choice(const std::string& names,
                         int& target,
                         const std::string& help,
                         const std::map<std::string, int>& values) {
  CLI::Option* option = app_->add_option(names, target, help);
  option->type_name("ENUM")->transform(CLI::CheckedTransformer(values));
  return Option(*option);
}

Arguments& Arguments::subcommand(const std::string& name, const std::string& description) {
  app_->require_subcommand(1);
  CLI::App* const app = app_->add_subcommand(name, description);
  subcommands_.push_back(std::unique_ptr<Arguments>(new Arguments(app_->get_subcommand_ptr(app))));
  return *subcommands_.back();
}

bool Arguments::has(const std::string& name) const {
  return app_->count(name) > 0;
}

bool Arguments::chosen() const {
  return app_->parsed();
}

std::optional<int> Arguments::parse(const std::vector<std::string>& args) {
  app_->name("lar " + args[0]);
  app_->footer(variables_help(args[0]));
  // CLI11 wants the arguments last first.
  std::vector<std::string> reversed(args.begin() + 1, args.end());
  std::ranges::reverse(reversed);
  try {
    app_->parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    const std::string help = app_->help();
    std::fwrite(help.data(), 1, help.size(), stdout);
    return 0;
  } catch (const CLI::ExtrasError& error) {
    // What is left over: a flag that no command has, or a word too many.
    for (const std::string& word : app_->remaining()) {
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
