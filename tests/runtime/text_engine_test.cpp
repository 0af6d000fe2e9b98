// Text from real models: what they must say is known byte for byte.
#include "runtime/text_engine.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "gguf/writer.h"
#include "support/data.h"

namespace lar::runtime {
namespace {

using Json = nlohmann::json;

Json read_json(const std::filesystem::path& path) {
  return Json::parse(test::read_file(path));
}

std::unique_ptr<Model> load(const std::filesystem::path& path, LoadOptions options) {
  options.isas = detect_isa();
  const auto file = gguf::File::open(path.string());
  if (!file) return nullptr;
  auto model = Model::load(*file, options);
  return model ? std::move(*model) : nullptr;
}

Options greedy(int32_t num_predict = -1) {
  Options options;
  options.sampling.temperature = 0.0F;
  options.num_predict = num_predict;
  return options;
}

class Collector final : public TextSink {
 public:
  void on_text(RequestId id, std::string_view text, std::span<const TokenProbability>) override {
    text_[id] += text;
  }
  void on_done(RequestId id, const TextDone& done) override { done_.emplace(id, done); }

  std::map<RequestId, std::string> text_;
  std::map<RequestId, TextDone> done_;
};

// Generated token ids, with the one that ended the text.
class TokenCollector final : public engine::EventSink {
 public:
  engine::TokenAction on_token(const engine::TokenEvent& event) override {
    tokens_[event.id].push_back(event.token);
    return engine::TokenAction::kContinue;
  }
  void on_finished(engine::SequenceId id, const engine::Finished& finished) override {
    if (finished.eog_token) tokens_[id].push_back(*finished.eog_token);
    cached_ += finished.stats.cached_tokens;
  }

