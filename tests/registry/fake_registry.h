// A registry in the test's own process that can be told to misbehave: by request, by byte, by time.
// It serves manifests and blobs with ranges, takes uploads, and keeps a log of every request.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "store/digest.h"
#include "support/http_peer.h"

namespace lar::registry::test {

using lar::test::HttpPeer;
using lar::test::PeerConnection;
using lar::test::PeerOptions;
using lar::test::PeerRequest;

struct LogEntry {
  std::string method;
  std::string target;
  std::string range;          // header, or ""
  std::string authorization;  // header, or ""
  uint64_t bytes_sent = 0;    // of a blob's content
};

// How the content of one answer goes wrong. Offsets are those of the blob.
struct ContentFault {
  std::optional<uint64_t> drop_after_bytes;  // of this answer; then the connection is reset
  std::optional<uint64_t> silent_after_bytes;
  uint64_t bytes_per_second = 0;    // 0: as fast as it goes
  std::optional<uint64_t> flip_at;  // this byte of the blob is wrong
};

class FakeRegistry {
 public:
  // True if it has answered itself.
  using RequestFault = std::function<bool(PeerConnection&, const PeerRequest&)>;
  using ContentFaults = std::function<ContentFault(const PeerRequest&, uint64_t begin)>;

  explicit FakeRegistry(PeerOptions options = {});

  std::string host() const { return peer_.host(); }
  uint16_t port() const { return peer_.port(); }
  std::string url(std::string_view path) const { return peer_.url(path); }
  int connections() const { return peer_.connections(); }

  // Adds a blob; returns its digest.
  store::Digest add_blob(const std::string& content);
  void add_manifest(const std::string& repository, const std::string& tag, std::string bytes);
  // A model of weights and two small layers; returns the manifest's bytes.
  std::string add_model(const std::string& repository,
                        const std::string& tag,
                        const std::vector<std::string>& weights,
                        const std::string& config = "{\"model_format\":\"gguf\"}");

  // Set before the requests begin, or under with_lock().
  RequestFault on_request;
  ContentFaults on_content;
  bool serves_ranges = true;
  std::function<std::string(const PeerRequest&)> redirect_blob;  // "" or the Location

  std::vector<LogEntry> log() const;
  void clear_log();
  uint64_t blob_bytes_sent() const;
  size_t count(std::string_view method, std::string_view part_of_target) const;

  bool has_blob(const store::Digest& digest) const;
  uint64_t bytes_of_blobs() const;
  std::optional<std::string> manifest(const std::string& repository, const std::string& tag) const;

 private:
  void serve(PeerConnection& connection);
  bool answer(PeerConnection& connection, const PeerRequest& request, LogEntry& entry);
  bool answer_blob(PeerConnection& connection, const PeerRequest& request, LogEntry& entry);
  bool send_content(PeerConnection& connection,
                    const PeerRequest& request,
                    const std::string& content,
                    uint64_t begin,
                    uint64_t end,
                    LogEntry& entry);
  bool answer_upload(PeerConnection& connection, const PeerRequest& request);

  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const std::string>> blobs_;  // by digest
  std::map<std::string, std::string> manifests_;  // by "repository/manifests/reference"
  std::map<std::string, std::string> uploads_;    // by id
  std::vector<std::shared_ptr<LogEntry>> log_;
  int next_upload_ = 0;
  HttpPeer peer_;  // last: its threads use the rest
};

}  // namespace lar::registry::test
