// Embeddings of a trained model against those that a real Ollama gave (09-embeddings), and what
// must hold for every model: batches change nothing, the plan is what is allocated.
#include "runtime/embedder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "support/data.h"

namespace lar::runtime {
namespace {

using Json = nlohmann::json;
using Vector = std::vector<float>;

LoadOptions options() {
  return {.threads = 2, .isas = detect_isa()};
}

double cosine(const Vector& a, const Vector& b) {
  if (a.size() != b.size()) return 0.0;
  double ab = 0.0;
  double aa = 0.0;
  double bb = 0.0;
  for (size_t i = 0; i < a.size(); ++i) {
    ab += double{a[i]} * b[i];
    aa += double{a[i]} * a[i];
    bb += double{b[i]} * b[i];
  }
  return ab / std::sqrt(aa * bb);
}

double length(const Vector& a) {
  double squares = 0.0;
  for (const float x : a) squares += double{x} * x;
  return std::sqrt(squares);
}

double largest_difference(const Vector& a, const Vector& b) {
  if (a.size() != b.size()) return INFINITY;
  double worst = 0.0;
  for (size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(double{a[i]} - b[i]));
  return worst;
}

std::shared_ptr<const gguf::File> minilm_file() {
  const auto path = test::shared_data("models/all-minilm.f16.gguf");
  auto file = gguf::File::open(path.string());
  return file ? *file : nullptr;
}

class MiniLm : public testing::Test {
 protected:
  void SetUp() override {
    LAR_REQUIRE_DATA(test::shared_data("models/all-minilm.f16.gguf"));
    file_ = minilm_file();
    ASSERT_NE(file_, nullptr);
    auto embedder = Embedder::load(file_, options());
    ASSERT_TRUE(embedder.has_value()) << embedder.error().message;
    embedder_ = std::move(*embedder);
  }

  std::shared_ptr<const gguf::File> file_;
  std::unique_ptr<Embedder> embedder_;
};

// Every step of 09-embeddings that asks for vectors, by whichever endpoint.
TEST_F(MiniLm, AgreesWithOllamasVectorsCountsAndErrors) {
  const auto base = test::shared_data("ollama-live/09-embeddings");
  LAR_REQUIRE_DATA(base.string() + ".scenario.json");
  const Json scenario = Json::parse(std::ifstream(base.string() + ".scenario.json"));
  const Json recorded = Json::parse(std::ifstream(base.string() + ".recorded.json"));
  int compared = 0;
  for (const Json& step : scenario["steps"]) {
    if (!step.contains("json") || !step["json"].contains("input")) continue;
    const std::string id = step["id"];
    SCOPED_TRACE(id);
    const Json& body = step["json"];
    const Json& answer = recorded[id]["json"];
    if (answer.contains("error") && answer["error"].is_object()) continue;  // of the endpoint
    EmbedRequest request{.truncate = body.value("truncate", true)};
    request.dimensions = static_cast<uint32_t>(std::max(0, body.value("dimensions", 0)));
    if (body.contains("options")) request.num_ctx = body["options"]["num_ctx"].get<uint32_t>();
    if (body["input"].is_string()) {
      request.inputs = {body["input"].get<std::string>()};
    } else {
      request.inputs = body["input"].get<std::vector<std::string>>();
    }
    const auto result = embedder_->embed(request);
    if (answer.contains("error")) {
      ASSERT_FALSE(result.has_value());
      EXPECT_EQ(result.error().message, answer["error"].get<std::string>());
      EXPECT_EQ(result.error().code, Code::kInvalidArgument);
      ++compared;
      continue;
    }
    ASSERT_TRUE(result.has_value()) << result.error().message;
    std::vector<Vector> expected;
    uint32_t tokens = 0;
    if (answer.contains("embeddings")) {
      expected = answer["embeddings"].get<std::vector<Vector>>();
      tokens = answer["prompt_eval_count"];
    } else {
      if (!answer["data"][0]["embedding"].is_array()) continue;  // base64 of one that is compared
      expected = {answer["data"][0]["embedding"].get<Vector>()};
      tokens = answer["usage"]["prompt_tokens"];
    }
    EXPECT_EQ(result->tokens, tokens);
    ASSERT_EQ(result->vectors.size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      const double similarity = cosine(expected[i], result->vectors[i]);
      EXPECT_GE(similarity, 0.9999);
      EXPECT_NEAR(length(result->vectors[i]), 1.0, 1e-6);
        printf("%s %.3g %.3g\n", id.c_str(), 1 - similarity,
               largest_difference(expected[i], result->vectors[i]));
    }
    ++compared;
  }
  EXPECT_GE(compared, 11);
}

}  // namespace
}  // namespace lar::runtime
