#include "registry/blob_source.h"

#include <fmt/format.h>

#include "registry/headers.h"

namespace lar::registry {
namespace {

// What storage answers to a signed URL that has expired or moved.
bool looks_expired(int status) {
  return status == 400 || status == 401 || status == 403 || status == 404 || status == 410;
}

}  // namespace

Result<void> BlobSource::fetch(store::ByteRange range,
                               const Sink& sink,
                               const std::stop_token& stop,
                               const NoticeFunction& notice) {
  LAR_TRY(const Start start, begin(stop));
  Call call{.url = start.url};
  if (!is_whole(range)) {
    call.headers.push_back({"Range", fmt::format("bytes={}-{}", range.begin, range.end - 1)});
  }
  bool learned = false;
  call.on_response = [&](const net::HttpResponse& response, const net::Url& from) -> Result<void> {
    LAR_TRY(check_answer(response, range));
    learn(from);
    learned = true;
    return {};
  };
  call.on_body = sink;
  const auto answer = session_.send(call, stop, notice);
  if (start.asks && !learned) give_up_asking();
  if (!answer) return std::unexpected(answer.error());
  const int status = answer->response.status;
  if (status >= 200 && status < 300) {
    // An answer without a body still has to be one of the right kind.
    return learned ? Result<void>() : check_answer(answer->response, range);
  }
  Error error = status_error(answer->response);
  if (!answer->url.same_origin(url_) || answer->url.path() != url_.path()) {
    if (looks_expired(status)) {
      forget(start.generation);
      error = {Code::kUnavailable,
               fmt::format("the storage's URL is not valid any more ({})", status)};
    }
  }
  return std::unexpected(std::move(error));
}

bool BlobSource::is_located() const {
  const std::scoped_lock lock(mutex_);
  return state_ == State::kKnown;
}

Result<BlobSource::Start> BlobSource::begin(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, stop, [this] { return state_ != State::kAsking; });
  if (stop.stop_requested()) return fail(Code::kCancelled, "cancelled");
  if (state_ == State::kUnknown) {
    state_ = State::kAsking;
    return Start{url_, generation_, true};
  }
  return Start{direct_.value_or(url_), generation_, false};
}

void BlobSource::learn(const net::Url& url) {
  const std::scoped_lock lock(mutex_);
  if (state_ == State::kKnown) return;
  state_ = State::kKnown;
  direct_ = url.str() == url_.str() ? std::nullopt : std::optional(url);
  ++generation_;
  changed_.notify_all();
}

void BlobSource::give_up_asking() {
  const std::scoped_lock lock(mutex_);
  if (state_ == State::kAsking) state_ = State::kUnknown;
  changed_.notify_all();
}

void BlobSource::forget(uint64_t generation) {
  const std::scoped_lock lock(mutex_);
  if (state_ != State::kKnown || generation_ != generation) return;
  state_ = State::kUnknown;
  direct_.reset();
}

Result<void> BlobSource::check_answer(const net::HttpResponse& response,
                                      store::ByteRange range) const {
  const auto wrong = [](std::string_view what) {
    return fail(Code::kDataCorrupt, fmt::format("the registry's answer {}", what));
  };
  if (response.status == 200) {
    if (!is_whole(range)) {
      return fail(Code::kUnsupported, "the registry does not serve parts of a blob");
    }
    const std::string* length = response.header("Content-Length");
    if (length != nullptr && *length != std::to_string(bytes_)) {
      return wrong(fmt::format("has {} bytes, the manifest says {}", *length, bytes_));
    }
    return {};
  }
  if (response.status != 206) return wrong(fmt::format("has status {}", response.status));
  const std::string* header = response.header("Content-Range");
  if (header == nullptr) return wrong("does not say which bytes it has");
  LAR_TRY(const ContentRange got, parse_content_range(*header));
  if (got.begin != range.begin || got.end > range.end) return wrong("has other bytes than asked");
  if (got.total && *got.total != bytes_) {
    return wrong(fmt::format("is of {} bytes, the manifest says {}", *got.total, bytes_));
  }
  return {};
}

}  // namespace lar::registry
