#include <gmock/gmock.h>

#include "endpoint_harness.h"

namespace lar::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class OpenAiEmbeddingsTest : public testing::Test, protected EndpointHarness {
 protected:
  OpenAiEmbeddingsTest() { add_model("vectors", {.architecture = "bert", .pooling = true}); }

  Reply embed(Json fields, std::vector<std::vector<float>> vectors = {{1.0F, -0.5F}}) {
    Json body = {{"model", "vectors"}, {"input", "hello"}};
    if (!fields.is_null()) body.update(fields);
    service.scripts.push_back(
        {.events = {runtime::EmbedResult{.vectors = std::move(vectors), .tokens = 3}}});
    return post("/v1/embeddings", body);
  }
  const runtime::EmbedRequest& asked() {
    return std::get<runtime::EmbedRequest>(service.orders.back().request.value());
  }
};

TEST_F(OpenAiEmbeddingsTest, GivesNumbers) {
  const Json json = embed({{"dimensions", 2}}).json();
  EXPECT_EQ(json, Json::parse(R"({"object": "list", "data": [{"object": "embedding",
      "embedding": [1, -0.5], "index": 0}], "model": "vectors",
      "usage": {"prompt_tokens": 3, "total_tokens": 3}})"));
  EXPECT_EQ(asked().dimensions, 2U);
  EXPECT_THAT(asked().inputs, ElementsAre("hello"));
}

TEST_F(OpenAiEmbeddingsTest, GivesBase64OfLittleEndianFloats) {
  const Json json =
      embed({{"input", {"a", "b"}}, {"encoding_format", "base64"}}, {{1.0F}, {1.0F, -0.5F}}).json();
  EXPECT_EQ(json["data"][0]["embedding"], "AACAPw==");
  EXPECT_EQ(json["data"][1]["embedding"], "AACAPwAAAL8=");
  EXPECT_EQ(json["data"][1]["index"], 1);
}

TEST_F(OpenAiEmbeddingsTest, TakesTokenIds) {
  service.scripts.push_back({.events = {runtime::DetokenizeResult{"hel"}}});
  service.scripts.push_back({.events = {runtime::DetokenizeResult{"lo"}}});
  embed({{"input", {{1, 2}, {3}}}}, {{1}, {2}});
  EXPECT_THAT(asked().inputs, ElementsAre("hel", "lo"));
  EXPECT_THAT(std::get<runtime::DetokenizeRequest>(*service.orders[0].request).tokens,
              ElementsAre(1, 2));
}

TEST_F(OpenAiEmbeddingsTest, RefusesInOllamasWords) {
  const auto refusal = [&](Json fields) {
    const Reply reply = embed(std::move(fields));
    return std::to_string(reply.status) + " " + reply.json()["error"]["message"].get<std::string>();
  };
  EXPECT_EQ(refusal({{"input", nullptr}}), "400 invalid input");
  EXPECT_EQ(refusal({{"input", Json::array()}}), "400 invalid input");
  EXPECT_EQ(refusal({{"input", {true}}}), "400 invalid input");
  EXPECT_EQ(
      refusal({{"encoding_format", "hex"}}),
      "400 Invalid value for 'encoding_format' = hex. Supported values: ['float', 'base64'].");
  EXPECT_EQ(refusal({{"model", "nosuch"}}), "404 model \"nosuch\" not found, try pulling it first");
  embed({{"input", ""}});
  EXPECT_THAT(asked().inputs, ElementsAre("")) << "one empty text";
}

class RerankTest : public testing::Test, protected EndpointHarness {
 protected:
  RerankTest() { add_model("rank", {.architecture = "bert", .pooling = true}); }

  Reply rerank(Json fields) {
    Json body = {{"model", "rank"}, {"query", "q"}, {"documents", {"a", "b", {{"text", "c"}}}}};
    if (!fields.is_null()) body.update(fields);
    service.scripts.push_back(
        {.events = {runtime::RerankResult{.scores = {0.0F, 2.0F, -2.0F}, .tokens = 9}}});
    return post("/v1/rerank", body);
  }
};

TEST_F(RerankTest, SortsByRelevance) {
  const Json json = rerank({{"top_n", 2}, {"return_documents", true}}).json();
  ASSERT_EQ(json["results"].size(), 2U) << json;
  EXPECT_EQ(json["results"][0]["index"], 1);
  EXPECT_NEAR(json["results"][0]["relevance_score"].get<double>(), 0.8808, 1e-4);
  EXPECT_EQ(json["results"][0]["document"]["text"], "b");
  EXPECT_EQ(json["results"][1]["index"], 0);
  EXPECT_DOUBLE_EQ(json["results"][1]["relevance_score"].get<double>(), 0.5);
  EXPECT_EQ(json["usage"]["total_tokens"], 9);
  EXPECT_EQ(rerank({{"raw_scores", true}}).json()["results"][0]["relevance_score"], 2.0);
}

TEST_F(RerankTest, RefusesWhatItCannotRead) {
  EXPECT_EQ(rerank({{"documents", {1}}}).status, 400);
  EXPECT_EQ(rerank({{"documents", Json::array()}}).status, 400);
  EXPECT_EQ(rerank({{"query", ""}}).status, 400);
  EXPECT_EQ(rerank({{"top_n", 0}}).status, 400);
  EXPECT_EQ(rerank({{"model", "nosuch"}}).status, 404);
}

}  // namespace
}  // namespace lar::test
