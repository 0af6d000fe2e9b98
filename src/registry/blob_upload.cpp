#include "registry/blob_upload.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>

#include "registry/headers.h"
#include "registry/part_source.h"

namespace lar::registry {
namespace {

constexpr const char* kBytesType = "application/octet-stream";

bool is_good(const net::HttpResponse& response) {
  return response.status >= 200 && response.status < 300;
}

Result<net::Url> location(const net::HttpResponse& response,
                          std::initializer_list<const char*> headers,
                          const net::Url& base) {
  for (const char* name : headers) {
    if (const std::string* value = response.header(name)) {
      LAR_TRY(auto url, with_context(base.resolve(*value), name));
      if (base.secure() && !url.secure()) {
        return fail(Code::kPermissionDenied, "the registry wants the upload over insecure http");
      }
      return url;
    }
  }
  return fail(Code::kDataCorrupt, "http: no Location header in response");
}

Result<net::Url> next_location(const net::HttpResponse& response, const net::Url& base) {
  return location(response, {"Docker-Upload-Location", "Location"}, base);
}

// How multi-part uploads to object storage name their content: the MD5 of the parts' MD5s.
std::string etag_of(const std::string& part_sums) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
  unsigned size = 0;
  if (EVP_Digest(part_sums.data(), part_sums.size(), sum.data(), &size, EVP_md5(), nullptr) != 1) {
    return {};
  }
  std::string text;
  for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", sum[i]);
  return fmt::format("{}-{}", text, part_sums.size() / 16);
}

}  // namespace

std::vector<store::ByteRange> upload_parts(uint64_t bytes, uint64_t part_min) {
  const uint64_t size =
      std::clamp(bytes / kPartsWanted, part_min, std::max(part_min, kPartBytesMax));
  std::vector<store::ByteRange> parts;
  for (uint64_t at = 0; at < bytes; at += size) parts.push_back({at, std::min(at + size, bytes)});
  return parts;
}

// `position`: how far into the blob the part has come.
void BlobUpload::report(Part& part, uint64_t position) {
  const std::scoped_lock lock(mutex_);
  part.sent = position - part.range.begin;
  uint64_t sum = 0;
  for (const Part& each : parts_) sum += each.sent;
  if (sum <= completed_) return;
  completed_ = sum;
  if (hooks_.progress) hooks_.progress(sum);
}

void BlobUpload::notify(const std::string& text) {
  const std::scoped_lock lock(mutex_);
  if (hooks_.notice) hooks_.notice(text);
}

Result<void> BlobUpload::run(const std::string& from) {
  const RetryPolicy& policy = session_.config().retry;
  for (int tries = 1;; ++tries) {
    const uint64_t before = completed_;
    auto target = begin(tries == 1 ? from : std::string());
    Result<void> result;
    if (!target) {
      result = std::unexpected(target.error());
    } else if (*target) {
      result = send_parts(**target);
    }
    if (result) {
      if (hooks_.progress) hooks_.progress(bytes_);
      return {};
    }
    if (completed_ > before) tries = 1;
    if (!is_passing(result.error()) || tries >= policy.tries_max) return result;
    LAR_TRY(wait_for(back_off(policy, tries), stop_));
  }
}

Result<std::optional<net::Url>> BlobUpload::begin(const std::string& from) {
  LAR_TRY(auto url, session_.endpoint().uploads());
  if (!from.empty()) {
    LAR_TRY(url, url.with_query("from", from));
    LAR_TRY(url, url.with_query("mount", digest_.str()));
  }
  LAR_TRY(const auto answer, send({.method = "POST", .url = url}));
  if (answer.response.status == 201) return std::optional<net::Url>();
  if (!is_good(answer.response)) return std::unexpected(status_error(answer.response));
  LAR_TRY(auto target, next_location(answer.response, answer.url));
  return std::optional(std::move(target));
}

Result<void> BlobUpload::send_parts(net::Url url) {
  parts_.clear();
  redirected_ = false;
  for (const store::ByteRange range : upload_parts(bytes_, session_.config().upload_part_bytes)) {
    parts_.push_back({.range = range});
  }
  TaskGroup to_storage(static_cast<size_t>(std::max(session_.config().streams_max, 1)), stop_);
  for (Part& part : parts_) LAR_TRY(send_part(url, part, to_storage));
  LAR_TRY(to_storage.wait());
  return finish(url);
}

