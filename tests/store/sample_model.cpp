#include "sample_model.h"

#include <algorithm>

#include "store/config_blob.h"
#include "store/partial_blob.h"
#include "store/sha256.h"

namespace lar::store::test {
namespace {

Layer layer(std::string_view type, const std::string& blob) {
  return Layer{std::string(type), sha256(blob), blob.size(), "", ""};
}

Result<void> put(const Store& store, const std::string& name, const SampleModel& sample) {
  LAR_TRY(const auto parsed, ModelName::parse(name));
  std::vector<Digest> old;
  if (const auto before = store.manifest(parsed)) {
    for (const Layer& l : before->manifest.blobs()) old.push_back(l.digest);
  }
  LAR_TRY(store.put_manifest(parsed, sample.manifest.encode()));
  LAR_TRY(store.remove_unused(old));
  return {};
}

}  // namespace

std::string sample_bytes(uint64_t seed, size_t bytes) {
  std::string out(bytes, '\0');
  uint64_t state = seed * 2 + 1;
  for (char& c : out) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    c = static_cast<char>(state >> 56U);
  }
  return out;
}

SampleModel sample_model(uint64_t seed, size_t weight_bytes) {
  ConfigBlob config;
  config.model_format = "gguf";
  config.model_family = "llama";
  config.model_families = {"llama"};
  config.model_type = std::to_string(seed) + "K";
  config.file_type = "F32";
  SampleModel sample;
  sample.blobs = {sample_bytes(seed, weight_bytes), "{{ .Prompt }}" + std::to_string(seed),
                  "{\"seed\":" + std::to_string(seed) + "}\n", "Be kind.", config.encode()};
  sample.manifest.layers = {layer(media_type(LayerKind::kModel), sample.blobs[0]),
                            layer(media_type(LayerKind::kTemplate), sample.blobs[1]),
                            layer(media_type(LayerKind::kLicense), sample.blobs[3]),
                            layer(media_type(LayerKind::kParams), sample.blobs[2])};
  sample.manifest.config = layer(kConfigType, sample.blobs[4]);
  return sample;
}

Result<void> store_sample(const Store& store,
                          const std::string& name,
                          uint64_t seed,
                          size_t weight_bytes) {
  const SampleModel sample = sample_model(seed, weight_bytes);
  LAR_TRY(auto lease, store.lease());
  for (const std::string& blob : sample.blobs) LAR_TRY(store.add_blob(lease, blob));
  return put(store, name, sample);
}

Result<void> pull_sample(const Store& store,
                         const std::string& name,
                         uint64_t seed,
                         size_t weight_bytes) {
  const SampleModel sample = sample_model(seed, weight_bytes);
  LAR_TRY(auto lease, store.lease());
  const Digest weights = sha256(sample.blobs[0]);
  LAR_TRY(lease.pin(weights));
  if (!check_blob(store.layout(), weights, weight_bytes)) {
    LAR_TRY(const auto partial, PartialBlob::open(store.layout(), weights, weight_bytes));
    const auto bytes = std::as_bytes(std::span(sample.blobs[0]));
    for (const ByteRange& range : partial->missing()) {
      PieceStream stream(*partial, range.begin);
      LAR_TRY(stream.append(bytes.subspan(range.begin, range.end - range.begin)));
    }
    LAR_TRY(partial->commit());
  }
  for (const std::string& blob : sample.blobs) LAR_TRY(store.add_blob(lease, blob));
  return put(store, name, sample);
}

}  // namespace lar::store::test
