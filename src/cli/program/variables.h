// The environment variables that a command's help lists.
#pragma once

#include <string>
#include <string_view>

namespace lar::cli {

// "Environment Variables:" and a line each, or nothing for a command that reads none.
std::string variables_help(std::string_view command);

}  // namespace lar::cli
