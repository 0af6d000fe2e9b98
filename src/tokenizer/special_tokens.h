// Which tokens have a special part to play: from the ids that a file gives and, where it gives
// none, from well-known names.
#pragma once

#include <vector>

#include "tokenizer/vocabulary.h"

namespace lar::tokenizer {

struct SpecialTokens {
  SpecialIds ids;
  std::vector<TokenId> end_ids;  // end a generation; sorted
};

// Completes vocabulary.ids by names, finds what ends a generation, and sets right the types of
// tokens whose files are known to have them wrong.
SpecialTokens find_special_tokens(Vocabulary& vocabulary);

}  // namespace lar::tokenizer
