#include "server/inference/random_id.h"

#include <algorithm>
#include <random>

namespace lar::server {

std::string random_id(std::string_view prefix, int digits) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::random_device random;
  std::string id(prefix);
  for (int i = 0; i < digits; i += 8) {
    const unsigned bits = random();
    for (int j = 0; j < std::min(8, digits - i); ++j) id += kHex[bits >> (4 * j) & 15U];
  }
  return id;
}

}  // namespace lar::server
