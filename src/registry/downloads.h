// All downloads of this process: several pulls that need one blob share its download. It goes on
// as long as one of them waits for it.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>

#include "registry/blob_download.h"

namespace lar::registry {

class Downloads {
 public:
  // Told about every 60 ms: bytes that have come, and a notice where there is a new one.
  using Watch = std::function<void(uint64_t completed, const std::string& notice)>;

  Downloads(store::Layout layout, uint64_t bytes_per_second_max)
      : layout_(std::move(layout)), limit_(bytes_per_second_max) {}

  // Until the blob is in the store. Errors: those of BlobDownload::run.
  Result<void> fetch(const std::shared_ptr<Session>& session,
                     const store::Digest& digest,
                     uint64_t bytes,
                     const Watch& watch,
                     const std::stop_token& stop);

 private:
  struct Entry;
  std::shared_ptr<Entry> join(const std::shared_ptr<Session>& session,
                              const net::Url& url,
                              const store::Digest& digest,
                              uint64_t bytes,
                              std::unique_lock<std::mutex>& lock);
  void leave(const std::shared_ptr<Entry>& entry, std::unique_lock<std::mutex>& lock);

  const store::Layout layout_;
  BandwidthLimit limit_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<store::Digest, std::shared_ptr<Entry>> entries_;
};

}  // namespace lar::registry
