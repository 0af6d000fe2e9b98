#include "tokenizer/hash.h"

#include <random>

namespace lar::tokenizer {

uint64_t random_seed() {
  std::random_device device;
  return static_cast<uint64_t>(device()) << 32 | device();
}

}  // namespace lar::tokenizer
