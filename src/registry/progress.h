// What a pull or push tells while it runs: the lines of Ollama's API.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace lar::registry {

struct Progress {
  std::string status;
  std::string digest;      // of the blob, or empty
  uint64_t total = 0;      // bytes; 0 where it is not about a blob
  uint64_t completed = 0;  // never less than in an earlier line of the same blob

  bool operator==(const Progress&) const = default;
};

using ProgressFunction = std::function<void(const Progress&)>;

}  // namespace lar::registry
