// What one side writes the other reads, field for field; anything else is refused.
#include "runner/protocol/messages.h"

#include <gtest/gtest.h>

#include <boost/pfr.hpp>
#include <random>

#include "runner/protocol/fields.h"
#include "runner/protocol/frame.h"

namespace lar::runner {
namespace {

using runtime::ChatMessage;
using runtime::GenerateDelta;
using runtime::GenerateDone;
using runtime::GenerateRequest;

std::string content_of(const std::vector<uint8_t>& frame) {
  return {frame.begin() + 4, frame.end()};
}

GenerateRequest sample_request() {
  GenerateRequest request;
  request.kind = GenerateRequest::Kind::kInfill;
  request.messages.push_back({.role = "user",
                              .content = std::string("a\0b", 3),
                              .thinking = "t",
                              .tool_calls = {{.id = "1", .name = "f", .arguments = "{}"}},
                              .tool_name = "n",
                              .tool_call_id = "c"});
  request.tools = "[]";
  request.tool_choice = {.kind = runtime::ToolChoice::Kind::kFunction, .function = "f"};
  request.think = runtime::Think::kHigh;
  request.context = {1, 2, -3};
  request.go_template = "{{ .Prompt }}";
  request.constraint = {.kind = runtime::Constraint::Kind::kRegex, .text = "a+"};
  request.options.sampling.logit_bias.push_back({.token = 7, .bias = -1.5F});
  request.options.stop = {"x", ""};
  request.options.num_ctx = 128;
  request.truncate = false;
  return request;
}

// Counts what a list of fields names.
struct Counter {
  size_t count = 0;
  template <class... T>
  void operator()(T&...) {
    count += sizeof...(T);
  }
};

template <class T>
size_t listed_fields() {
  Counter counter;
  T value;
  fields(counter, value);
  return counter.count;
}

template <class T>
void expect_all_fields(const char* name) {
  EXPECT_EQ(listed_fields<T>(), boost::pfr::tuple_size_v<T>) << name;
}
#define EXPECT_ALL_FIELDS(type) expect_all_fields<type>(#type)

TEST(Protocol, EveryFieldOfEveryStructIsListed) {
  EXPECT_ALL_FIELDS(Error);
  EXPECT_ALL_FIELDS(IsaSet);
  EXPECT_ALL_FIELDS(sampling::LogitBias);
  EXPECT_ALL_FIELDS(sampling::Params);
  EXPECT_ALL_FIELDS(backend::MemoryItem);
  EXPECT_ALL_FIELDS(backend::MemoryPlan);
  EXPECT_ALL_FIELDS(runtime::Options);
  EXPECT_ALL_FIELDS(runtime::LoadOptions);
  EXPECT_ALL_FIELDS(runtime::PromptStyle);
  EXPECT_ALL_FIELDS(runtime::CalledTool);
  EXPECT_ALL_FIELDS(runtime::ChatMessage);
  EXPECT_ALL_FIELDS(runtime::Constraint);
  EXPECT_ALL_FIELDS(runtime::ToolChoice);
  EXPECT_ALL_FIELDS(runtime::GenerateRequest);
  EXPECT_ALL_FIELDS(runtime::Alternative);
  EXPECT_ALL_FIELDS(runtime::TokenLogprobs);
  EXPECT_ALL_FIELDS(runtime::ToolCallDelta);
  EXPECT_ALL_FIELDS(runtime::GenerateDelta);
  EXPECT_ALL_FIELDS(runtime::PromptTruncation);
  EXPECT_ALL_FIELDS(runtime::GenerateDone);
  EXPECT_ALL_FIELDS(runtime::PromptInfo);
  EXPECT_ALL_FIELDS(runtime::EmbedRequest);
  EXPECT_ALL_FIELDS(runtime::EmbedResult);
  EXPECT_ALL_FIELDS(runtime::RerankRequest);
  EXPECT_ALL_FIELDS(runtime::RerankResult);
  EXPECT_ALL_FIELDS(runtime::TokenizeRequest);
  EXPECT_ALL_FIELDS(runtime::TokenizeResult);
  EXPECT_ALL_FIELDS(runtime::DetokenizeRequest);
  EXPECT_ALL_FIELDS(runtime::DetokenizeResult);
  EXPECT_ALL_FIELDS(Loaded);
  EXPECT_ALL_FIELDS(RunnerStats);
  EXPECT_ALL_FIELDS(LoadMessage);
  EXPECT_ALL_FIELDS(SubmitMessage);
  EXPECT_ALL_FIELDS(CancelMessage);
  EXPECT_ALL_FIELDS(PingMessage);
  EXPECT_ALL_FIELDS(ProgressMessage);
  EXPECT_ALL_FIELDS(LoadFailedMessage);
  EXPECT_ALL_FIELDS(EventMessage);
  EXPECT_ALL_FIELDS(PongMessage);
}

TEST(Protocol, ARequestArrivesAsItWasSent) {
  std::vector<uint8_t> frame;
  ASSERT_TRUE(
      append_frame(ServerMessage(SubmitMessage{.id = 9, .request = sample_request()}), frame));
  const auto message = parse_server_message(content_of(frame));
  ASSERT_TRUE(message);
  const auto* submit = std::get_if<SubmitMessage>(&*message);
  ASSERT_NE(submit, nullptr);
  EXPECT_EQ(submit->id, 9U);
  const auto* request = std::get_if<GenerateRequest>(&submit->request);
  ASSERT_NE(request, nullptr);
  EXPECT_EQ(request->kind, GenerateRequest::Kind::kInfill);
  EXPECT_EQ(request->messages.at(0).content, std::string("a\0b", 3));
  EXPECT_EQ(request->messages.at(0).tool_calls.at(0).arguments, "{}");
  EXPECT_EQ(request->context, (std::vector<int32_t>{1, 2, -3}));
  EXPECT_EQ(request->go_template, "{{ .Prompt }}");
  EXPECT_EQ(request->options.sampling.logit_bias.at(0).bias, -1.5F);
  EXPECT_EQ(request->options.stop, (std::vector<std::string>{"x", ""}));
  EXPECT_EQ(request->options.num_ctx, 128U);
  EXPECT_FALSE(request->truncate);
  // And again to the same bytes.
  std::vector<uint8_t> again;
  ASSERT_TRUE(append_frame(*message, again));
  EXPECT_EQ(again, frame);
}

TEST(Protocol, EventsArriveAsTheyWereSent) {
  const std::vector<RunnerMessage> messages = {
      ProgressMessage{.done_bytes = 1, .total_bytes = 2},
      Loaded{.context = 5, .architecture = "llama", .warnings = {"w"}},
      LoadFailedMessage{.error = {Code::kDataCorrupt, "bad"}},
      EventMessage{.id = 3, .event = GenerateDelta{.content = "x", .tool_calls = {{.name = "f"}}}},
      EventMessage{.id = 3, .event = GenerateDone{.context = {1}, .warnings = {"a", "b"}}},
      EventMessage{.id = 4, .event = runtime::EmbedResult{.vectors = {{1.0F}, {}}}},
      EventMessage{.id = 5, .event = Error{Code::kCancelled, "c"}},
      PongMessage{.number = 1, .working = true}};
  std::vector<uint8_t> bytes;
  for (const RunnerMessage& message : messages) ASSERT_TRUE(append_frame(message, bytes));
  // In the smallest pieces.
  FrameReader reader(kRunnerFrameBytesMax);
  std::vector<uint8_t> again;
  for (const uint8_t byte : bytes) {
    reader.append(std::span(&byte, 1));
    const auto frame = reader.next();
    ASSERT_TRUE(frame);
    if (!*frame) continue;
    const auto message = parse_runner_message(**frame);
    ASSERT_TRUE(message);
    ASSERT_TRUE(append_frame(*message, again));
  }
  EXPECT_EQ(again, bytes);
  EXPECT_EQ(reader.held(), 0U);
}

TEST(Protocol, EveryCutAndLongerMessageIsRefused) {
  std::vector<uint8_t> frame;
  ASSERT_TRUE(
      append_frame(ServerMessage(SubmitMessage{.id = 9, .request = sample_request()}), frame));
  const std::string content = content_of(frame);
  for (size_t length = 0; length < content.size(); ++length) {
    EXPECT_FALSE(parse_server_message(content.substr(0, length))) << length;
  }
  EXPECT_FALSE(parse_server_message(content + '\0'));
}

TEST(Protocol, CountsBeyondTheBytesAreRefusedWithoutMemory) {
  std::vector<uint8_t> frame;
  ASSERT_TRUE(append_frame(
      RunnerMessage(EventMessage{.id = 1, .event = runtime::TokenizeResult{.tokens = {1}}}),
      frame));
  std::string content = content_of(frame);
  const size_t count_at = content.size() - 8;  // of the tokens, before the one
  content.replace(count_at, 4, "\xff\xff\xff\x7f");
  const auto message = parse_runner_message(content);
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().code, Code::kDataCorrupt);
}

TEST(Protocol, AFrameBeyondTheLimitIsRefusedByItsLength) {
  FrameReader reader(1000);
  const std::vector<uint8_t> length = {0xff, 0xff, 0xff, 0x7f};
  reader.append(length);
  EXPECT_FALSE(reader.next());
}

TEST(Protocol, FlippedBytesNeverBreakTheReader) {
  std::vector<uint8_t> frame;
  ASSERT_TRUE(
      append_frame(ServerMessage(SubmitMessage{.id = 9, .request = sample_request()}), frame));
  const std::string content = content_of(frame);
  std::minstd_rand random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string changed = content;
    for (int flips = 0; flips < 3; ++flips) {
      changed[random() % changed.size()] = static_cast<char>(random());
    }
    (void)parse_server_message(changed);
    (void)parse_runner_message(changed);
  }
}

}  // namespace
}  // namespace lar::runner
