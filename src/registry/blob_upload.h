// The upload of one blob, in parts as Ollama sends them. A part that breaks off goes on where the
// registry says it is; if the registry has forgotten the upload, it begins anew.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "registry/session.h"
#include "store/digest.h"
#include "store/file.h"
#include "store/partial_blob.h"

namespace lar::registry {

inline constexpr uint64_t kPartBytesMin = 100'000'000;
inline constexpr uint64_t kPartBytesMax = 1'000'000'000;
inline constexpr uint64_t kPartsWanted = 16;

// The parts of a blob of that length.
std::vector<store::ByteRange> upload_parts(uint64_t bytes);

class BlobUpload {
 public:
  struct Hooks {
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
        stop_(std::move(stop)) {}

  // `from`: the repository (namespace/model) that may have the blob already, or empty.
  Result<void> run(const std::string& from);

 private:
  // Where the upload goes; nullopt if the registry has mounted the blob.
  Result<std::optional<net::Url>> begin(const std::string& from);
  Result<void> send_parts(net::Url url);
  // Sends a part and returns where the next goes. `offset`: what of the blob is there already.
  Result<net::Url> send_part(const net::Url& url, store::ByteRange part, uint64_t offset);
  Result<net::Url> send_redirected(const net::HttpResponse& response,
                                   const net::Url& from,
                                   store::ByteRange part);
  Result<void> finish(const net::Url& url);
  Result<std::pair<net::Url, uint64_t>> ask_offset(const net::Url& url);
  Result<Answer> send(const Call& call) { return session_.send(call, stop_, hooks_.notice); }
  void report(uint64_t completed);

  Session& session_;
  const store::Digest digest_;
  const uint64_t bytes_;
  const store::Fd fd_;
  const Hooks hooks_;
  const std::stop_token stop_;
  uint64_t completed_ = 0;
  std::string part_sums_;  // MD5 of each part, one after the other
};

}  // namespace lar::registry
