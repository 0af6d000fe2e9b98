// What a runner tells about the model it has loaded.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backend/backend.h"

namespace lar::runner {

enum class SandboxState : uint8_t { kFull, kDegraded, kOff };

struct Loaded {
  uint32_t context = 0;   // tokens a request may have
  uint32_t parallel = 1;  // requests with a full context that fit at the same time
  uint32_t vocab = 0;
  uint32_t embedding_width = 0;
  std::string architecture;
  backend::MemoryPlan memory;

  // What its conversations may have, as far as its template and vocabulary say.
  bool chat = false;  // has a template
  bool tools = false;
  bool thinking = false;
  bool infill = false;
  bool embeds = false;   // an embedding model: pooled vectors, no generation
  bool reranks = false;  // has a rank head

  SandboxState sandbox = SandboxState::kFull;
  std::vector<std::string> warnings;  // a sentence each, e.g. what the sandbox lacks
};

}  // namespace lar::runner
