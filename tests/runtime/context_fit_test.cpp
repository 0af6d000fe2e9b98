// Which messages fit: the same as dropping the oldest one at a time would find, with less work.
#include "runtime/context_fit.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace lar::runtime {
namespace {

struct Conversation {
  std::vector<FitMessage> messages;
  std::vector<size_t> tokens;  // each message's
  std::vector<bool> refused;   // a prompt must not begin there

  size_t tokens_from(size_t first) const {
    size_t sum = 0;
    for (size_t i = 0; i < messages.size(); ++i) {
      if (i >= first || messages[i].is_system) sum += tokens[i];
    }
    return sum;
  }
};

// Ollama's way.
size_t one_at_a_time(const Conversation& conversation, size_t context) {
  const size_t last = conversation.messages.size() - 1;
  for (size_t i = 0; i < last; ++i) {
    if (!conversation.refused[i] && conversation.tokens_from(i) <= context) return i;
  }
  return last;
}

ContextFit fit(const Conversation& conversation, size_t context) {
  const auto found =
      fit_messages(conversation.messages, context, [&](size_t first) -> Result<size_t> {
        if (conversation.refused[first]) return fail(Code::kInvalidArgument, "roles alternate");
        return conversation.tokens_from(first);
      });
  return found.value_or(ContextFit{});
}

TEST(ContextFit, finds_what_dropping_one_at_a_time_finds) {
  std::mt19937 random(7);
  const auto under = [&](size_t n) { return static_cast<size_t>(random() % n); };
  for (int round = 0; round < 3000; ++round) {
    Conversation conversation;
    const size_t count = 1 + under(40);
    const bool alternates = under(3) == 0;
    size_t whole = 0;
    for (size_t i = 0; i < count; ++i) {
      const size_t tokens = 1 + under(200);
      whole += tokens;
      conversation.tokens.push_back(tokens);
      // Bytes tell about how many tokens there are.
      conversation.messages.push_back(
          {.is_system = under(6) == 0, .bytes = tokens * (2 + under(4))});
      conversation.refused.push_back(alternates && i % 2 == 1);
    }
    const size_t context = under(whole + 20);
    const ContextFit found = fit(conversation, context);
    EXPECT_EQ(found.first, one_at_a_time(conversation, context)) << round;
  }
}

TEST(ContextFit, renders_seldom) {
  Conversation conversation;
  for (size_t i = 0; i < 2000; ++i) {
    conversation.tokens.push_back(50 + i % 17);
    conversation.messages.push_back({.is_system = i == 0, .bytes = 200 + (i * 7919) % 90});
    conversation.refused.push_back(false);
  }
  for (const size_t context : {100U, 1000U, 40'000U, 110'000U, 200'000U}) {
    const ContextFit found = fit(conversation, context);
    EXPECT_EQ(found.first, one_at_a_time(conversation, context));
    EXPECT_LE(found.measured, 20U) << context;
    EXPECT_EQ(found.dropped, found.first == 0 ? 0 : found.first - 1);
  }
}

TEST(ContextFit, the_last_message_stays_and_a_fit_costs_one_rendering) {
  Conversation conversation{.messages = {{.bytes = 10}, {.bytes = 10}, {.bytes = 10}},
                            .tokens = {5, 5, 50},
                            .refused = {false, false, false}};
  EXPECT_EQ(fit(conversation, 10).first, 2U);
  EXPECT_EQ(fit(conversation, 60).first, 0U);
  EXPECT_EQ(fit(conversation, 60).measured, 1U);
}

TEST(ContextFit, the_error_of_the_whole_conversation_is_the_callers) {
  const auto found = fit_messages(std::vector<FitMessage>(3), 10, [](size_t) -> Result<size_t> {
    return fail(Code::kInvalidArgument, "no");
  });
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().message, "no");
}

}  // namespace
}  // namespace lar::runtime
