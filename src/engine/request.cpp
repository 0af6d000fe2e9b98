#include "engine/request.h"

#include <fmt/format.h>

#include <algorithm>

namespace lar::engine {

Result<void> validate(const Request& request, uint32_t context, uint32_t vocab) {
  if (request.prompt.empty()) return fail(Code::kInvalidArgument, "the prompt has no tokens");
  // A generated token needs a position of its own.
  const uint64_t positions = request.prompt.size() + (request.max_tokens == 0 ? 0 : 1);
  if (positions > context) {
    return fail(Code::kInvalidArgument,
                fmt::format("the prompt of {} tokens does not fit in the context of {} tokens",
                            request.prompt.size(), context));
  }
  const auto foreign = [vocab](int32_t token) {
    return token < 0 || static_cast<uint32_t>(token) >= vocab;
  };
  if (const auto found = std::ranges::find_if(request.prompt, foreign);
      found != request.prompt.end()) {
    return fail(Code::kInvalidArgument,
                fmt::format("the prompt has token {}, which the model lacks", *found));
  }
  if (std::ranges::any_of(request.eog_tokens, foreign)) {
    return fail(Code::kInvalidArgument, "an end-of-generation token is not in the vocabulary");
  }
  return {};
}

uint32_t generation_limit(const Request& request, uint32_t context) {
  const uint64_t bound = uint64_t{context} * kGeneratedContextsMax;
  const uint64_t wanted =
      request.max_tokens < 0 ? bound
                             : std::min<uint64_t>(bound, static_cast<uint64_t>(request.max_tokens));
  return static_cast<uint32_t>(std::min<uint64_t>(wanted, UINT32_MAX));
}

}  // namespace lar::engine
