// A manifest: the list of blobs that make a model. Its bytes are what has a digest, so they are
// kept as they came; this is only how they read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/digest.h"
#include "store/media_type.h"

namespace lar::store {

inline constexpr size_t kManifestBytesMax = 4U << 20U;
inline constexpr size_t kLayersMax = 10'000;
inline constexpr uint64_t kBlobBytesMax = 1ULL << 50U;
inline constexpr size_t kLayerTextMax = 4096;  // a media type, a parent's or a tensor's name

struct Layer {
  std::string media_type;
  Digest digest;
  uint64_t size = 0;
  std::string from;  // the model it was taken from, or empty
  std::string name;  // the tensor or file it holds (safetensors models), or empty

  LayerKind kind() const { return layer_kind(media_type); }
};

// A registry's manifest must name a config and layers. In a store there are also stubs of models
// that run elsewhere, which have neither.
enum class ManifestSource : uint8_t { kStore, kRegistry };

struct Manifest {
  std::optional<Layer> config;
  std::vector<Layer> layers;

  // Errors: data_corrupt, unsupported (another kind of document), resource_exhausted (limits).
  static Result<Manifest> parse(std::string_view bytes, ManifestSource source);

  // The sum over layers and config, as lists show it. At most kLayersMax * kBlobBytesMax.
  uint64_t size() const;

  // The layers and the config.
  std::vector<Layer> blobs() const;

  const Layer* find_last(LayerKind kind) const;  // nullptr if there is none

  // The bytes that Ollama would write for it.
  std::string encode() const;
};

}  // namespace lar::store
