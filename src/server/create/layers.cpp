#include "server/create/layers.h"

namespace lar::server {

void LayerList::add(store::Layer layer) {
  statuses_.push_back("using existing layer " + layer.digest.str());
  layers_.push_back(std::move(layer));
}

Result<void> LayerList::add_text(store::LayerKind kind, std::string_view text) {
  LAR_TRY(const auto added, store_.add_blob(lease_, text));
  statuses_.push_back((added.existed ? "using existing layer " : "creating new layer ") +
                      added.digest.str());
  layers_.push_back(
      store::Layer{std::string(store::media_type(kind)), added.digest, text.size(), {}, {}});
  return {};
}

void LayerList::remove(store::LayerKind kind) {
  for (size_t i = layers_.size(); i-- > 0;) {
    if (layers_[i].kind() != kind) continue;
    layers_.erase(layers_.begin() + static_cast<std::ptrdiff_t>(i));
    statuses_.erase(statuses_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

Result<store::ModelName> LayerList::commit(const store::ModelName& name, std::string_view config) {
  LAR_TRY(const auto added, store_.add_blob(lease_, config));
  store::Manifest manifest;
  manifest.config =
      store::Layer{std::string(store::kConfigType), added.digest, config.size(), {}, {}};
  manifest.layers = layers_;
  return store_.put_manifest(name, manifest.encode());
}

std::vector<std::string> LayerList::statuses() const {
  return statuses_;
}

}  // namespace lar::server
