#include "registry/downloads.h"

#include <thread>

namespace lar::registry {
namespace {

constexpr std::chrono::milliseconds kWatch{60};

}  // namespace

struct Downloads::Entry {
  Entry(std::shared_ptr<Session> session,
        const net::Url& url,
        const store::Layout& layout,
        const store::Digest& blob_digest,
        uint64_t bytes,
        BandwidthLimit& limit)
      : digest(blob_digest), download(std::move(session), url, layout, blob_digest, bytes, limit) {}

  const store::Digest digest;
  BlobDownload download;
  int waiters = 0;
  std::optional<Result<void>> result;
  std::jthread thread;
};

std::shared_ptr<Downloads::Entry> Downloads::join(const std::shared_ptr<Session>& session,
                                                  const net::Url& url,
                                                  const store::Digest& digest,
                                                  uint64_t bytes,
                                                  std::unique_lock<std::mutex>& lock) {
  while (true) {
    auto& entry = entries_[digest];
    if (!entry) {
      entry = std::make_shared<Entry>(session, url, layout_, digest, bytes, limit_);
      entry->waiters = 1;
      entry->thread = std::jthread([this, shared = entry.get()](const std::stop_token& stop) {
        auto result = shared->download.run(stop);
        const std::scoped_lock done(mutex_);
        shared->result = std::move(result);
        changed_.notify_all();
      });
      return entry;
    }
    if (entry->waiters > 0 && !entry->result) {
      ++entry->waiters;
      return entry;
    }
    // Its last waiter is leaving; then a new one begins.
    changed_.wait(lock);
  }
}

void Downloads::leave(const std::shared_ptr<Entry>& entry, std::unique_lock<std::mutex>& lock) {
  if (--entry->waiters > 0) return;
  lock.unlock();
  entry->thread.request_stop();
  entry->thread.join();
  lock.lock();
  entries_.erase(entry->digest);
  changed_.notify_all();
}

Result<void> Downloads::fetch(const std::shared_ptr<Session>& session,
                              const store::Digest& digest,
                              uint64_t bytes,
                              const Watch& watch,
                              const std::stop_token& stop) {
  LAR_TRY(const net::Url url, session->endpoint().blob(digest));
  std::unique_lock lock(mutex_);
  const auto entry = join(session, url, digest, bytes, lock);
  uint64_t notices = 0;
  while (!entry->result && !stop.stop_requested()) {
    changed_.wait_for(lock, stop, kWatch, [&entry] { return entry->result.has_value(); });
    if (entry->result || stop.stop_requested()) break;
    lock.unlock();
    const auto [notice, number] = entry->download.notice();
    watch(entry->download.completed_bytes(), number > notices ? notice : std::string());
    notices = number;
    lock.lock();
  }
  const Result<void> result =
      entry->result ? *entry->result : Result<void>(fail(Code::kCancelled, "cancelled"));
  leave(entry, lock);
  return result;
}

}  // namespace lar::registry
