// An embedding model behind the interface that the runner's process serves.
#include <gtest/gtest.h>

#include <map>

#include "models/encoder_files.h"
#include "runtime/service.h"

namespace lar::runtime {
namespace {

class Events final : public ServiceSink {
 public:
  void on_event(ServiceId id, Event&& event) override { of[id].push_back(std::move(event)); }
  std::map<ServiceId, std::vector<Event>> of;
};

std::unique_ptr<Service> load(test::EncoderFile& encoder) {
  encoder.add_vocabulary(96);
  return Service::load(encoder.file(), {.threads = 1, .isas = detect_isa()}, {}).value();
}

TEST(EmbeddingService, AnswersEachRequestOnce) {
  test::EncoderFile encoder({.vocab = 96});
  const auto service = load(encoder);
  EXPECT_TRUE(service->facts().embeds);
  EXPECT_FALSE(service->facts().reranks);
  EXPECT_EQ(service->facts().embedding_width, 32U);
  EXPECT_EQ(service->facts().context, 128U);
  Events events;
  service->submit(1, EmbedRequest{.inputs = {"a", "b c"}}, events);
  service->submit(2, EmbedRequest{.inputs = {"d"}}, events);
  service->submit(3, GenerateRequest{}, events);
  service->submit(4, TokenizeRequest{.text = "a"}, events);
  service->submit(5, RerankRequest{}, events);
  service->submit(6, DetokenizeRequest{.tokens = {4, 5}}, events);
  service->submit(7, DetokenizeRequest{.tokens = {4, 96}}, events);
  service->submit(8, DetokenizeRequest{.tokens = {-1}}, events);
  EXPECT_EQ(service->current_load().running, 2U);
  service->cancel(2);
  service->cancel(2);
  while (service->step(events)) {
  }
  for (ServiceId id = 1; id <= 8; ++id) {
    ASSERT_EQ(events.of[id].size(), 1U) << id;
    EXPECT_TRUE(is_final(events.of[id][0])) << id;
  }
  const auto* result = std::get_if<EmbedResult>(&events.of[1][0]);
  ASSERT_NE(result, nullptr);
  EXPECT_EQ(result->vectors.size(), 2U);
  EXPECT_EQ(result->tokens, 7U);
  EXPECT_EQ(std::get<Error>(events.of[2][0]).code, Code::kCancelled);
  EXPECT_EQ(std::get<Error>(events.of[3][0]).code, Code::kUnsupported);
  EXPECT_EQ(std::get<TokenizeResult>(events.of[4][0]).tokens, (std::vector<int32_t>{2, 4, 3}));
  EXPECT_EQ(std::get<Error>(events.of[5][0]).code, Code::kUnsupported);
  EXPECT_EQ(std::get<DetokenizeResult>(events.of[6][0]).text, "a b");
  EXPECT_EQ(std::get<Error>(events.of[7][0]).message,
            "there is no token 96: the vocabulary has 96");
  EXPECT_EQ(std::get<Error>(events.of[8][0]).code, Code::kInvalidArgument);
  EXPECT_EQ(service->current_load().running, 0U);
  EXPECT_EQ(service->current_load().prompt_tokens, 7U);
}

TEST(EmbeddingService, RanksDocuments) {
  test::EncoderFile encoder({.vocab = 96, .labels = 1});
  encoder.number("pooling_type", 4);
  const auto service = load(encoder);
  EXPECT_TRUE(service->facts().reranks);
  Events events;
  service->submit(9, RerankRequest{.query = "a", .documents = {"b", "c"}}, events);
  while (service->step(events)) {
  }
  ASSERT_EQ(events.of[9].size(), 1U);
  EXPECT_EQ(std::get<RerankResult>(events.of[9][0]).scores.size(), 2U);
}

}  // namespace
}  // namespace lar::runtime
