#include "registry/push.h"

#include <fmt/format.h>

#include <set>

#include "registry/blob_upload.h"
#include "store/json.h"

namespace lar::registry {
namespace {

constexpr int kTriesMax = 3;

// The repository that a layer was taken from, or "".
std::string parent_repository(const store::Layer& layer) {
  if (layer.from.empty()) return {};
  const auto name = store::ModelName::parse(layer.from);
  return name ? name->name_space() + '/' + name->model() : std::string();
}

std::string media_type_of(std::string_view manifest) {
  const auto json = store::parse_json(manifest);
  if (json && json->is_object() && json->contains("mediaType") &&
      (*json)["mediaType"].is_string()) {
    auto type = (*json)["mediaType"].get<std::string>();
    if (type == store::kOciManifestType) return type;
  }
  return std::string(store::kManifestType);
}

}  // namespace

Result<void> Push::run(const store::ModelName& name) {
  say("retrieving manifest");
  LAR_TRY(const auto found, store_.find(name));
  LAR_TRY(auto stored, store_.manifest(found));
  LAR_TRY(auto lease, store_.lease());
  std::set<store::Digest> seen;
  for (const auto& layer : stored.manifest.blobs()) {
    LAR_TRY(lease.pin(layer.digest));
    if (seen.insert(layer.digest).second) LAR_TRY(push_blob(layer));
  }
  say("pushing manifest");
  LAR_TRY(put_manifest(name, std::move(stored.bytes)));
  say("success");
  return {};
}

Result<bool> Push::registry_has(const store::Layer& layer) {
  LAR_TRY(const auto url, session_.endpoint().blob(layer.digest));
  const auto answer =
      session_.send_patiently({.method = "HEAD", .url = url}, kTriesMax, stop_, notice());
  if (answer) return true;
  if (answer.error().code == Code::kNotFound) return false;
  return std::unexpected(answer.error());
}

Result<void> Push::push_blob(const store::Layer& layer) {
  Progress line{.status = "pushing " + layer.digest.short_id(),
                .digest = layer.digest.str(),
                .total = layer.size,
                .completed = 0};
  progress_(line);
  LAR_TRY(const bool there, registry_has(layer));
  if (!there) {
    LAR_TRY(auto fd, store_.open_blob(layer.digest));
    auto told = Clock::now();
    const auto report = [&](uint64_t completed) {
      line.completed = completed;
      if (Clock::now() - told < std::chrono::milliseconds(60)) return;
      told = Clock::now();
      progress_(line);
    };
    BlobUpload upload(session_, layer.digest, layer.size, std::move(fd),
                      {.progress = report, .notice = notice()}, stop_);
    LAR_TRY(upload.run(parent_repository(layer)));
  }
  line.completed = line.total;
  progress_(line);
  return {};
}

Result<void> Push::put_manifest(const store::ModelName& name, std::string bytes) {
  // Ollama's files of created models end with a line feed that it does not push.
  if (bytes.ends_with('\n')) bytes.pop_back();
  LAR_TRY(const auto url, session_.endpoint().manifest(name.tag()));
  const Call call{.method = "PUT",
                  .url = url,
                  .headers = {{"Content-Type", media_type_of(bytes)}},
                  .body = bytes};
  LAR_TRY(session_.send_patiently(call, kTriesMax, stop_, notice()));
  return {};
}

}  // namespace lar::registry
