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

}  // namespace lar::cli
