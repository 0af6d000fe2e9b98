#include "runtime/inference.h"

namespace lar::runtime {

bool is_final(const Event& event) {
  return !std::holds_alternative<PromptInfo>(event) &&
         !std::holds_alternative<GenerateDelta>(event);
}

}  // namespace lar::runtime
