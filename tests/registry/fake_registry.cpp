#include "fake_registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "store/manifest.h"
#include "store/media_type.h"
#include "store/sha256.h"

namespace lar::registry::test {
namespace {

constexpr size_t kStep = 64U << 10U;

// "/v2/a/b/blobs/x?y" to "x"; nullopt if `kind` is not in it.
std::optional<std::string> after(std::string_view target, std::string_view kind) {
  const size_t at = target.find(kind);
  if (at == std::string_view::npos) return std::nullopt;
  target.remove_prefix(at + kind.size());
  return std::string(target.substr(0, target.find('?')));
}

std::string query(std::string_view target, std::string_view name) {
  const std::string key = std::string(name) + "=";
  const size_t at = target.find(key);
  if (at == std::string_view::npos) return "";
  const auto value = target.substr(at + key.size());
  std::string out(value.substr(0, value.find('&')));
  for (size_t i = 0; (i = out.find("%3A", i)) != std::string::npos;) out.replace(i, 3, ":");
  return out;
}

}  // namespace

FakeRegistry::FakeRegistry(PeerOptions options)
    : peer_([this](PeerConnection& connection) { serve(connection); }, std::move(options)) {}

store::Digest FakeRegistry::add_blob(const std::string& content) {
  const auto digest = store::sha256(content);
  const std::scoped_lock lock(mutex_);
  blobs_[digest.str()] = std::make_shared<const std::string>(content);
  return digest;
}

void FakeRegistry::add_manifest(const std::string& repository,
                                const std::string& tag,
                                std::string bytes) {
  const std::string digest = store::sha256(bytes).str();
  const std::scoped_lock lock(mutex_);
  manifests_[repository + "/manifests/" + digest] = bytes;
  manifests_[repository + "/manifests/" + tag] = std::move(bytes);
}

std::string FakeRegistry::add_model(const std::string& repository,
                                    const std::string& tag,
                                    const std::vector<std::string>& weights,
                                    const std::string& config) {
  const auto layer = [this](std::string_view type, const std::string& content) {
    return store::Layer{std::string(type), add_blob(content), content.size(), "", ""};
  };
  store::Manifest manifest;
  manifest.config = layer(store::kConfigType, config);
  for (const auto& weight : weights) {
    manifest.layers.push_back(layer(store::media_type(store::LayerKind::kModel), weight));
  }
  manifest.layers.push_back(
      layer(store::media_type(store::LayerKind::kTemplate), "{{ .Prompt }} " + repository));
  manifest.layers.push_back(
      layer(store::media_type(store::LayerKind::kParams), "{\"stop\":[\"" + tag + "\"]}"));
  std::string bytes = manifest.encode();
  add_manifest(repository, tag, bytes);
  return bytes;
}

void FakeRegistry::serve(PeerConnection& connection) {
  while (auto request = connection.read_request()) {
    auto entry = std::make_shared<LogEntry>();
    entry->method = request->method;
    entry->target = request->target;
    entry->range = request->header("Range");
    entry->authorization = request->header("Authorization");
    {
      const std::scoped_lock lock(mutex_);
      log_.push_back(entry);
    }
    if (on_request && on_request(connection, *request)) continue;
    if (!answer(connection, *request, *entry)) return;
  }
}

bool FakeRegistry::answer(PeerConnection& connection, const PeerRequest& request, LogEntry& entry) {
  if (after(request.target, "/blobs/uploads")) return answer_upload(connection, request);
  if (after(request.target, "/blobs/")) return answer_blob(connection, request, entry);
  const auto reference = after(request.target, "/v2/");
  if (reference && request.method == "PUT") {
    const std::string path = *reference;
    const size_t at = path.find("/manifests/");
    add_manifest(path.substr(0, at), path.substr(at + 11), request.body);
    return connection.answer(201, "");
  }
  std::optional<std::string> bytes;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = manifests_.find(reference.value_or(""));
    if (found != manifests_.end()) bytes = found->second;
  }
  if (!bytes) return connection.answer(404, "{\"errors\":[]}");
  return connection.answer(200, *bytes, {{"Content-Type", std::string(store::kManifestType)}});
}

bool FakeRegistry::answer_blob(PeerConnection& connection,
                               const PeerRequest& request,
                               LogEntry& entry) {
  std::shared_ptr<const std::string> content;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = blobs_.find(*after(request.target, "/blobs/"));
    if (found != blobs_.end()) content = found->second;
  }
  if (!content) return connection.answer(404, "{\"errors\":[]}", {}, request.method != "HEAD");
  if (redirect_blob) {
    const std::string location = redirect_blob(request);
    if (!location.empty()) return connection.answer(307, "", {{"Location", location}});
  }
  uint64_t begin = 0;
  uint64_t end = content->size();
  const std::string range = request.header("Range");
  const bool part = serves_ranges && range.starts_with("bytes=");
  if (part) {
    begin = std::strtoull(range.c_str() + 6, nullptr, 10);
    end = std::strtoull(range.c_str() + range.find('-') + 1, nullptr, 10) + 1;
  }
  std::string head = part ? "HTTP/1.1 206 Partial\r\n" : "HTTP/1.1 200 OK\r\n";
  head += fmt::format("Content-Length: {}\r\n", end - begin);
  if (part)
    head += fmt::format("Content-Range: bytes {}-{}/{}\r\n", begin, end - 1, content->size());
  if (!connection.write(head + "\r\n")) return false;
  if (request.method == "HEAD") return true;
  return send_content(connection, request, *content, begin, end, entry);
}

