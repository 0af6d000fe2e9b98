#include "net/server/exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace lar::net {

awaitable<Result<std::string>> Exchange::read_whole_body(size_t bytes_max) {
  const auto too_large = [bytes_max] {
    return fail(Code::kResourceExhausted,
                fmt::format("the request's body is larger than {} bytes", bytes_max));
  };
  const uint64_t expected = request().content_length.value_or(0);
  if (expected > bytes_max) co_return too_large();
  std::string body;
  for (;;) {
    constexpr size_t kStepMin = 4U << 10U;
    constexpr size_t kStepMax = 256U << 10U;
    // Memory grows with what has come, not with what a header promises.
    const size_t before = body.size();
    body.resize(before + std::clamp(before, kStepMin, kStepMax));
    const auto out = std::as_writable_bytes(std::span(body)).subspan(before);
    LAR_CO_TRY(const size_t count, co_await read_body(out));
    body.resize(before + count);
    if (body.size() > bytes_max) co_return too_large();
    if (count == 0) co_return body;
  }
}

}  // namespace lar::net
