// A Modelfile: the list of instructions that a model is made from, as text and back.
//
//   file         = { blank | comment | instruction }
//   comment      = "#" ... end of line, where an instruction could begin
//   instruction  = command blank value           command in any case; see Command
//                | "PARAMETER" blank name blank value
//                | "MESSAGE" blank role blank value
//   value        = the rest of the line without spaces at its ends
//                | '"' ... '"' | '"""' ... '"""'  over any number of lines; the closing quotes end
//                                                 a line, so quotes elsewhere are content
//
// The text is UTF-8, or UTF-16 with a byte order mark. Lines end in LF, CR or CRLF. There are no
// escapes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lar::modelfile {

inline constexpr size_t kFileBytesMax = 64U << 20U;
inline constexpr size_t kValueBytesMax = 4U << 20U;
inline constexpr size_t kInstructionsMax = 50'000;

enum class Command : uint8_t {
  kFrom,
  kLicense,
  kTemplate,
  kSystem,
  kAdapter,
  kDraft,
  kRenderer,
  kParser,
  kParameter,
  kMessage,
  kRequires,
};

struct Instruction {
  Command command = Command::kFrom;
  std::string name;  // PARAMETER: its name; MESSAGE: the role; otherwise empty
  std::string value;

  bool operator==(const Instruction&) const = default;
};

struct Modelfile {
  std::vector<Instruction> instructions;

  bool operator==(const Modelfile&) const = default;
};

// Error: invalid_argument, in Ollama's words: "(line 2): command must be one of ...", "no FROM
// line", "unexpected EOF" (a quote that is not closed, or an instruction that ends too soon).
Result<Modelfile> parse(std::string_view bytes);

// Text that parse() reads as the same file, if is_expressible() holds for every value. Each
// instruction ends its line.
std::string print(const Modelfile& file);
std::string print(const Instruction& instruction);

// Whether a Modelfile can hold the value: one that has several lines, of which one ends in quotes,
// would be closed there.
bool is_expressible(std::string_view value);

}  // namespace lar::modelfile
