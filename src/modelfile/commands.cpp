#include "modelfile/commands.h"

#include <algorithm>
#include <array>

namespace lar::modelfile {
namespace {

// Indexed by Command.
constexpr std::array<std::string_view, 11> kWords = {
    "FROM",     "LICENSE", "TEMPLATE",  "SYSTEM",  "ADAPTER",  "DRAFT",
    "RENDERER", "PARSER",  "PARAMETER", "MESSAGE", "REQUIRES",
};

constexpr char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

}  // namespace

std::string_view command_word(Command command) {
  return kWords[static_cast<size_t>(command)];
}

std::optional<Command> find_command(std::string_view word) {
  for (size_t i = 0; i < kWords.size(); ++i) {
    if (std::ranges::equal(word, kWords[i], {}, upper)) return static_cast<Command>(i);
  }
  return std::nullopt;
}

}  // namespace lar::modelfile
