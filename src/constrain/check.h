// Whether a text is what a grammar asks for, and if not, where it stops being it and what could
// have come instead.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "constrain/grammar.h"

namespace lar::constrain {

struct CheckResult {
  bool accepted = false;
  size_t position = 0;  // rejected: bytes of the text that could be read
  std::string reason;   // rejected: "line 1, column 5: unexpected ..., expected ..."
};

// Error: resource_exhausted where the grammar outgrew its limits.
Result<CheckResult> check_text(Grammar& grammar, std::string_view text);

}  // namespace lar::constrain
