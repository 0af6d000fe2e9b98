#include "store/manifest.h"

#include <unordered_map>

#include "store/json.h"

namespace lar::store {
namespace {

using Json = nlohmann::ordered_json;

std::unexpected<Error> corrupt(std::string what) {
  return fail(Code::kDataCorrupt, "manifest: " + std::move(what));
}

Result<std::string> text_field(const Json& object, const char* key) {
  const auto field = object.find(key);
  if (field == object.end() || field->is_null()) return std::string();
  if (!field->is_string()) return corrupt(std::string(key) + " is not a string");
  const auto& text = field->get_ref<const std::string&>();
  if (text.size() > kLayerTextMax) return corrupt(std::string(key) + " is too long");
  return text;
}

Result<Layer> parse_layer(const Json& object) {
  if (!object.is_object()) return corrupt("a layer is not an object");
  LAR_TRY(auto type, text_field(object, "mediaType"));
  LAR_TRY(const auto digest_text, text_field(object, "digest"));
  const auto digest = Digest::parse(digest_text);
  if (!digest) return corrupt("a layer has an invalid digest");
  const auto size = object.find("size");
  if (size == object.end() || !size->is_number_integer() ||
      (!size->is_number_unsigned() && size->get<int64_t>() < 0) ||
      size->get<uint64_t>() > kBlobBytesMax) {
    return corrupt("layer " + digest->str() + " has an invalid size");
  }
  LAR_TRY(auto from, text_field(object, "from"));
  LAR_TRY(auto name, text_field(object, "name"));
  return Layer{std::move(type), *digest, size->get<uint64_t>(), std::move(from), std::move(name)};
}

Result<void> check_head(const Json& root) {
  if (!root.is_object()) return corrupt("not an object");
  if (const auto version = root.find("schemaVersion");
      version != root.end() && (!version->is_number_integer() || *version != 2)) {
    return fail(Code::kUnsupported, "manifest: schema version is not 2");
  }
  LAR_TRY(const auto type, text_field(root, "mediaType"));
  if (!type.empty() && type != kManifestType && type != kOciManifestType) {
    return fail(Code::kUnsupported, "manifest: unknown media type");
  }
  return {};
}

// A blob may be named twice (two equal licences), but it has one size.
Result<void> check_sizes(const Manifest& manifest) {
  std::unordered_map<Digest, uint64_t, DigestHash> sizes;
  for (const Layer& layer : manifest.blobs()) {
    if (sizes.try_emplace(layer.digest, layer.size).first->second != layer.size) {
      return corrupt("layer " + layer.digest.str() + " has two sizes");
    }
  }
  return {};
}

Json layer_json(const Layer& layer) {
  Json out = {
      {"mediaType", layer.media_type}, {"digest", layer.digest.str()}, {"size", layer.size}};
  if (!layer.from.empty()) out["from"] = layer.from;
  if (!layer.name.empty()) out["name"] = layer.name;
  return out;
}

}  // namespace

Result<Manifest> Manifest::parse(std::string_view bytes, ManifestSource source) {
  if (bytes.size() > kManifestBytesMax) {
    return fail(Code::kResourceExhausted, "manifest: longer than 4 MiB");
  }
  LAR_TRY(const auto root, with_context(parse_json(bytes), "manifest"));
  LAR_TRY(check_head(root));
  Manifest manifest;
  const auto config = root.find("config");
  const bool has_config = config != root.end() && config->is_object() &&
                          (!config->contains("digest") || (*config)["digest"] != "");
  if (has_config) {
    LAR_TRY(manifest.config, parse_layer(*config));
  } else if (source == ManifestSource::kRegistry) {
    return corrupt("no config");
  } else if (config != root.end() && !config->is_object() && !config->is_null()) {
    return corrupt("config is not an object");
  }
  const auto layers = root.find("layers");
  const bool has_layers = layers != root.end() && !layers->is_null();
  if (has_layers && !layers->is_array()) return corrupt("layers is not a list");
  if (has_layers && layers->size() > kLayersMax) {
    return fail(Code::kResourceExhausted, "manifest: more than 10000 layers");
  }
  if ((!has_layers || layers->empty()) && source == ManifestSource::kRegistry) {
    return corrupt("no layers");
  }
  if (!has_config && (!has_layers || layers->empty())) return corrupt("names no blob");
  if (has_layers) {
    for (const Json& object : *layers) {
      LAR_TRY(auto layer, parse_layer(object));
      manifest.layers.push_back(std::move(layer));
    }
  }
  LAR_TRY(check_sizes(manifest));
  return manifest;
}

uint64_t Manifest::size() const {
  uint64_t sum = config ? config->size : 0;
  for (const Layer& layer : layers) sum += layer.size;
  return sum;
}

std::vector<Layer> Manifest::blobs() const {
  std::vector<Layer> all = layers;
  if (config) all.push_back(*config);
  return all;
}

const Layer* Manifest::find_last(LayerKind kind) const {
  const Layer* found = nullptr;
  for (const Layer& layer : layers) {
    if (layer.kind() == kind) found = &layer;
  }
  return found;
}

std::string Manifest::encode() const {
  Json list = layers.empty() ? Json(nullptr) : Json::array();
  for (const Layer& layer : layers) list.push_back(layer_json(layer));
  Json root = {{"schemaVersion", 2}, {"mediaType", kManifestType}};
  root["config"] =
      config ? layer_json(*config) : Json{{"mediaType", ""}, {"digest", ""}, {"size", 0}};
  root["layers"] = std::move(list);
  return go_json(root) + '\n';
}

}  // namespace lar::store
