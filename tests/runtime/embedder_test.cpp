// Embeddings of a trained model against those that a real Ollama gave (09-embeddings), and what
// must hold for every model: batches change nothing, the plan is what is allocated.
#include "runtime/embedder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "backend/cpu/cpu_backend.h"
#include "gguf/writer.h"
#include "models/encoder_files.h"
#include "models/encoder_reference.h"
#include "runtime/embedding_vector.h"
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
    }
    ++compared;
  }
  EXPECT_GE(compared, 11);
}

std::vector<std::string> many_texts() {
  std::vector<std::string> texts;
  std::string text;
  for (int i = 0; i < 40; ++i) {
    text += i % 3 == 0 ? "the quick brown fox " : "jumps over 12 lazy dogs, ";
    texts.push_back(i % 5 == 0 ? "a" + std::to_string(i) : text);
  }
  return texts;
}

TEST_F(MiniLm, ATextHasTheSameVectorAloneAndAmongOthers) {
  const auto texts = many_texts();
  const auto together = embedder_->embed({.inputs = texts});
  ASSERT_TRUE(together.has_value()) << together.error().message;
  uint32_t tokens = 0;
  for (size_t i = 0; i < texts.size(); ++i) {
    const auto alone = embedder_->embed({.inputs = {texts[i]}});
    ASSERT_TRUE(alone.has_value());
    EXPECT_LE(largest_difference(alone->vectors[0], together->vectors[i]), 1e-5) << texts[i];
    tokens += alone->tokens;
  }
  EXPECT_EQ(together->tokens, tokens);
}

TEST_F(MiniLm, ThreadsAndInstructionSetsChangeLittle) {
  const auto first = embedder_->embed({.inputs = {"why is the sky blue?"}});
  ASSERT_TRUE(first.has_value());
  for (const Isa isa : {Isa::kScalar, Isa::kAvx2, Isa::kAvx512, Isa::kNeon}) {
    if (!detect_isa().has(isa)) continue;
    IsaSet isas;
    isas.add(isa);
    auto other = Embedder::load(file_, {.threads = 1, .isas = isas});
    ASSERT_TRUE(other.has_value());
    const auto vector = (*other)->embed({.inputs = {"why is the sky blue?"}});
    ASSERT_TRUE(vector.has_value());
    EXPECT_GE(cosine(first->vectors[0], vector->vectors[0]), 0.999999);
  }
}

TEST_F(MiniLm, DimensionsCutAndNormalizeAgain) {
  const auto whole = embedder_->embed({.inputs = {"hello"}});
  const auto part = embedder_->embed({.inputs = {"hello"}, .dimensions = 16});
  ASSERT_TRUE(whole.has_value() && part.has_value());
  ASSERT_EQ(part->vectors[0].size(), 16U);
  EXPECT_NEAR(length(part->vectors[0]), 1.0, 1e-6);
  Vector cut(whole->vectors[0].begin(), whole->vectors[0].begin() + 16);
  EXPECT_GE(cosine(cut, part->vectors[0]), 0.9999999);
}

TEST_F(MiniLm, ACutInputIsSaid) {
  std::string text;
  for (int i = 0; i < 600; ++i) text += "word ";
  const auto result = embedder_->embed({.inputs = {"short", text}});
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->tokens, 3U + 512U);
  ASSERT_EQ(result->warnings.size(), 1U);
  EXPECT_EQ(result->warnings[0], "input 1 was cut from 602 to 512 tokens");
}

TEST_F(MiniLm, IsRawOnlyWhereItsFileSaysSo) {
  // The file says normalize_embeddings = true: the older endpoint normalizes, too.
  const auto result = embedder_->embed({.inputs = {"hello"}, .normalize = false});
  ASSERT_TRUE(result.has_value());
  EXPECT_NEAR(length(result->vectors[0]), 1.0, 1e-6);
}

TEST_F(MiniLm, ThePlanIsWhatIsAllocated) {
  for (const uint32_t context : {64U, 512U, 4096U}) {
    LoadOptions load = options();
    load.context = context;
    load.batch = 100;
    const auto plan = plan_memory(*file_, load);
    auto embedder = Embedder::load(file_, load);
    ASSERT_TRUE(plan.has_value() && embedder.has_value());
    EXPECT_EQ(plan->total_bytes(), (*embedder)->memory().total_bytes());
    EXPECT_EQ(plan->private_bytes(), (*embedder)->memory().private_bytes());
    EXPECT_EQ((*embedder)->context(), std::min(context, 512U));
  }
}

