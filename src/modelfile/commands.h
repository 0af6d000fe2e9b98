// The words of a Modelfile.
#pragma once

#include <optional>
#include <string_view>

#include "modelfile/modelfile.h"

namespace lar::modelfile {

// In upper case, as they are printed.
std::string_view command_word(Command command);

// In any case; nullopt for any other word.
std::optional<Command> find_command(std::string_view word);

}  // namespace lar::modelfile
