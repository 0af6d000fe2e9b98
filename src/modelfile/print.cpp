#include "modelfile/commands.h"
#include "modelfile/modelfile.h"
#include "modelfile/text.h"

namespace lar::modelfile {
namespace {

bool has_line_break(std::string_view value) {
  return value.find_first_of("\r\n") != std::string_view::npos;
}

// Quotes only where the value would not be read back without them.
std::string quoted(const std::string& value) {
  const bool plain =
      !has_line_break(value) && trim(value).size() == value.size() && !value.starts_with('"');
  if (plain) return value;
  const std::string_view quotes = value.find('"') == std::string::npos ? "\"" : "\"\"\"";
  return std::string(quotes).append(value).append(quotes);
}

}  // namespace

bool is_expressible(std::string_view value) {
  // Up to its last line break, no line may end in the quotes that close the value: three, as one
  // quote anywhere in it asks for.
  for (size_t at = value.find_first_of("\r\n"); at != std::string_view::npos;
       at = value.find_first_of("\r\n", at + 1)) {
    const auto before = trim(value.substr(0, at));
    if (before.ends_with("\"\"\"")) return false;
  }
  return value.find('\0') == std::string_view::npos && value.size() <= kValueBytesMax;
}

std::string print(const Instruction& instruction) {
  std::string line(command_word(instruction.command));
  line += ' ';
  if (!instruction.name.empty()) line.append(instruction.name).append(" ");
  return line + quoted(instruction.value) + '\n';
}

std::string print(const Modelfile& file) {
  std::string text;
  for (const Instruction& instruction : file.instructions) text += print(instruction);
  return text;
}

}  // namespace lar::modelfile
