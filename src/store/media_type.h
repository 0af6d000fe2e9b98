// What a layer of a model is, and the media types that say so.
#pragma once

#include <cstdint>
#include <string_view>

namespace lar::store {

enum class LayerKind : uint8_t {
  kModel,      // weights, GGUF
  kProjector,  // GGUF of a vision or audio encoder
  kAdapter,    // GGUF LoRA
  kDraft,      // GGUF of a speculative model
  kTemplate,   // Go template text; `prompt` is the old name of the type
  kSystem,     // text
  kParams,     // JSON object
  kMessages,   // JSON list of {role, content}
  kLicense,    // text, may repeat
  kTensor,     // safetensors models: one tensor or a packed group
  kJson,       // safetensors models: config.json, tokenizer.json, ...
  kOther,      // kept, not used
};

inline constexpr std::string_view kManifestType =
    "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr std::string_view kOciManifestType = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view kConfigType = "application/vnd.docker.container.image.v1+json";

LayerKind layer_kind(std::string_view media_type);

// The type that new layers of a kind get; kOther has none ("").
std::string_view media_type(LayerKind kind);

}  // namespace lar::store
