// Mirostat 1 and 2 (Basu et al. 2020): keeps the surprise of the text near a target by moving the
// cut. It draws by itself and stands in for top_k to xtc.
#pragma once

#include "sampling/candidates.h"
#include "sampling/params.h"
#include "sampling/random.h"

namespace lar::sampling {

class Mirostat {
 public:
  explicit Mirostat(const Params& params);

  // Returns the index of the chosen candidate. `vocab`: tokens of the model.
  size_t draw(Candidates& candidates, uint32_t vocab, Random& random);

  // The current bound on a token's surprise, in bits.
  float bound() const { return bound_; }

 private:
  void cut_by_rank(Candidates& candidates, uint32_t vocab) const;
  void cut_by_surprise(Candidates& candidates) const;

  int32_t version_;
  float tau_;
  float eta_;
  float bound_;
};

}  // namespace lar::sampling