TEST_F(MiniLm, CannotGenerateOrRank) {
  const auto model = Model::load(file_, options());
  ASSERT_FALSE(model.has_value());
  EXPECT_EQ(model.error().code, Code::kUnsupported);
  const auto scores = embedder_->rerank({.query = "a", .documents = {"b"}});
  ASSERT_FALSE(scores.has_value());
  EXPECT_EQ(scores.error().code, Code::kUnsupported);
}

class Recorder final : public EmbedSink {
 public:
  void on_embedded(EmbedId id, EmbedResult&& result) override {
    order.push_back(id);
    vectors[id] = std::move(result.vectors);
  }
  void on_reranked(EmbedId id, RerankResult&&) override { order.push_back(id); }
  void on_failed(EmbedId id, const Error&) override { failed.push_back(id); }

  std::vector<EmbedId> order;
  std::vector<EmbedId> failed;
  std::map<EmbedId, std::vector<Vector>> vectors;
};

TEST_F(MiniLm, RequestsShareStepsAndAShortOneIsNotHeldUp) {
  std::string half;
  for (int i = 0; i < 250; ++i) half += "word ";
  const std::vector<std::string> long_texts(20, half);
  const auto slow = embedder_->submit(EmbedRequest{.inputs = long_texts});
  const auto quick = embedder_->submit(EmbedRequest{.inputs = {"hello"}});
  const auto cancelled = embedder_->submit(EmbedRequest{.inputs = long_texts});
  const auto empty = embedder_->submit(EmbedRequest{});
  ASSERT_TRUE(slow && quick && cancelled && empty);
  Recorder sink;
  EXPECT_TRUE(embedder_->step(sink));
  EXPECT_TRUE(embedder_->cancel(*cancelled));
  EXPECT_FALSE(embedder_->cancel(*cancelled));
  while (embedder_->step(sink)) {
  }
  EXPECT_EQ(sink.order, (std::vector<EmbedId>{*quick, *empty, *slow}));
  EXPECT_TRUE(sink.failed.empty());
  EXPECT_EQ(embedder_->waiting_texts(), 0U);
  const auto alone = embedder_->embed({.inputs = {"hello"}});
  ASSERT_TRUE(alone.has_value());
  EXPECT_LE(largest_difference(alone->vectors[0], sink.vectors[*quick][0]), 1e-5);
}

// --- decoders ---------------------------------------------------------------------------------

// stories260K with a pooling that its file does not have.
class PooledDecoder {
 public:
  explicit PooledDecoder(models::Pooling pooling) {
    auto opened = gguf::File::open(test::shared_data("models/stories260K.gguf").string());
    if (!opened) return;
    original_ = *opened;
    auto writer = gguf::Writer::copy_of(*original_);
    writer.set_number("llama.pooling_type", static_cast<uint32_t>(pooling));
    bytes_ = writer.to_bytes().value();
    file = gguf::File::parse(bytes_, "stories").value();
  }

  std::shared_ptr<const gguf::File> file;

 private:
  std::shared_ptr<const gguf::File> original_;
  std::vector<std::byte> bytes_;
};

// The states of all tokens, computed in one step without the Embedder.
std::vector<Vector> states_of(const gguf::File& file, std::span<const int32_t> tokens) {
  const auto program = models::build_embedding(file, models::Pooling::kMean).value();
  EXPECT_EQ(program.logits, program::kNone);
  const auto count = static_cast<uint32_t>(tokens.size());
  backend::CpuBackend backend({.threads = 1, .isas = detect_isa()});
  const auto executable =
      backend
          .compile(program, {.limits = {.tokens = count, .outputs = count, .sequences = 1},
                             .kv = {.type = DType::kF32, .block_tokens = count, .blocks = 1}})
          .value();
  std::vector<uint32_t> outputs(count);
  std::iota(outputs.begin(), outputs.end(), 0U);
  const int32_t block = 0;
  const backend::SequenceSlice slice{.tokens = count, .block_table = {&block, 1}};
  EXPECT_TRUE(
      executable->run({.tokens = tokens, .sequences = {&slice, 1}, .output_rows = outputs}));
  std::vector<Vector> states;
  for (uint32_t i = 0; i < count; ++i) {
    states.emplace_back(executable->hidden(i).begin(), executable->hidden(i).end());
  }
  return states;
}

