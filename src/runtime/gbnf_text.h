// Literal text in a GBNF grammar.
#pragma once

#include <string>
#include <string_view>

#include "tokenizer/tokenizer.h"

namespace lar::runtime {

// `text` as items of a rule, each after a blank. Control tokens stand by their ids: they are no
// text to a grammar.
std::string gbnf_literal(const tokenizer::Tokenizer& tokenizer, std::string_view text);

}  // namespace lar::runtime
