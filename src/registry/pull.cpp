#include "registry/pull.h"

#include <fmt/format.h>

#include <algorithm>

#include "store/config_blob.h"
#include "store/sha256.h"

namespace lar::registry {
namespace {

constexpr int kManifestTriesMax = 3;
// Reading less than this again takes no time that anyone would want to hear about.
constexpr uint64_t kToldCheckBytesMin = 256U << 20U;

std::string pulling(const store::Digest& digest) {
  return "pulling " + digest.short_id();
}

store::Digest digest_of(std::string_view bytes) {
  return store::sha256(bytes);
}

// A manifest's blobs, each once.
std::vector<store::Layer> distinct_blobs(const store::Manifest& manifest) {
  std::vector<store::Layer> blobs;
  std::set<store::Digest> seen;
  for (const auto& layer : manifest.blobs()) {
    if (seen.insert(layer.digest).second) blobs.push_back(layer);
  }
  return blobs;
}

// The blobs of the model's old version.
std::vector<store::Digest> replaced_blobs(const store::Store& store, const store::ModelName& name) {
  std::vector<store::Digest> digests;
  const auto found = store.find(name);
  if (!found) return digests;
  if (const auto old = store.manifest(*found)) {
    for (const auto& layer : old->manifest.blobs()) digests.push_back(layer.digest);
  }
  return digests;
}

}  // namespace

Result<void> Pull::run(const store::ModelName& name) {
  say("pulling manifest");
  LAR_TRY(const std::string bytes, with_context(fetch_manifest(name), "pull model manifest"));
  LAR_TRY(const auto manifest,
          with_context(store::Manifest::parse(bytes, store::ManifestSource::kRegistry),
                       "pull model manifest"));
  LAR_TRY(check_manifest(manifest));
  auto replaced = replaced_blobs(store_, name);
  if (const auto found = store_.find(name); found && !name.pin()) {
    const auto old = store_.manifest(*found);
    const auto now = digest_of(bytes);
    if (old && old->digest != now) {
      say(fmt::format("{} has moved from {} to {}", name.shortest(), old->digest.short_id(),
                      now.short_id()));
    }
  }

  LAR_TRY(auto lease, store_.lease());
  const auto blobs = distinct_blobs(manifest);
  for (const auto& layer : blobs) LAR_TRY(lease.pin(layer.digest));
  LAR_TRY(check_room(manifest));
  for (const auto& layer : blobs) LAR_TRY(fetch_blob(layer));

  say("verifying sha256 digest");  // each was, while it came
  if (stop_.stop_requested()) return fail(Code::kCancelled, "cancelled");
  say("writing manifest");
  LAR_TRY(store_.put_manifest(name, bytes));
  std::erase_if(replaced, [&](const store::Digest& digest) {
    return std::ranges::any_of(blobs, [&](const auto& layer) { return layer.digest == digest; });
  });
  if (!replaced.empty() && !session_->config().keep_unused) {
    say("removing unused layers");
    // The model is there; what could not be removed is left to `lar gc`.
    if (const auto removed = store_.remove_unused(replaced); !removed) {
      say("unused layers are kept: " + removed.error().message);
    }
  }
  say("success");
  return {};
}

Result<std::string> Pull::fetch_manifest(const store::ModelName& name) {
  if (!name.pin()) return fetch_manifest_at(name.tag());
  // The tag may mean something else by now; some registries know tags only.
  auto bytes = fetch_manifest_at(name.pin()->str());
  const bool by_digest = bytes.has_value();
  if (!by_digest) {
    const Code code = bytes.error().code;
    if (code != Code::kNotFound && code != Code::kDataCorrupt) return bytes;
    bytes = fetch_manifest_at(name.tag());
  }
  if (bytes && digest_of(*bytes) != *name.pin()) {
    return fail(Code::kDataCorrupt,
                fmt::format("digest mismatch, {} is pinned to {} and the registry has {}",
                            name.shortest(), name.pin()->str(), digest_of(*bytes).str()));
  }
  return bytes;
}

Result<std::string> Pull::fetch_manifest_at(std::string_view reference) {
  LAR_TRY(const auto url, session_->endpoint().manifest(reference));
  Call call{.url = url,
            .headers = {{"Accept", std::string(store::kManifestType)}},
            .body_bytes_max = store::kManifestBytesMax};
  const auto notice = [this](const std::string& text) { say(text); };
  auto answer = session_->send_patiently(call, kManifestTriesMax, stop_, notice);
  const bool other_kind = !answer && (answer.error().code == Code::kNotFound ||
                                      answer.error().message.starts_with("406:"));
  if (other_kind) {
    // Some have it only as an OCI manifest, and say that it does not exist.
    call.headers = {{"Accept", std::string(store::kOciManifestType)}};
    auto again = session_->send_patiently(call, 1, stop_, notice);
    if (again) answer = std::move(again);
  }
  LAR_TRY(answer);
  return std::move(answer->response.body);
}

Result<void> Pull::check_manifest(const store::Manifest& manifest) const {
  if (manifest.find_last(store::LayerKind::kTensor) != nullptr) {
    return fail(Code::kUnsupported,
                "this model is made of safetensors layers, which only MLX runs");
  }
  if (manifest.config && manifest.config->size > store::kConfigBytesMax) {
    return fail(Code::kDataCorrupt, "pull model manifest: the config is too large");
  }
  return {};
}

Result<void> Pull::check_room(const store::Manifest& manifest) const {
  LAR_TRY(store_.layout().prepare());
  LAR_TRY(const auto partials, store::list_partials(store_.layout()));
  uint64_t needed = 0;
  for (const auto& layer : distinct_blobs(manifest)) {
    const auto blob = store_.blob(layer.digest);
    if (blob && blob->bytes == layer.size) continue;
    uint64_t there = 0;
    for (const auto& partial : partials) {
      if (partial.digest == layer.digest) there = std::min(partial.disk_bytes, layer.size);
    }
    needed += layer.size - there;
  }
  return store::require_space(store_.layout().partial(), needed, "pull");
}

Result<bool> Pull::has_blob(const store::Layer& layer) {
  const auto blob = store_.blob(layer.digest);
  if (!blob) {
    if (blob.error().code == Code::kNotFound) return false;
    return std::unexpected(blob.error());
  }
  if (blob->bytes == layer.size) {
    const auto fd = store::open_regular(blob->path, "blob " + layer.digest.str());
    if (fd && store::is_verified(store_.layout(), layer.digest, *fd)) return true;
  }
  uint64_t checked = 0;
  auto told = Clock::now();
  const auto checked_more = [&](uint64_t bytes) {
    checked += bytes;
    if (layer.size < kToldCheckBytesMin || Clock::now() - told < std::chrono::milliseconds(60)) {
      return;
    }
    told = Clock::now();
    progress_({.status = "checking " + layer.digest.short_id(),
               .digest = layer.digest.str(),
               .total = layer.size,
               .completed = std::min(checked, layer.size)});
  };
  const auto good =
      store::check_blob(store_.layout(), layer.digest, layer.size, checked_more, stop_);
  if (good) return true;
  if (good.error().code == Code::kNotFound) return false;
  if (good.error().code != Code::kDataCorrupt) return std::unexpected(good.error());
  say(fmt::format("repairing {}: {}", layer.digest.short_id(), good.error().message));
  return false;
}

Result<void> Pull::fetch_blob(const store::Layer& layer) {
  Progress line{.status = pulling(layer.digest),
                .digest = layer.digest.str(),
                .total = layer.size,
                .completed = 0};
  LAR_TRY(const bool there, has_blob(layer));
  if (!there) {
    progress_(line);
    const auto watch = [&](uint64_t completed, const std::string& notice) {
      if (!notice.empty()) say(notice);
      if (completed <= line.completed) return;
      line.completed = completed;
      progress_(line);
    };
    LAR_TRY(downloads_.fetch(session_, layer.digest, layer.size, watch, stop_));
  }
  if (line.completed < line.total || there) {
    line.completed = line.total;
    progress_(line);
  }
  return {};
}

}  // namespace lar::registry