class Decoders : public testing::TestWithParam<models::Pooling> {};

TEST_P(Decoders, PoolTheStatesOfTextsLongerThanAStep) {
  LAR_REQUIRE_DATA(test::shared_data("models/stories260K.gguf"));
  const PooledDecoder decoder(GetParam());
  const std::string story =
      "Once upon a time, there was a little girl named Lily. She loved to "
      "play outside in the park and one day she saw a big red ball.";
  LoadOptions load = options();
  load.batch = 16;
  load.kv_type = DType::kF32;
  auto embedder = Embedder::load(decoder.file, load);
  ASSERT_TRUE(embedder.has_value()) << embedder.error().message;
  const std::vector<std::string> inputs = {"Once upon a time", story, "The end", story + story};
  const auto result = (*embedder)->embed({.inputs = inputs});
  ASSERT_TRUE(result.has_value()) << result.error().message;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const auto tokens = (*embedder)->tokenizer().encode(inputs[i], {.parse_special = true});
    ASSERT_TRUE(tokens.has_value());
    const auto states = states_of(*decoder.file, *tokens);
    Vector expected = GetParam() == models::Pooling::kCls ? states.front() : states.back();
    if (GetParam() == models::Pooling::kMean) {
      for (size_t t = 0; t + 1 < states.size(); ++t) {
        for (size_t c = 0; c < expected.size(); ++c) expected[c] += states[t][c];
      }
    }
    normalize(expected);
    EXPECT_LE(largest_difference(expected, result->vectors[i]), 1e-5) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Poolings,
                         Decoders,
                         testing::Values(models::Pooling::kMean,
                                         models::Pooling::kCls,
                                         models::Pooling::kLast));

TEST(Decoders, WithoutPoolingMakeNoEmbeddings) {
  LAR_REQUIRE_DATA(test::shared_data("models/stories260K.gguf"));
  const auto file = gguf::File::open(test::shared_data("models/stories260K.gguf").string());
  ASSERT_TRUE(file.has_value());
  const auto embedder = Embedder::load(*file, options());
  ASSERT_FALSE(embedder.has_value());
  EXPECT_EQ(embedder.error().code, Code::kUnsupported);
}

TEST(Decoders, OfEmbeddingsArePlannedWithoutTheirHead) {
  LAR_REQUIRE_DATA(test::shared_data("models/stories260K.gguf"));
  const PooledDecoder decoder(models::Pooling::kLast);
  const auto plan = plan_memory(*decoder.file, options());
  auto embedder = Embedder::load(decoder.file, options());
  ASSERT_TRUE(plan.has_value() && embedder.has_value());
  EXPECT_EQ(plan->total_bytes(), (*embedder)->memory().total_bytes());
}

// --- ranking ----------------------------------------------------------------------------------

class Ranks : public testing::TestWithParam<uint32_t> {};

TEST_P(Ranks, ScorePairsByTheirFirstToken) {
  test::EncoderFile encoder({.vocab = 96, .dense = 32, .labels = GetParam()});
  encoder.add_vocabulary(96);
  encoder.number("pooling_type", 4);
  auto embedder = Embedder::load(encoder.file(), options());
  ASSERT_TRUE(embedder.has_value()) << embedder.error().message;
  EXPECT_TRUE((*embedder)->reranks());
  const std::vector<std::string> documents = {"b c", "", "xyz 12", "a a a a a a a a a a a a a a"};
  const auto result = (*embedder)->rerank({.query = "a b", .documents = documents});
  ASSERT_TRUE(result.has_value()) << result.error().message;
  ASSERT_EQ(result->scores.size(), documents.size());
  uint32_t count = 0;
  for (size_t i = 0; i < documents.size(); ++i) {
    const auto plain = [&](std::string_view text) {
      return (*embedder)->tokenizer().encode(text, {.add_special = false}).value();
    };
    std::vector<int32_t> tokens = {2};
    const auto append = [&](const std::vector<int32_t>& more) {
      tokens.insert(tokens.end(), more.begin(), more.end());
      tokens.push_back(3);
    };
    append(plain("a b"));
    const auto second = static_cast<uint32_t>(tokens.size());
    append(plain(documents[i]));
    count += static_cast<uint32_t>(tokens.size());
    const auto states =
        test::encoder_states((*embedder)->file(), tokens, second, test::Gelu::kPublished);
    auto scores = test::classifier_scores((*embedder)->file(), states[0]);
    double expected = scores[0];
    if (scores.size() > 1) {
      double sum = 0.0;
      for (const double score : scores) sum += std::exp(score - scores[0]);
      expected = 1.0 / sum;
    }
    EXPECT_NEAR(result->scores[i], expected, 2e-3) << documents[i];
  }
  EXPECT_EQ(result->tokens, count);
  const auto vectors = (*embedder)->embed({.inputs = {"a"}});
  ASSERT_FALSE(vectors.has_value());
  EXPECT_EQ(vectors.error().code, Code::kUnsupported);
}

