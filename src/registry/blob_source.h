// Where the bytes of one blob come from: the registry itself, or the storage that it redirects to.
// The streams of a download share what the first one learned; a signed URL that has expired is
// asked for anew.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <span>

#include "registry/session.h"
#include "store/digest.h"
#include "store/partial_blob.h"

namespace lar::registry {

class BlobSource {
 public:
  using Sink = std::function<Result<void>(std::span<const std::byte>)>;

  // `session` is borrowed.
  BlobSource(Session& session, net::Url url, uint64_t bytes)
      : session_(session), url_(std::move(url)), bytes_(bytes) {}

  // One try to get `range`, or less of it. Every byte that `sink` gets is the next one. Errors are
  // those of Session::send and status_error, of `sink`, and
  //   unsupported   the source does not serve parts
  //   data_corrupt  its answer is about other bytes than those asked for
  Result<void> fetch(store::ByteRange range,
                     const Sink& sink,
                     const std::stop_token& stop,
                     const NoticeFunction& notice);

  bool is_located() const;

 private:
  enum class State : uint8_t { kUnknown, kAsking, kKnown };
  struct Start {
    net::Url url;
    uint64_t generation = 0;
    bool asks = false;  // others wait for what this one learns
  };

  Result<Start> begin(const std::stop_token& stop);
  void learn(const net::Url& url);
  void give_up_asking();
  void forget(uint64_t generation);
  Result<void> check_answer(const net::HttpResponse& response, store::ByteRange range) const;
  bool is_whole(store::ByteRange range) const { return range.begin == 0 && range.end == bytes_; }

  Session& session_;
  const net::Url url_;
  const uint64_t bytes_;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  State state_ = State::kUnknown;
  std::optional<net::Url> direct_;  // nullopt where the registry serves it itself
  uint64_t generation_ = 0;
};

}  // namespace lar::registry
