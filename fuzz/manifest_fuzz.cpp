// Manifests and config blobs: what is accepted is written and read back as the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "store/config_blob.h"
#include "store/manifest.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using lar::store::ConfigBlob;
  using lar::store::Manifest;
  using lar::store::ManifestSource;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto manifest = Manifest::parse(text, ManifestSource::kStore);
  // A registry's manifest is held to more.
  if (Manifest::parse(text, ManifestSource::kRegistry)) require(manifest.has_value());
  if (manifest) {
    const auto again = Manifest::parse(manifest->encode(), ManifestSource::kStore);
    require(again && again->encode() == manifest->encode() && again->size() == manifest->size());
  }
  if (const auto config = ConfigBlob::parse(text)) {
    const auto again = ConfigBlob::parse(config->encode());
    require(again && again->encode() == config->encode());
  }
  return 0;
}