INSTANTIATE_TEST_SUITE_P(Labels, Ranks, testing::Values(1U, 2U));

TEST(Ranking, CutsTheDocumentAndSaysSo) {
  test::EncoderFile encoder({.vocab = 96, .context = 16, .labels = 1});
  encoder.add_vocabulary(96);
  encoder.number("pooling_type", 4);
  auto embedder = Embedder::load(encoder.file(), options());
  ASSERT_TRUE(embedder.has_value()) << embedder.error().message;
  const std::string document = "a b c d e f g h i j k l m n o p q r s t";
  const auto cut = (*embedder)->rerank({.query = "a b c", .documents = {document}});
  ASSERT_TRUE(cut.has_value()) << cut.error().message;
  EXPECT_EQ(cut->tokens, 16U);
  EXPECT_EQ(cut->warnings.size(), 1U);
  const auto too_long = (*embedder)->rerank({.query = document, .documents = {"a"}});
  ASSERT_FALSE(too_long.has_value());
  EXPECT_EQ(too_long.error().code, Code::kInvalidArgument);
}

// --- what a file may ask for ------------------------------------------------------------------

TEST(RawVectors, ComeFromFilesThatAskForThem) {
  const auto is_raw = [](const char* arch, std::optional<bool> normalized) {
    test::EncoderFile encoder({.arch = arch, .vocab = 96});
    encoder.add_vocabulary(96);
    if (normalized)
      encoder.writer().set_bool(std::string(arch) + ".normalize_embeddings", *normalized);
    auto embedder = Embedder::load(encoder.file(), options()).value();
    const auto raw = embedder->embed({.inputs = {"a b c"}, .normalize = false}).value();
    const auto unit = embedder->embed({.inputs = {"a b c"}}).value();
    EXPECT_NEAR(length(unit.vectors[0]), 1.0, 1e-6);
    EXPECT_GE(cosine(raw.vectors[0], unit.vectors[0]), 0.999999);
    return std::abs(length(raw.vectors[0]) - 1.0) > 1e-3;
  };
  EXPECT_FALSE(is_raw("bert", {}));
  EXPECT_FALSE(is_raw("bert", true));
  EXPECT_TRUE(is_raw("bert", false));
  EXPECT_TRUE(is_raw("nomic-bert", {}));
  EXPECT_FALSE(is_raw("nomic-bert", true));
}

TEST(BrokenWeights, AreNoVector) {
  test::EncoderFile encoder({.vocab = 96});
  encoder.add_vocabulary(96);
  const auto good = encoder.file();
  auto writer = gguf::Writer();
  std::vector<float> broken;
  for (const gguf::KeyValue& entry : good->metadata()) writer.set_value(entry.key, entry.value);
  for (TensorView tensor : good->tensors()) {
    if (tensor.name == "blk.1.layer_output_norm.bias") {
      broken.assign(tensor.shape.elements(), NAN);
      tensor.bytes = std::as_bytes(std::span(broken));
    }
    writer.add_tensor(tensor);
  }
  const auto bytes = writer.to_bytes().value();
  auto embedder = Embedder::load(gguf::File::parse(bytes, "broken").value(), options());
  ASSERT_TRUE(embedder.has_value());
  const auto result = (*embedder)->embed({.inputs = {"a", "b"}});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().message, "embedding contains NaN or Inf values");
  EXPECT_EQ(result.error().code, Code::kInvalidArgument);
  EXPECT_TRUE((*embedder)->idle());
}

}  // namespace
}  // namespace lar::runtime
