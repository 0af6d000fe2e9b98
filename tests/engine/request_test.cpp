#include "engine/request.h"

#include <gtest/gtest.h>

#include <limits>

namespace lar::engine {
namespace {

Request with_prompt(size_t tokens) {
  Request request;
  request.prompt.assign(tokens, 1);
  return request;
}

TEST(Request, APromptNeedsRoomForOneMoreToken) {
  EXPECT_TRUE(validate(with_prompt(9), 10, 4).has_value());
  const auto refused = validate(with_prompt(10), 10, 4);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::kInvalidArgument);
  EXPECT_NE(refused.error().message.find("context of 10"), std::string::npos);
  Request only_prompt = with_prompt(10);
  only_prompt.max_tokens = 0;
  EXPECT_TRUE(validate(only_prompt, 10, 4).has_value());
}

TEST(Request, RefusesEmptyPromptsAndForeignTokens) {
  EXPECT_FALSE(validate(with_prompt(0), 10, 4).has_value());
  for (const int32_t token :
       {-1, 4, std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()}) {
    Request request = with_prompt(2);
    request.prompt[1] = token;
    EXPECT_FALSE(validate(request, 10, 4).has_value()) << token;
    request = with_prompt(2);
    request.eog_tokens = {token};
    EXPECT_FALSE(validate(request, 10, 4).has_value()) << token;
  }
}

TEST(Request, GenerationIsAlwaysBounded) {
  Request request;
  EXPECT_EQ(generation_limit(request, 100), 1000U);
  request.max_tokens = 7;
  EXPECT_EQ(generation_limit(request, 100), 7U);
  request.max_tokens = 0;
  EXPECT_EQ(generation_limit(request, 100), 0U);
  request.max_tokens = std::numeric_limits<int32_t>::max();
  EXPECT_EQ(generation_limit(request, 100), 1000U);
  request.max_tokens = std::numeric_limits<int32_t>::min();
  EXPECT_EQ(generation_limit(request, 100), 1000U);
}

}  // namespace
}  // namespace lar::engine
