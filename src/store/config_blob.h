// The config blob of a model: what it is, in a few fields.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lar::store {

inline constexpr size_t kConfigBytesMax = 4U << 20U;

struct ConfigBlob {
  std::string model_format;  // "gguf" (also when empty) or "safetensors"
  std::string model_family;  // the architecture
  std::vector<std::string> model_families;
  std::string model_type;  // parameter count as text: "3.2B"
  std::string file_type;   // quantization as text: "Q4_K_M"
  std::string renderer;
  std::string parser;
  std::string requires_version;  // field "requires": the least version that runs it
  std::string remote_host;       // a stub of a model that runs elsewhere
  std::string remote_model;
  std::vector<std::string> capabilities;
  uint64_t context_length = 0;
  uint64_t embedding_length = 0;
  std::string base_name;
  std::string draft;  // JSON of the field "draft", or empty

  // Unknown fields (the old "rootfs") are ignored. Errors: data_corrupt.
  static Result<ConfigBlob> parse(std::string_view bytes);

  // The bytes that Ollama would write for it.
  std::string encode() const;
};

}  // namespace lar::store
