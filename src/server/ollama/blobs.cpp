// HEAD and POST /api/blobs/:digest: files that a later create refers to.
#include <fmt/format.h>
#include <algorithm>
#include <array>

#include "server/ollama/endpoints.h"
#include "server/reply.h"

namespace lar::server::ollama {
namespace {

constexpr size_t kUploadStep = 1U << 20U;  // bytes that are hashed and written at a time

// As the API takes it: either separator, any case of hex digits.
Result<store::Digest> parse_digest(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  auto digest = store::Digest::parse(lower);
  if (!digest) return fail(Code::kInvalidArgument, "invalid digest format");
  return digest;
}

// Fills `step` from the body; the bytes read, fewer only at its end.
net::awaitable<Result<size_t>> read_step(net::Exchange& http, std::span<std::byte> step) {
  size_t filled = 0;
  while (filled < step.size()) {
    LAR_CO_TRY(const size_t count, co_await http.read_body(step.subspan(filled)));
    if (count == 0) break;
    filled += count;
  }
  co_return filled;
}

net::awaitable<Result<store::Digest>> receive(Call& call) {
  ServerContext& context = call.context;
  const auto expected_bytes = call.http.request().content_length;
  auto writer =
      co_await context.loop.blocking([&] { return context.store.blob_writer(expected_bytes); });
  if (!writer) co_return std::unexpected(std::move(writer).error());
  std::vector<std::byte> step(kUploadStep);
  for (;;) {
    LAR_CO_TRY(const size_t count, co_await read_step(call.http, step));
    if (count == 0) break;
    LAR_CO_TRY(co_await context.loop.blocking(
        [&] { return writer->append(std::span(step).first(count)); }));
  }
  // What came is kept under its true name also where another was expected: a create may refer to
  // it.
  co_return co_await context.loop.blocking([&] { return writer->commit(std::nullopt); });
}

}  // namespace

net::awaitable<void> blob_head(Call& call) {
  const auto digest = parse_digest(call.param("digest"));
  if (!digest) {
    co_await send_error(call, digest.error());
    co_return;
  }
  ServerContext& context = call.context;
  // Whoever asks is about to use it.
  const auto kept =
      co_await context.loop.blocking([&] { return context.store.keep_blob(*digest); });
  const bool there = kept.has_value() ||
                     (kept.error().code != Code::kNotFound && co_await context.loop.blocking([&] {
                       return context.store.blob(*digest).has_value();
                     }));
  if (there) {
    co_await send_empty(call, 200);
  } else {
    co_await send_error(call, HttpError{404, "blob not found", {}});
  }
}

net::awaitable<void> blob_upload(Call& call) {
  const auto digest = parse_digest(call.param("digest"));
  if (!digest) {
    co_await send_error(call, digest.error());
    co_return;
  }
  ServerContext& context = call.context;
  const auto kept =
      co_await context.loop.blocking([&] { return context.store.keep_blob(*digest); });
  if (kept) {
    co_await send_empty(call, 200);
    co_return;
  }
  const auto received = co_await receive(call);
  if (!received) {
    const Code code = received.error().code;
    // What is wrong with the body itself, the connection answers.
    if (code == Code::kCancelled || code == Code::kDeadlineExceeded) co_return;
    co_await send_error(call, received.error());
    co_return;
  }
  if (*received != *digest) {
    co_await send_error(call, HttpError{400,
                                        fmt::format("digest mismatch, expected \"{}\", got \"{}\"",
                                                    digest->str(), received->str()),
                                        {}});
    co_return;
  }
  co_await send_empty(call, 201);
}

}  // namespace lar::server::ollama
