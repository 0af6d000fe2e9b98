// Constrained output through a whole model: whatever the weights, the text is what was asked for.
#include "runtime/constraint.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "constrain/check.h"
#include "demo_tokenizer.h"
#include "gguf/writer.h"
#include "runtime/text_engine.h"
#include "support/data.h"
#include "support/random_schema.h"

namespace lar::runtime {
namespace {

class Text final : public TextSink {
 public:
  void on_text(RequestId, std::string_view text, std::span<const TokenProbability>) override {
    text_ += text;
  }
  void on_done(RequestId, const TextDone& done) override { done_ = done; }

  std::string text_;
  TextDone done_;
};

constexpr const char* kModel = "models/stories260K.gguf";

// A model whose weights were drawn by chance: it says anything.
std::unique_ptr<Model> random_model() {
  const auto file = gguf::File::open(test::shared_data(kModel).string());
  if (!file) return nullptr;
  gguf::Writer writer;
  for (const auto& entry : (*file)->metadata()) writer.set_value(entry.key, entry.value);
  std::mt19937 random(5);
  std::normal_distribution<float> normal(0.0F, 0.2F);
  std::deque<std::vector<float>> weights;  // borrowed by the writer
  for (const TensorView& tensor : (*file)->tensors()) {
    auto& row = weights.emplace_back(tensor.shape.elements());
    for (float& w : row) w = normal(random);
    writer.add_tensor(TensorView{.name = tensor.name,
                                 .dtype = DType::kF32,
                                 .shape = tensor.shape,
                                 .bytes = std::as_bytes(std::span(row))});
  }
  static const test::TempDir dir;
  const auto path = dir.path() / "random.gguf";
  if (!writer.write_file(path.string())) return nullptr;
  auto random_file = gguf::File::open(path.string());
  if (!random_file) return nullptr;
  auto model = Model::load(*random_file, {.isas = detect_isa(), .context = 512});
  return model ? std::move(*model) : nullptr;
}

Text answer(Model& model, std::unique_ptr<sampling::TokenMask> mask, int64_t seed, int32_t tokens) {
  TextEngine engine(model);
  TextRequest request{.prompt = {1, 2, 3}, .mask = std::move(mask)};
  request.options.sampling.seed = seed;
  request.options.sampling.temperature = 1.0F;
  request.options.sampling.top_k = 0;
  request.options.sampling.top_p = 1.0F;
  request.options.num_predict = tokens;
  Text text;
  if (!engine.submit(std::move(request))) return text;
  while (engine.step(text)) {
  }
  return text;
}

void sample_random_schemas(unsigned first, unsigned count) {
  const auto model = random_model();
  ASSERT_NE(model, nullptr);
  for (unsigned seed = first; seed < first + count; ++seed) {
    const std::string schema = test::random_schema(seed);
    const auto checker =
        constrain::Grammar::from_schema(schema, {.purpose = constrain::Purpose::kCheck});
    ASSERT_TRUE(checker) << checker.error().message << "\n" << schema;
    auto mask = model->constrainer().mask(
        Constraint{.kind = Constraint::Kind::kJsonSchema, .text = schema});
    ASSERT_TRUE(mask) << mask.error().message << "\n" << schema;
    const Text text = answer(*model, std::move(*mask), seed, 4000);
    ASSERT_EQ(text.done_.reason, engine::FinishReason::kStop)
        << (text.done_.error ? text.done_.error->message : "") << schema << "\n"
        << text.text_;
    const auto result = constrain::check_text(**checker, text.text_);
    ASSERT_TRUE(result) << result.error().message;
    ASSERT_TRUE(result->accepted) << schema << "\n" << text.text_ << "\n" << result->reason;
  }
  EXPECT_LE(model->constrainer().kept(), kGrammarsMax);
}

TEST(Constraint, ARandomModelSaysADocumentOfEveryRandomSchema) {
  LAR_REQUIRE_DATA(test::shared_data(kModel));
  sample_random_schemas(1, 50);
}

// All 500 that the promise speaks of; run by the tests labelled slow.
TEST(Constraint, DISABLED_FiveHundredRandomSchemas) {
  LAR_REQUIRE_DATA(test::shared_data(kModel));
  sample_random_schemas(51, 500);
}

// Plays an answer to a mask, a token at a time.
class Player {
 public:
  explicit Player(std::unique_ptr<sampling::TokenMask> mask) : mask_(std::move(mask)) {}

  bool allows(int32_t token) {
    std::vector<float> logits(2048, 1.0F);
    EXPECT_TRUE(mask_->apply(logits));
    return logits[static_cast<size_t>(token)] == 1.0F;
  }
  // Whether every token may come; those that may are taken.
  bool take(const std::vector<int32_t>& tokens) {
    for (const int32_t token : tokens) {
      if (!allows(token)) return false;
      mask_->accept(token);
    }
    return true;
  }

 private:
  std::unique_ptr<sampling::TokenMask> mask_;
};

class DemoConstraint : public DemoTokenizer {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(DemoTokenizer::SetUp());
    constrainer_ = std::make_unique<Constrainer>(*tokenizer_);
  }

