#include "sampling/workspace.h"

#include "sampling/params.h"

namespace lar::sampling {

Workspace::Workspace(uint32_t vocab, uint32_t context)
    : candidates(vocab), per_token(vocab), recent(context), match_lengths(context), raw(vocab) {
  touched.reserve(context);
  top.reserve(kTopLogprobsMax);
}

}  // namespace lar::sampling
