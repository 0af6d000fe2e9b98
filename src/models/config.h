// The numbers that most architectures keep in their metadata, read once and checked against the
// limits below. Keys: docs/gguf.md of the ggml project, "LLM".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gguf/reader.h"

namespace lar::models {

// No real model comes near; beyond them a file is refused before anything is allocated.
struct ConfigLimits {
  static constexpr uint64_t kMaxLayers = 1024;
  static constexpr uint64_t kMaxWidth = 1U << 20;
  static constexpr uint64_t kMaxHeads = 4096;
  static constexpr uint64_t kMaxHeadDim = 1024;
  static constexpr uint64_t kMaxContext = 1U << 28;
  static constexpr uint64_t kMaxExperts = 4096;
  static constexpr uint64_t kMaxExpertsUsed = 256;
};

struct Config {
  std::string arch;
  uint32_t layers = 0;
  uint32_t width = 0;  // of the residual stream (embedding_length)
  uint32_t context_train = 0;
  uint32_t vocab = 0;              // rows of token_embd.weight
  std::vector<uint32_t> heads;     // [layers]
  std::vector<uint32_t> kv_heads;  // [layers]
  std::vector<uint32_t> ffn;       // [layers] width of the feed-forward part
  uint32_t head_dim_k = 0;
  uint32_t head_dim_v = 0;
  uint32_t rope_dims = 0;
  uint32_t experts = 0;  // 0: dense
  uint32_t experts_used = 0;
  float expert_weights_scale = 1.0F;
  float attention_scale = 0.0F;  // on q . k; 0 in the file means 1 / sqrt(head_dim_k)
  uint32_t sliding_window = 0;   // 0: none
  bool causal = true;            // false in decoders that were trained on as embedding models
};

// Reads "<arch>.<key>" keys. Errors name the key.
class Keys {
 public:
  Keys(const gguf::File& file, std::string arch) : file_(file), prefix_(std::move(arch) + ".") {}

  Result<uint32_t> required(std::string_view key, uint64_t min, uint64_t max) const;
  Result<uint32_t> optional(std::string_view key,
                            uint32_t fallback,
                            uint64_t min,
                            uint64_t max) const;
  // A finite number.
  Result<float> number(std::string_view key, float fallback) const;
  // A finite number greater than 0; `required` refuses a file without it.
  Result<float> positive(std::string_view key) const;
  Result<bool> flag(std::string_view key, bool fallback) const;
  Result<std::string_view> text(std::string_view key, std::string_view fallback) const;
  // One value for all layers, or an array with one a layer.
  Result<std::vector<uint32_t>> per_layer(std::string_view key,
                                          uint32_t layers,
                                          std::vector<uint32_t> fallback,
                                          uint64_t min,
                                          uint64_t max) const;

 private:
  std::string full(std::string_view key) const { return prefix_ + std::string(key); }

  const gguf::File& file_;  // borrowed for the time of the build
  std::string prefix_;
};

Result<Config> read_config(const gguf::File& file);

}  // namespace lar::models
