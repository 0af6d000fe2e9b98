#include "store/model_data.h"

namespace lar::store {

Result<ModelData> read_model(const Store& store, const Manifest& manifest) {
  ModelData data;
  if (manifest.config) {
    LAR_TRY(const auto bytes, store.read_blob(manifest.config->digest, kConfigBytesMax));
    LAR_TRY(data.config, ConfigBlob::parse(bytes));
  }
  size_t license_bytes_left = kLicenseBytesMax;
  const auto text = [&store](const Layer& layer) {
    return store.read_blob(layer.digest, kTextLayerBytesMax);
  };
  for (const Layer& layer : manifest.layers) {
    switch (layer.kind()) {
      case LayerKind::kModel:
        data.weights.push_back(layer);
        data.parent_model = layer.from;
        break;
      case LayerKind::kProjector: data.projectors.push_back(layer); break;
      case LayerKind::kAdapter: data.adapters.push_back(layer); break;
      case LayerKind::kDraft: data.drafts.push_back(layer); break;
      case LayerKind::kTemplate: {
        LAR_TRY(data.template_text, text(layer));
        break;
      }
      case LayerKind::kSystem: {
        LAR_TRY(data.system, text(layer));
        break;
      }
      case LayerKind::kParams: {
        LAR_TRY(data.params, text(layer));
        break;
      }
      case LayerKind::kMessages: {
        LAR_TRY(data.messages, text(layer));
        break;
      }
      case LayerKind::kLicense: {
        LAR_TRY(auto license, store.read_blob(layer.digest, license_bytes_left));
        license_bytes_left -= license.size();
        data.licenses.push_back(std::move(license));
        break;
      }
      case LayerKind::kTensor:
      case LayerKind::kJson:
      case LayerKind::kOther: break;
    }
  }
  return data;
}

}  // namespace lar::store
