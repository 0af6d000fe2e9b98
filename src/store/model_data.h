// What a stored model consists of, read from its small layers: what `show` answers and what a
// runner is started with.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "store/config_blob.h"
#include "store/store.h"

namespace lar::store {

inline constexpr size_t kTextLayerBytesMax = 16U << 20U;  // template, system, params, messages
inline constexpr size_t kLicenseBytesMax = 16U << 20U;    // all licences together

struct ModelData {
  ConfigBlob config;
  std::vector<Layer> weights;  // GGUF layers; the last one is the model
  std::vector<Layer> projectors;
  std::vector<Layer> adapters;
  std::vector<Layer> drafts;
  std::string template_text;
  std::string system;
  std::string params;    // JSON object, or empty
  std::string messages;  // JSON list of {role, content}, or empty
  std::vector<std::string> licenses;
  std::string parent_model;  // the name it was created from, or empty
};

// Errors: not_found, data_corrupt (naming the blob), resource_exhausted.
Result<ModelData> read_model(const Store& store, const Manifest& manifest);

}  // namespace lar::store