  std::map<engine::SequenceId, std::vector<int32_t>> tokens_;
  uint32_t cached_ = 0;
};

TEST(TextEngine, StoriesAreTheReferencesByteForByte) {
  const auto path = test::shared_data("models/stories260K.gguf");
  LAR_REQUIRE_DATA(path);
  const Json expected = read_json(test::shared_data("models/stories260K.expected.json"));
  const auto model = load(path, {});
  ASSERT_NE(model, nullptr);
  TextEngine engine(*model);
  Collector collector;
  const auto id = engine.submit({.prompt = expected["prompt_tokens"], .options = greedy(200)});
  ASSERT_TRUE(id.has_value());
  while (engine.step(collector)) {
  }
  // What is generated goes on from the prompt, so the blank before the first word stays.
  EXPECT_EQ(collector.text_[*id], " " + expected["text"].get<std::string>());
}

TEST(TextEngine, ACopyThroughTheWriterSaysTheSame) {
  const auto path = test::shared_data("models/stories260K.gguf");
  LAR_REQUIRE_DATA(path);
  const Json expected = read_json(test::shared_data("models/stories260K.expected.json"));
  const test::TempDir dir;
  const auto copy = dir.path() / "copy.gguf";
  const auto file = gguf::File::open(path.string());
  ASSERT_TRUE(file.has_value());
  ASSERT_TRUE(gguf::Writer::copy_of(**file).write_file(copy.string()).has_value());
  const auto model = load(copy, {});
  ASSERT_NE(model, nullptr);
  TokenCollector collector;
  const auto id = model->engine().submit(
      {.prompt = expected["prompt_tokens"], .params = greedy().sampling, .max_tokens = 200});
  ASSERT_TRUE(id.has_value());
  while (model->engine().step(collector)) {
  }
  // The reference lists the prompt (BOS) as well.
  auto ids = expected["token_ids"].get<std::vector<int32_t>>();
  ids.erase(ids.begin());
  EXPECT_EQ(collector.tokens_[*id], ids);
}

TEST(TextEngine, ASeedGivesTheSameTextAgain) {
  const auto path = test::shared_data("models/stories260K.gguf");
  LAR_REQUIRE_DATA(path);
  const auto model = load(path, {});
  ASSERT_NE(model, nullptr);
  std::vector<std::string> texts;
  for (const int64_t seed : {7, 7, 8}) {
    TextEngine engine(*model);
    Collector collector;
    Options options;
    options.sampling.seed = seed;
    options.num_predict = 60;
    ASSERT_TRUE(engine.submit({.prompt = {1}, .options = options}).has_value());
    while (engine.step(collector)) {
    }
    texts.push_back(collector.text_.begin()->second);
  }
  EXPECT_EQ(texts[0], texts[1]);
  EXPECT_NE(texts[0], texts[2]);
}

TEST(TextEngine, StopsAtAStopStringAcrossTokens) {
  const auto path = test::shared_data("models/stories260K.gguf");
  LAR_REQUIRE_DATA(path);
  const auto model = load(path, {});
  ASSERT_NE(model, nullptr);
  TextEngine engine(*model);
  Collector collector;
  Options options = greedy(200);
  options.stop = {"little girl na", "never said"};
  const auto id = engine.submit({.prompt = {1}, .options = options});
  ASSERT_TRUE(id.has_value());
  while (engine.step(collector)) {
  }
  EXPECT_EQ(collector.text_[*id], " Once upon a time, there was a ");
  EXPECT_EQ(collector.done_.at(*id).stop, "little girl na");
  EXPECT_EQ(collector.done_.at(*id).reason, engine::FinishReason::kStop);
}

// Every exchange of the parrot, `parallel` at a time.
void expect_parrot(const char* file, uint32_t parallel, uint32_t batch, size_t stride) {
  const auto path = test::shared_data(std::string("parrot/") + file);
  LAR_REQUIRE_DATA(path);
  const Json cases = read_json(test::shared_data("parrot/parrot-qwen3.expected.json"));
  const auto model =
      load(path, {.threads = 2, .context = 4096, .parallel = parallel, .batch = batch});
  ASSERT_NE(model, nullptr);
  TokenCollector collector;
  std::map<engine::SequenceId, const Json*> asked;
  const auto& list = cases.is_array() ? cases : cases["cases"];
  for (size_t i = 0; i < list.size(); i += stride) {
    const Json& item = list[i];
    const auto tokens = model->tokenizer().encode(item["raw_prompt"].get<std::string>(),
                                                  {.add_special = true, .parse_special = true});
    ASSERT_TRUE(tokens.has_value());
    ASSERT_EQ(*tokens, item["prompt_tokens"].get<std::vector<int32_t>>()) << item["id"];
    const auto eog = model->tokenizer().end_ids();
    const auto id = model->engine().submit({.prompt = *tokens,
                                            .params = greedy().sampling,
                                            .eog_tokens = {eog.begin(), eog.end()},
                                            .max_tokens = 600});
    ASSERT_TRUE(id.has_value()) << id.error().message;
    asked[*id] = &item;
  }
  while (model->engine().step(collector)) {
  }
  size_t wrong = 0;
  for (const auto& [id, item] : asked) {
    const auto expected = (*item)["completion_tokens"].get<std::vector<int32_t>>();
    if (collector.tokens_[id] != expected) {
      ++wrong;
      ADD_FAILURE() << (*item)["id"] << ": " << collector.tokens_[id].size() << " tokens, expected "
                    << expected.size();
    }
  }
  EXPECT_EQ(wrong, 0U) << "of " << asked.size();
  EXPECT_GT(collector.cached_, 0U);
}

TEST(TextEngine, ParrotInHalfFloatsEightAtATime) {
  expect_parrot("parrot-qwen3.f16.gguf", 8, 512, 4);
}
TEST(TextEngine, ParrotInQ8EightAtATime) {
  expect_parrot("parrot-qwen3.q8_0.gguf", 8, 512, 4);
}
TEST(TextEngine, ParrotInQ8AloneInSmallSteps) {
  expect_parrot("parrot-qwen3.q8_0.gguf", 1, 24, 40);
}

TEST(FitPrompt, KeepsTheHeadAndTheTail) {
  std::vector<int32_t> tokens(100);
  for (size_t i = 0; i < tokens.size(); ++i) tokens[i] = static_cast<int32_t>(i);
  const auto whole = fit_prompt(tokens, 101, 4);
  EXPECT_EQ(whole.dropped, 0U);
  const auto cut = fit_prompt(tokens, 64, 4);
  EXPECT_GT(cut.dropped, 0U);
  EXPECT_EQ(cut.tokens.size() + cut.dropped, 100U);
  EXPECT_LT(cut.tokens.size(), 64U);
  EXPECT_EQ(cut.tokens[3], 3);
  EXPECT_EQ(cut.tokens.back(), 99);
  EXPECT_EQ(cut.tokens[4], 100 - static_cast<int32_t>(cut.tokens.size()) + 4);
}

}  // namespace
}  // namespace lar::runtime