bool FakeRegistry::send_content(PeerConnection& connection,
                                const PeerRequest& request,
                                const std::string& content,
                                uint64_t begin,
                                uint64_t end,
                                LogEntry& entry) {
  const ContentFault fault = on_content ? on_content(request, begin) : ContentFault{};
  const auto started = std::chrono::steady_clock::now();
  uint64_t sent = 0;
  size_t step = kStep;
  if (fault.bytes_per_second > 0) {
    step = std::clamp<size_t>(fault.bytes_per_second / 50, 16, kStep);
  }
  while (begin + sent < end) {
    size_t size = std::min<uint64_t>(step, end - begin - sent);
    if (fault.drop_after_bytes) size = std::min<uint64_t>(size, *fault.drop_after_bytes - sent);
    if (fault.silent_after_bytes) size = std::min<uint64_t>(size, *fault.silent_after_bytes - sent);
    if (size == 0) {
      if (fault.silent_after_bytes) connection.sleep(60'000);
      // The bytes on their way arrive before the end of the connection is seen.
      return false;
    }
    std::string bytes = content.substr(begin + sent, size);
    if (fault.flip_at && *fault.flip_at >= begin + sent && *fault.flip_at < begin + sent + size) {
      bytes[*fault.flip_at - begin - sent] ^= 1;
    }
    if (!connection.write(bytes)) return false;
    sent += size;
    {
      const std::scoped_lock lock(mutex_);
      entry.bytes_sent = sent;
    }
    if (fault.bytes_per_second > 0) {
      const auto due = started + std::chrono::milliseconds(sent * 1000 / fault.bytes_per_second);
      while (std::chrono::steady_clock::now() < due) {
        if (!connection.sleep(5)) return false;
      }
    }
  }
  return true;
}

bool FakeRegistry::answer_upload(PeerConnection& connection, const PeerRequest& request) {
  const std::scoped_lock lock(mutex_);
  const std::string repository = *after(request.target, "/v2/");
  const std::string base = repository.substr(0, repository.find("/blobs/uploads"));
  const auto accepted = [&](const std::string& id, int status) {
    const size_t size = uploads_[id].size();
    return connection.answer(
        status, "",
        {{"Location", fmt::format("/v2/{}/blobs/uploads/{}?_state=s{}", base, id, size)},
         {"Range", fmt::format("0-{}", size == 0 ? 0 : size - 1)}});
  };
  if (request.method == "POST") {
    const std::string mount = query(request.target, "mount");
    if (!mount.empty() && blobs_.contains(mount)) return connection.answer(201, "");
    return accepted(std::to_string(++next_upload_), 202);
  }
  const std::string id = *after(request.target, "/uploads/");
  if (!uploads_.contains(id)) return connection.answer(404, "upload unknown");
  if (request.method == "GET") return accepted(id, 204);
  if (request.method == "PATCH") {
    const size_t begin = std::strtoull(request.header("Content-Range").c_str(), nullptr, 10);
    if (begin != uploads_[id].size()) return connection.answer(416, "wrong offset");
    uploads_[id] += request.body;
    return accepted(id, 202);
  }
  const std::string content = uploads_[id];
  const std::string digest = store::sha256(content).str();
  if (query(request.target, "digest") != digest) return connection.answer(400, "digest invalid");
  uploads_.erase(id);
  blobs_[digest] = std::make_shared<const std::string>(content);
  return connection.answer(201, "");
}

std::vector<LogEntry> FakeRegistry::log() const {
  const std::scoped_lock lock(mutex_);
  std::vector<LogEntry> copy;
  for (const auto& entry : log_) copy.push_back(*entry);
  return copy;
}

void FakeRegistry::clear_log() {
  const std::scoped_lock lock(mutex_);
  log_.clear();
}

uint64_t FakeRegistry::blob_bytes_sent() const {
  uint64_t bytes = 0;
  for (const auto& entry : log()) bytes += entry.bytes_sent;
  return bytes;
}

size_t FakeRegistry::count(std::string_view method, std::string_view part_of_target) const {
  size_t found = 0;
  for (const auto& entry : log()) {
    found += entry.method == method && entry.target.find(part_of_target) != std::string::npos;
  }
  return found;
}

bool FakeRegistry::has_blob(const store::Digest& digest) const {
  const std::scoped_lock lock(mutex_);
  return blobs_.contains(digest.str());
}

uint64_t FakeRegistry::bytes_of_blobs() const {
  const std::scoped_lock lock(mutex_);
  uint64_t bytes = 0;
  for (const auto& [digest, content] : blobs_) bytes += content->size();
  return bytes;
}

std::optional<std::string> FakeRegistry::manifest(const std::string& repository,
                                                  const std::string& tag) const {
  const std::scoped_lock lock(mutex_);
  const auto found = manifests_.find(repository + "/manifests/" + tag);
  return found == manifests_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace lar::registry::test