  std::vector<int32_t> ids(std::string_view text) const {
    return *tokenizer_->encode(text, {.add_special = false, .parse_special = true});
  }
  Player player(Constraint::Kind kind, std::string text, constrain::FreePartOptions free = {}) {
    auto mask = constrainer_->mask({.constraint = {kind, std::move(text)}}, std::move(free));
    EXPECT_TRUE(mask) << mask.error().message;
    return Player(std::move(*mask));
  }

  std::unique_ptr<Constrainer> constrainer_;
};

TEST_F(DemoConstraint, TheEndIsAllowedExactlyWhereTheGrammarIsComplete) {
  const int32_t end = ids("<|im_end|>")[0];
  Player json = player(Constraint::Kind::kJson, "");
  EXPECT_FALSE(json.allows(end));
  EXPECT_TRUE(json.take(ids("{\"a\": [1, 2")));
  EXPECT_FALSE(json.allows(end));
  EXPECT_TRUE(json.take(ids("]}")));
  EXPECT_TRUE(json.allows(end));
  EXPECT_FALSE(json.allows(ids("a")[0]));
  Player regex = player(Constraint::Kind::kRegex, "a+b?");
  EXPECT_FALSE(regex.allows(end));
  EXPECT_TRUE(regex.take(ids("a")));
  EXPECT_TRUE(regex.allows(end));
  EXPECT_TRUE(regex.take(ids("b")));
  EXPECT_TRUE(regex.allows(end));
  EXPECT_FALSE(regex.allows(ids("b")[0]));
}

TEST_F(DemoConstraint, ControlTokensAreNeverContent) {
  Player json = player(Constraint::Kind::kJson, "");
  EXPECT_TRUE(json.take(ids("{\"")));
  for (const char* name : {"<|im_start|>", "<|im_end|>", "<|endoftext|>"}) {
    EXPECT_FALSE(json.allows(ids(name)[0])) << name;
  }
  // But a grammar may ask for one.
  Player gbnf = player(Constraint::Kind::kGbnf, "root ::= \"a\" <|im_start|> \"b\"");
  EXPECT_TRUE(gbnf.take(ids("a<|im_start|>b")));
}

TEST_F(DemoConstraint, ThinkingIsFreeAndTheConstraintFollowsInTheSamePass) {
  const int32_t end = ids("<|im_end|>")[0];
  for (const char* start : {"", "<think>"}) {
    Player json = player(Constraint::Kind::kJson, "", {{"</think>"}, start});
    EXPECT_TRUE(json.take(ids(start)));
    EXPECT_TRUE(json.take(ids("What? {no} JSON </thin ")));
    EXPECT_FALSE(json.allows(end));
    EXPECT_TRUE(json.take(ids("done</think>\n\n")));
    EXPECT_FALSE(json.allows(ids("a")[0]));
    EXPECT_TRUE(json.take(ids("{\"a\":true}")));
    EXPECT_TRUE(json.allows(end));
  }
}

TEST_F(DemoConstraint, WithoutThinkingTheConstraintBindsFromTheStart) {
  Player json = player(Constraint::Kind::kJson, "", {{"</think>"}, "<think>"});
  EXPECT_FALSE(json.allows(ids("a")[0]));
  EXPECT_TRUE(json.allows(ids("<")[0]));
  EXPECT_TRUE(json.take(ids("{\"a\":")));
  EXPECT_FALSE(json.take(ids("<think>")));
}

TEST_F(DemoConstraint, AnEndOfThinkingThatIsSpelledByControlTokensCounts) {
  Player json = player(Constraint::Kind::kJson, "", {{"<|im_start|>final"}, ""});
  EXPECT_TRUE(json.take(ids("hm <|im_start|>assistant <|im_start|>final")));
  EXPECT_FALSE(json.allows(ids("a")[0]));
  EXPECT_TRUE(json.take(ids("{\"a\":1}")));
}

TEST_F(DemoConstraint, CompiledGrammarsAreKeptAndBounded) {
  for (int i = 0; i < 100; ++i) {
    player(Constraint::Kind::kRegex, "a{" + std::to_string(i % 50) + "}b");
  }
  EXPECT_EQ(constrainer_->kept(), kGrammarsMax);
}

TEST_F(DemoConstraint, WhatCannotBeEnforcedIsNamed) {
  const auto mask = constrainer_->mask(
      Constraint{Constraint::Kind::kJsonSchema,
                 R"({"type":"object","properties":{"a":{"$ref":"http://x.invalid/s"}}})"});
  ASSERT_FALSE(mask);
  EXPECT_NE(mask.error().message.find("#/properties/a/$ref"), std::string::npos)
      << mask.error().message;
}

TEST(ConstraintOfFormat, TakesWhatOllamaTakes) {
  EXPECT_EQ(constraint_of_format("")->kind, Constraint::Kind::kNone);
  EXPECT_EQ(constraint_of_format("null")->kind, Constraint::Kind::kNone);
  EXPECT_EQ(constraint_of_format("\"\"")->kind, Constraint::Kind::kNone);
  EXPECT_EQ(constraint_of_format("\"json\"")->kind, Constraint::Kind::kJson);
  EXPECT_EQ(constraint_of_format(" {\"type\":\"object\"}")->text, "{\"type\":\"object\"}");
  EXPECT_EQ(constraint_of_format("\"xml\"").error().message,
            "invalid format: \"xml\"; expected \"json\" or a valid JSON Schema object");
}

}  // namespace
}  // namespace lar::runtime
