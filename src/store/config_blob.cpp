#include "store/config_blob.h"

#include "store/json.h"

namespace lar::store {
namespace {

using Json = nlohmann::ordered_json;

Result<void> read(const Json& root, const char* key, std::string& out) {
  const auto field = root.find(key);
  if (field == root.end() || field->is_null()) return {};
  if (!field->is_string()) {
    return fail(Code::kDataCorrupt, std::string("config: ") + key + " is not a string");
  }
  out = field->get<std::string>();
  return {};
}

Result<void> read(const Json& root, const char* key, std::vector<std::string>& out) {
  const auto field = root.find(key);
  if (field == root.end() || field->is_null()) return {};
  const auto wrong = [key] {
    return fail(Code::kDataCorrupt, std::string("config: ") + key + " is not a list of strings");
  };
  if (!field->is_array()) return wrong();
  for (const Json& item : *field) {
    if (!item.is_string()) return wrong();
    out.push_back(item.get<std::string>());
  }
  return {};
}

Result<void> read(const Json& root, const char* key, uint64_t& out) {
  const auto field = root.find(key);
  if (field == root.end() || field->is_null()) return {};
  if (!field->is_number_unsigned()) {
    return fail(Code::kDataCorrupt, std::string("config: ") + key + " is not a count");
  }
  out = field->get<uint64_t>();
  return {};
}

void write_if(Json& root, const char* key, const std::string& value) {
  if (!value.empty()) root[key] = value;
}

void write_if(Json& root, const char* key, uint64_t value) {
  if (value != 0) root[key] = value;
}

}  // namespace

Result<ConfigBlob> ConfigBlob::parse(std::string_view bytes) {
  if (bytes.size() > kConfigBytesMax) {
    return fail(Code::kResourceExhausted, "config: longer than 4 MiB");
  }
  LAR_TRY(const auto root, with_context(parse_json(bytes), "config"));
  if (!root.is_object()) return fail(Code::kDataCorrupt, "config: not an object");
  ConfigBlob config;
  LAR_TRY(read(root, "model_format", config.model_format));
  LAR_TRY(read(root, "model_family", config.model_family));
  LAR_TRY(read(root, "model_families", config.model_families));
  LAR_TRY(read(root, "model_type", config.model_type));
  LAR_TRY(read(root, "file_type", config.file_type));
  LAR_TRY(read(root, "renderer", config.renderer));
  LAR_TRY(read(root, "parser", config.parser));
  LAR_TRY(read(root, "requires", config.requires_version));
  LAR_TRY(read(root, "remote_host", config.remote_host));
  LAR_TRY(read(root, "remote_model", config.remote_model));
  LAR_TRY(read(root, "capabilities", config.capabilities));
  LAR_TRY(read(root, "context_length", config.context_length));
  LAR_TRY(read(root, "embedding_length", config.embedding_length));
  LAR_TRY(read(root, "base_name", config.base_name));
  if (const auto draft = root.find("draft"); draft != root.end() && draft->is_object()) {
    config.draft = go_json(*draft);
  }
  return config;
}

std::string ConfigBlob::encode() const {
  Json root = {{"model_format", model_format}, {"model_family", model_family}};
  root["model_families"] = model_families.empty() ? Json(nullptr) : Json(model_families);
  root["model_type"] = model_type;
  root["file_type"] = file_type;
  write_if(root, "renderer", renderer);
  write_if(root, "parser", parser);
  write_if(root, "requires", requires_version);
  write_if(root, "remote_host", remote_host);
  write_if(root, "remote_model", remote_model);
  if (!capabilities.empty()) root["capabilities"] = capabilities;
  write_if(root, "context_length", context_length);
  write_if(root, "embedding_length", embedding_length);
  write_if(root, "base_name", base_name);
  if (!draft.empty()) {
    if (auto parsed = parse_json(draft, kJsonDepthMax - 1)) root["draft"] = *std::move(parsed);
  }
  root["architecture"] = "amd64";
  root["os"] = "linux";
  return go_json(root) + '\n';
}

}  // namespace lar::store
