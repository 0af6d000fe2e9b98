// What a command takes, and one way in which help and errors look in all of them; no exception gets
// out. CLI11 does the work and is known to arguments.cpp alone: its headers take longer to compile
// than a command does.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace lar::cli {

// One option of a command, to say more about it. Valid as long as its Arguments.
class Option {
 public:
  explicit Option(CLI::Option& option) : option_(&option) {}

  Option required() const;
  // The values that are allowed: from `min` to `max`, both included.
  Option range(int min, int max) const;
  Option range(uint32_t min, uint32_t max) const;
  Option one_of(const std::vector<std::string>& values) const;
  // What help calls the value.
  Option value_name(const std::string& name) const;
  // Of a list: one use of the option takes one value, not all the words after it.
  Option one_value_each() const;
  // Of a list: the values of one word stand between commas.
  Option separated_by_commas() const;

 private:
  CLI::Option* option_;
};

// What a command takes. `names` are an option's names ("-f,--file"), or what help calls a word
// without one ("FILE"). The targets are borrowed until the arguments are parsed; what is not given
// leaves its target as it is.
class Arguments {
 public:
  explicit Arguments(const std::string& description);

  void flag(const std::string& names, bool& target, const std::string& help);
  Option option(const std::string& names, std::string& target, const std::string& help);
  Option option(const std::string& names, int& target, const std::string& help);
  Option option(const std::string& names, uint32_t& target, const std::string& help);
  Option option(const std::string& names, std::optional<uint32_t>& target, const std::string& help);
  Option option(const std::string& names,
                std::vector<std::string>& target,
                const std::string& help);
  Option option(const std::string& names, std::vector<int>& target, const std::string& help);
  Option option(const std::string& names, std::vector<uint32_t>& target, const std::string& help);
  // A number that is written by its name (the number itself will do, too).
  Option choice(const std::string& names,
                int& target,
                const std::string& help,
                const std::map<std::string, int>& values);

  // A command within this one; of all these exactly one must be given.
  Arguments& subcommand(const std::string& name, const std::string& description);

  // `args` as a command gets them ([0] is its name). nullopt: go on. Otherwise the command ends
  // with that exit code (help was printed, or an error).
  std::optional<int> parse(const std::vector<std::string>& args);

  // After parsing: whether the option was given at all, and whether this subcommand was.
  bool has(const std::string& name) const;
  bool chosen() const;

 private:
  explicit Arguments(std::shared_ptr<CLI::App> app);

  std::shared_ptr<CLI::App> app_;  // a subcommand's is its parent's, too
  std::vector<std::unique_ptr<Arguments>> subcommands_;
};

// What is said where a command got another number of arguments than it takes, in Ollama's words.
std::string too_few(size_t wanted_min, size_t got);
std::string too_many(size_t wanted_max, size_t got);
std::string not_exactly(size_t wanted, size_t got);

// Flags whose value may be left out: "--think" alone becomes "--think=true", so that the word after
// it stays what it is.
std::vector<std::string> with_flag_values(std::vector<std::string> args,
                                          const std::vector<std::string>& flags);

}  // namespace lar::cli
