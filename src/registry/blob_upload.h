// The upload of one blob, in parts as Ollama sends them. A part that breaks off goes on where the
// registry says it is; if the registry has forgotten the upload, it begins anew. A registry may
// send parts on to the storage behind it; those are uploaded beside each other.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "registry/session.h"
#include "registry/task_group.h"
#include "store/digest.h"
#include "store/file.h"
#include "store/partial_blob.h"

namespace lar::registry {

inline constexpr uint64_t kPartBytesMax = 1'000'000'000;
inline constexpr uint64_t kPartsWanted = 16;

// The parts of a blob of that length, `part_min` bytes each at least.
std::vector<store::ByteRange> upload_parts(uint64_t bytes, uint64_t part_min);

class BlobUpload {
 public:
  struct Hooks {
    // From several threads, but never two at a time.
    std::function<void(uint64_t completed)> progress;  // never decreases
    NoticeFunction notice;
  };

  // `session` is borrowed. `fd`: the blob, whose content is known to be right.
  BlobUpload(Session& session,
             const store::Digest& digest,
             uint64_t bytes,
             store::Fd fd,
             Hooks hooks,
             std::stop_token stop)
      : session_(session),
        digest_(digest),
        bytes_(bytes),
        fd_(std::move(fd)),
        hooks_(std::move(hooks)),
        notice_([this](const std::string& text) { notify(text); }),
        stop_(std::move(stop)) {}

  // `from`: the repository (namespace/model) that may have the blob already, or empty.
  Result<void> run(const std::string& from);

 private:
  // Where the upload goes; nullopt if the registry has mounted the blob.
  Result<std::optional<net::Url>> begin(const std::string& from);
  Result<void> send_parts(net::Url url);
  struct Part {
    store::ByteRange range;
    uint64_t sent = 0;
    std::string sum;  // its MD5, once it is there
  };
  // Sends a part until it is there, or on its way to the storage. `url`: where it goes, and then
  // where the next one does.
  Result<void> send_part(net::Url& url, Part& part, TaskGroup& to_storage);
  // One try, from `offset` on.
  Result<net::Url> try_part(const net::Url& url,
                            Part& part,
                            uint64_t offset,
                            TaskGroup& to_storage);
  Result<void> send_to_storage(const net::Url& url, Part& part, const std::stop_token& stop);
  Result<void> finish(const net::Url& url);
  Result<std::pair<net::Url, uint64_t>> ask_offset(const net::Url& url);
  Result<Answer> send(const Call& call) { return session_.send(call, stop_, notice_); }
  void report(Part& part, uint64_t position);
  void notify(const std::string& text);

  Session& session_;
  const store::Digest digest_;
  const uint64_t bytes_;
  const store::Fd fd_;
  const Hooks hooks_;
  const NoticeFunction notice_;
  const std::stop_token stop_;

  std::mutex mutex_;
  std::vector<Part> parts_;
  uint64_t completed_ = 0;
  bool redirected_ = false;  // parts go to the storage, and the registry does not know how far
};

}  // namespace lar::registry
