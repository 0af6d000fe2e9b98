// Command-line parsing with CLI11, kept behind one function: help and errors look alike in every
// command, and no exception gets out.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

namespace lar::cli {

// nullopt: go on. Otherwise the command ends with that exit code (help was printed, or an error).
std::optional<int> parse(CLI::App& app, const std::vector<std::string>& args);

// What is said where a command got another number of arguments than it takes, in Ollama's words.
std::string too_few(size_t wanted_min, size_t got);
std::string too_many(size_t wanted_max, size_t got);
std::string not_exactly(size_t wanted, size_t got);

// Flags whose value may be left out: "--think" alone becomes "--think=true", so that the word after
// it stays what it is.
std::vector<std::string> with_flag_values(std::vector<std::string> args,
                                          const std::vector<std::string>& flags);

}  // namespace lar::cli