Result<void> BlobUpload::send_part(net::Url& url, Part& part, TaskGroup& to_storage) {
  const RetryPolicy& policy = session_.config().retry;
  uint64_t offset = part.range.begin;
  for (int tries = 1; offset < part.range.end; ++tries) {
    auto next = try_part(url, part, offset, to_storage);
    if (next) {
      url = *std::move(next);
      return {};
    }
    if (!is_passing(next.error()) || tries >= policy.tries_max) {
      return std::unexpected(next.error());
    }
    LAR_TRY(wait_for(back_off(policy, tries), stop_));
    if (redirected_) {
      LAR_TRY(to_storage.state());
      continue;
    }
    const auto there = ask_offset(url);
    // It has lost the upload, or what it has is not from this part: the caller begins anew.
    if (!there || there->second < part.range.begin || there->second > part.range.end) {
      return std::unexpected(next.error());
    }
    if (there->second > offset) tries = 0;
    url = there->first;
    offset = there->second;
  }
  return {};
}

Result<net::Url> BlobUpload::try_part(const net::Url& url,
                                      Part& part,
                                      uint64_t offset,
                                      TaskGroup& to_storage) {
  PartSource source(fd_, part.range, offset, [&](uint64_t position) { report(part, position); });
  const Call call{.method = "PATCH",
                  .url = url,
                  .headers = {{"Content-Type", kBytesType},
                              {"Content-Range", fmt::format("{}-{}", offset, part.range.end - 1)},
                              {"X-Redirect-Uploads", "1"}},
                  .body_source = &source,
                  .redirects = Redirects::kReturn};
  LAR_TRY(const auto answer, send(call));
  if (answer.response.status == 307) {
    LAR_TRY(const auto storage, location(answer.response, {"Location"}, answer.url));
    redirected_ = true;
    LAR_TRY(to_storage.start([this, storage, &part](const std::stop_token& stop) {
      return send_to_storage(storage, part, stop);
    }));
  } else if (!is_good(answer.response)) {
    return std::unexpected(status_error(answer.response));
  } else {
    part.sum = source.md5();
  }
  return next_location(answer.response, answer.url);
}

// The storage behind the registry takes the part itself, from its first byte at every try.
Result<void> BlobUpload::send_to_storage(const net::Url& url,
                                         Part& part,
                                         const std::stop_token& stop) {
  PartSource source(fd_, part.range, part.range.begin,
                    [&](uint64_t position) { report(part, position); });
  const Call call{.method = "PUT",
                  .url = url,
                  .headers = {{"Content-Type", kBytesType}},
                  .body_source = &source,
                  .redirects = Redirects::kReturn};
  const RetryPolicy& policy = session_.config().retry;
  for (int tries = 1;; ++tries) {
    source.rewind();
    const auto answer = session_.send(call, stop, notice_);
    if (answer && is_good(answer->response)) break;
    const Error error = answer ? status_error(answer->response) : answer.error();
    if (!is_passing(error) || tries >= policy.tries_max) return std::unexpected(error);
    LAR_TRY(wait_for(back_off(policy, tries), stop));
  }
  part.sum = source.md5();
  return {};
}

Result<std::pair<net::Url, uint64_t>> BlobUpload::ask_offset(const net::Url& url) {
  LAR_TRY(const auto answer, send({.url = url}));
  if (!is_good(answer.response)) return std::unexpected(status_error(answer.response));
  const std::string* range = answer.response.header("Range");
  if (range == nullptr) return fail(Code::kDataCorrupt, "no Range in the state of an upload");
  LAR_TRY(const uint64_t offset, parse_upload_range(*range));
  auto next = next_location(answer.response, answer.url);
  return std::pair(next ? *std::move(next) : url, offset);
}

Result<void> BlobUpload::finish(const net::Url& url) {
  LAR_TRY(auto target, url.with_query("digest", digest_.str()));
  std::string part_sums;
  for (const Part& part : parts_) part_sums += part.sum;
  if (const std::string etag = etag_of(part_sums); !etag.empty()) {
    LAR_TRY(target, target.with_query("etag", etag));
  }
  LAR_TRY(const auto answer,
          send({.method = "PUT", .url = target, .headers = {{"Content-Type", kBytesType}}}));
  if (!is_good(answer.response)) return std::unexpected(status_error(answer.response));
  return {};
}

}  // namespace lar::registry
