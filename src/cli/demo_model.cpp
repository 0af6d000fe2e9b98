#include "cli/demo_model.h"

extern "C" {
extern const std::byte lar_demo_model_begin[];
extern const std::byte lar_demo_model_end[];
}

namespace lar::cli {

std::span<const std::byte> demo_model() {
  return {lar_demo_model_begin, lar_demo_model_end};
}

}  // namespace lar::cli
