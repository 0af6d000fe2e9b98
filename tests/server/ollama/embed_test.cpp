#include <gmock/gmock.h>

#include "endpoint_harness.h"

namespace lar::test {
namespace {

using runtime::EmbedRequest;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class EmbedTest : public testing::Test, protected EndpointHarness {
 protected:
  EmbedTest() {
    add_model("vectors", {.architecture = "bert", .pooling = true});
    add_model("nomic", {.architecture = "nomic-bert", .pooling = true});
  }
  void answer(std::vector<std::vector<float>> vectors) {
    service.scripts.push_back(
        {.events = {runtime::EmbedResult{.vectors = std::move(vectors), .tokens = 8}}});
  }
  const EmbedRequest& asked() {
    return std::get<EmbedRequest>(service.orders.back().request.value());
  }
};

TEST_F(EmbedTest, GivesAVectorForEachInput) {
  answer({{0.5F, -0.25F}, {0.1F, 1e-9F}});
  const Reply reply =
      post("/api/embed",
           {{"model", "vectors"}, {"input", {"a", "b"}}, {"dimensions", 2}, {"truncate", false}});
  EXPECT_THAT(asked().inputs, ElementsAre("a", "b"));
  EXPECT_EQ(asked().dimensions, 2U);
  EXPECT_FALSE(asked().truncate);
  EXPECT_TRUE(asked().normalize);
  const Json json = reply.json();
  EXPECT_EQ(json["embeddings"], Json::parse("[[0.5,-0.25],[0.1,1e-09]]"));
  EXPECT_THAT(reply.body, HasSubstr("[0.1,1e-09]")) << "the shortest text of each float";
  EXPECT_EQ(json["prompt_eval_count"], 8);
}

TEST_F(EmbedTest, OnlyLoadsWithoutInput) {
  for (const Json& input : {Json(nullptr), Json(""), Json::array()}) {
    service.scripts.push_back({.events = {}});
    const Reply reply = post("/api/embed", {{"model", "vectors"}, {"input", input}});
    EXPECT_EQ(reply.body, R"({"model":"vectors","embeddings":[]})");
    EXPECT_FALSE(service.orders.back().request);
  }
}

TEST_F(EmbedTest, RefusesInOllamasWords) {
  const auto refused = [&](Json body) {
    const Reply reply = post("/api/embed", body);
    return std::to_string(reply.status) + " " + reply.error();
  };
  EXPECT_EQ(refused({{"input", "x"}}), "400 model is required");
  EXPECT_EQ(refused({{"model", "nosuch"}, {"input", "x"}}),
            "404 model \"nosuch\" not found, try pulling it first");
  EXPECT_EQ(refused({{"model", "vectors"}, {"input", 5}}), "400 invalid input type");
  EXPECT_EQ(refused({{"model", "vectors"}, {"input", {"a", 5}}}), "400 invalid input type");
  service.scripts.push_back({.events = {Error{Code::kUnsupported, "no pooling"}}});
  EXPECT_EQ(refused({{"model", "vectors"}, {"input", "x"}}), "501 no pooling");
}

TEST_F(EmbedTest, TheOldEndpointLeavesVectorsOfOldModelsAsTheyAre) {
  answer({{3.0F, 4.0F}});
  EXPECT_EQ(post("/api/embeddings", {{"model", "nomic"}, {"prompt", "x"}}).body,
            R"({"embedding":[3,4]})");
  EXPECT_FALSE(asked().normalize);
  service.scripts.push_back({.events = {}});
  EXPECT_EQ(post("/api/embeddings", {{"model", "nomic"}, {"prompt", ""}}).body,
            R"({"embedding":[]})");
}

TEST_F(EmbedTest, TokenizesAndBack) {
  service.scripts.push_back({.events = {runtime::TokenizeResult{.tokens = {1, 7}}}});
  const Json tokens =
      post("/api/tokenize", {{"model", "vectors"}, {"content", "hi"}, {"add_special", false}})
          .json();
  EXPECT_EQ(tokens["tokens"], Json({1, 7}));
  EXPECT_FALSE(
      std::get<runtime::TokenizeRequest>(service.orders.back().request.value()).add_special);
  service.scripts.push_back({.events = {runtime::DetokenizeResult{.text = "hi"}}});
  EXPECT_EQ(post("/api/detokenize", {{"model", "vectors"}, {"tokens", {1, 7}}}).json()["content"],
            "hi");
}

TEST_F(EmbedTest, PsTellsOfModelsOnTheirWayAndForHowLongTheyStay) {
  scheduler::LoadedModel loading;
  loading.model.name = "a:latest";
  loading.state = scheduler::LoadedModel::State::kLoading;
  loading.progress = 0.5;
  scheduler::LoadedModel forever;
  forever.model.name = "b:latest";
  forever.bytes = 1234;
  forever.context = 512;
  service.loaded = {loading, forever};
  const Json models = call("GET", "/api/ps", nullptr).json()["models"];
  ASSERT_THAT(models, SizeIs(2));
  EXPECT_EQ(models[0]["status"], "loading");
  EXPECT_EQ(models[0]["progress"], 0.5);
  EXPECT_EQ(models[1]["size"], 1234);
  EXPECT_EQ(models[1]["context_length"], 512);
  EXPECT_THAT(models[1]["expires_at"].get<std::string>(), HasSubstr("2262-"));
}

}  // namespace
}  // namespace lar::test
