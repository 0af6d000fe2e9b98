// What the reference implementations gave for real vocabularies: ids, exactly.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "support/data.h"
#include "tokenizer/sources.h"

namespace lar::tokenizer::test {
namespace {

using lar::test::read_file;
using lar::test::shared_data;
using nlohmann::json;

std::filesystem::path data(const std::string& name) {
  return shared_data("tokenizers/" + name);
}

std::vector<std::string> split_on(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  for (size_t begin = 0;;) {
    const size_t end = text.find(separator, begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string::npos) return parts;
    begin = end + separator.size();
  }
}

// A vocabulary of the data by a short name.
Loaded load(const std::string& name) {
  static const std::map<std::string, std::string> kFiles = {
      {"bert", "ggml-vocab/ggml-vocab-bert-bge.gguf"},
      {"gpt-2", "ggml-vocab/ggml-vocab-gpt-2.gguf"},
      {"llama-2", "ggml-vocab/ggml-vocab-llama-spm.gguf"},
      {"falcon", "ggml-vocab/ggml-vocab-falcon.gguf"},
      {"llama-3", "derived/ggml-vocab-llama-bpe.gguf"},
      {"qwen2", "derived/ggml-vocab-qwen2.gguf"},
  };
  if (name == "bert-json") return from_hugging_face(data("bert-base-uncased/tokenizer.json"), "");
  if (name == "gpt-2-json") return from_hugging_face(data("gpt2/tokenizer.json"), "gpt-2");
  if (name == "t5") return from_hugging_face(data("t5-small/tokenizer.json"), "");
  if (name == "cl100k") return from_tiktoken(data("tiktoken/cl100k_base.tiktoken"), "dbrx");
  if (name == "o200k") return from_tiktoken(data("tiktoken/o200k_base.tiktoken"), "gpt-4o");
  return from_gguf(data(kFiles.at(name)));
}

TEST(Vectors, PromptsOfVocabularyFiles) {
  LAR_REQUIRE_DATA(data("ggml-vocab"));
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(data("ggml-vocab"))) {
    if (!entry.path().string().ends_with(".gguf.inp")) continue;
    std::filesystem::path vocabulary = entry.path();
    vocabulary.replace_extension();
    const std::string expected = read_file(vocabulary.string() + ".out");
    if (!std::filesystem::exists(vocabulary)) vocabulary = data("derived") / vocabulary.filename();
    SCOPED_TRACE(vocabulary);
    ASSERT_TRUE(std::filesystem::exists(vocabulary));
    const Loaded loaded = from_gguf(vocabulary);
    ASSERT_NE(loaded.tokenizer, nullptr);
    const auto prompts = split_on(read_file(entry.path()), "\n__ggml_vocab_test__\n");
    const auto lines = split_on(expected, "\n");
    ASSERT_LE(prompts.size(), lines.size());
    for (size_t i = 0; i < prompts.size(); ++i) {
      std::vector<TokenId> ids;
      std::istringstream in(lines[i]);
      for (TokenId id = 0; in >> id;) ids.push_back(id);
      EXPECT_EQ(encode(loaded, prompts[i]), ids) << prompts[i];
    }
    ++files;
  }
  EXPECT_GE(files, 7);
}

TEST(Vectors, EveryVocabularyFileLoads) {
  LAR_REQUIRE_DATA(data("ggml-vocab"));
  for (const auto& entry : std::filesystem::directory_iterator(data("ggml-vocab"))) {
    if (entry.path().extension() != ".gguf") continue;
    SCOPED_TRACE(entry.path());
    const Loaded loaded = from_gguf(entry.path());
    ASSERT_NE(loaded.tokenizer, nullptr);
    EXPECT_FALSE(encode(loaded, "Hello world").empty());
  }
}

// How the ids of a model's reference tokenizer stand to those of its vocabulary here.
struct Reference {
  std::string vocabulary;
  bool add_special = false;
  std::vector<TokenId> front = {};  // that the reference puts around the text by itself
  std::vector<TokenId> back = {};
};

void expect_ids(const Loaded& loaded,
                const Reference& reference,
                const std::string& text,
                const json& expected) {
  std::vector<TokenId> ids = reference.front;
  const auto middle =
      encode(loaded, text, {.add_special = reference.add_special, .parse_special = true});
  ids.insert(ids.end(), middle.begin(), middle.end());
  ids.insert(ids.end(), reference.back.begin(), reference.back.end());
  EXPECT_EQ(ids, expected.get<std::vector<TokenId>>()) << text;
}

const std::map<std::string, Reference>& hub_references() {
  static const std::map<std::string, Reference> kReferences = {
      {"Xenova/bert-base-uncased", {"bert-json", true}},
      {"Xenova/distilbert-base-uncased-finetuned-sst-2-english", {"bert", true}},
      {"Xenova/gpt2", {"gpt-2"}},
      {"openai-community/gpt2", {"gpt-2-json"}},
      {"onnx-community/whisper-tiny.en", {"gpt-2", false, {50257, 50362}, {50256}}},
      {"Xenova/llama-tokenizer", {"llama-2", true}},
      {"Xenova/llama3-tokenizer", {"llama-3"}},
      {"Xenova/llama3-tokenizer-new", {"llama-3", true}},
      {"Xenova/Qwen1.5-0.5B-Chat", {"qwen2", true}},
      {"Xenova/gpt-4", {"cl100k"}},
      {"Xenova/t5-small", {"t5", true}},
      {"google-t5/t5-small", {"t5", true}},
  };
  return kReferences;
}

// Vectors of tokenizer.json files that differ from the SentencePiece model that GGUF files carry:
// these two keep white space before a special token and at the end, where the model drops it, and
// the first puts no space before a word that follows a special token.
const std::map<std::string, std::string>& left_out() {
  static const std::map<std::string, std::string> kReasons = {
      {"Xenova/t5-tokenizer-new", "keeps white space that the model's normalization drops"},
      {"Xenova/LaMini-Flan-T5-783M", "keeps white space that the model's normalization drops"},
  };
  return kReasons;
}

TEST(Vectors, HubTokenizers) {
  const auto path = data("hf-vectors/transformersjs_tokenization.jsonl");
  LAR_REQUIRE_DATA(path);
  std::map<std::string, Loaded> loaded;
  std::map<std::string, int> compared;
  std::istringstream lines(read_file(path));
  for (std::string line; std::getline(lines, line);) {
    const json vector = json::parse(line);
    const auto model = vector["model"].get<std::string>();
    const auto reference = hub_references().find(model);
    if (left_out().contains(model)) continue;
    if (reference == hub_references().end()) continue;  // its vocabulary is not in the data
    SCOPED_TRACE(model);
    auto& tokenizer = loaded[reference->second.vocabulary];
    if (!tokenizer.tokenizer) tokenizer = load(reference->second.vocabulary);
    ASSERT_NE(tokenizer.tokenizer, nullptr);
    expect_ids(tokenizer, reference->second, vector["text"].get<std::string>(), vector["ids"]);
    ++compared[model];
  }
  EXPECT_EQ(compared.size(), hub_references().size());
}

TEST(Vectors, SwiftTransformers) {
  const auto path = data("swift-transformers/tokenizer_tests.json");
  LAR_REQUIRE_DATA(path);
  const std::map<std::string, Reference> references = {
      {"bert-base-uncased", {"bert", true}},
      {"google-bert/bert-base-uncased", {"bert-json", true}},
      {"distilgpt2", {"gpt-2"}},
      {"coreml-projects/Llama-2-7b-chat-coreml", {"llama-2", true}},
      {"tiiuae/falcon-7b", {"falcon"}},
      {"openai/whisper-tiny.en", {"gpt-2", false, {50257, 50362}, {50256}}},
      {"t5-base", {"t5", true}},
      {"pcuenq/Llama-3.2-1B-Instruct-tokenizer", {"llama-3", true}},
  };
  const json models = json::parse(read_file(path));
  for (const auto& [model, reference] : references) {
    SCOPED_TRACE(model);
    const Loaded loaded = load(reference.vocabulary);
    ASSERT_NE(loaded.tokenizer, nullptr);
    for (const json& vector : models[model]) {
      expect_ids(loaded, reference, vector["input"].get<std::string>(),
                 vector["encoded"]["input_ids"]);
    }
  }
}

TEST(Vectors, OneLongText) {
  LAR_REQUIRE_DATA(data("swift-transformers"));
  const std::map<std::string, Reference> references = {
      {"bert_uncased", {"bert", true}}, {"falcon", {"falcon"}}, {"llama", {"llama-2", true}}};
  for (const auto& [name, reference] : references) {
    SCOPED_TRACE(name);
    const json vector =
        json::parse(read_file(data("swift-transformers/" + name + "_encoded.json")));
    const Loaded loaded = load(reference.vocabulary);
    ASSERT_NE(loaded.tokenizer, nullptr);
    expect_ids(loaded, reference, vector["text"].get<std::string>(), vector["token_ids"]);
  }
}

// p50k_base is GPT-2's vocabulary with runs of 2 to 25 spaces after it.
Loaded load_p50k() {
  const json model = json::parse(read_file(data("gpt2/tokenizer.json")))["model"];
  VocabularyBuilder builder(Algorithm::kBpe);
  builder.pre("gpt-2");
  for (const auto& [text, id] : model["vocab"].items()) builder.set(id.get<TokenId>(), text);
  builder.set(50256, "<|endoftext|>", TokenType::kControl);
  for (TokenId spaces = 2; spaces <= 25; ++spaces) {
    builder.set(50255 + spaces, spell_bytes(std::string(static_cast<size_t>(spaces), ' ')));
  }
  builder.vocabulary().merges_by_id = true;
  return from_vocabulary(builder.build());
}

TEST(Vectors, TiktokenPlans) {
  const auto path = data("tiktoken/TestPlans.txt");
  LAR_REQUIRE_DATA(path);
  std::map<std::string, Loaded> loaded;
  loaded["r50k_base"] = load("gpt-2-json");
  loaded["p50k_base"] = load_p50k();
  loaded["p50k_edit"] = load_p50k();
  loaded["cl100k_base"] = load("cl100k");
  loaded["o200k_base"] = load("o200k");
  int plans = 0;
  for (const std::string& plan : split_on(read_file(path), "EncodingName: ")) {
    const size_t sample = plan.find("\nSample: ");
    const size_t encoded = plan.rfind("\nEncoded: ");
    if (sample == std::string::npos || encoded == std::string::npos) continue;
    const std::string encoding = plan.substr(0, sample);
    const std::string text = plan.substr(sample + 9, encoded - sample - 9);
    SCOPED_TRACE(encoding);
    ASSERT_TRUE(loaded.contains(encoding));
    const json ids = json::parse(plan.substr(encoded + 10));
    EXPECT_EQ(json(encode(loaded[encoding], text)), ids) << text;
    EXPECT_EQ(loaded[encoding]->decode(ids.get<std::vector<TokenId>>(), {}), text);
    ++plans;
  }
  EXPECT_EQ(plans, 195);
}

TEST(Vectors, TiktokenSourceFile) {
  LAR_REQUIRE_DATA(data("tiktoken/ms"));
  const std::string text = read_file(data("tiktoken/ms/lib.rs.txt"));
  const json ids = json::parse(read_file(data("tiktoken/ms/tokens_gpt_3.5_turbo.json")));
  EXPECT_EQ(json(encode(load("cl100k"), text)), ids);
}

TEST(Vectors, Parrot) {
  LAR_REQUIRE_DATA(shared_data("parrot"));
  const Loaded loaded = from_gguf(shared_data("parrot/parrot-qwen3.q8_0.gguf"));
  ASSERT_NE(loaded.tokenizer, nullptr);
  const json cases = json::parse(read_file(shared_data("parrot/parrot-qwen3.expected.json")));
  for (const json& each : cases) {
    SCOPED_TRACE(each["id"].get<std::string>());
    const auto prompt = each["raw_prompt"].get<std::string>();
    EXPECT_EQ(json(encode(loaded, prompt, {.add_special = true, .parse_special = true})),
              each["prompt_tokens"]);
    const auto completion = each["completion_tokens"].get<std::vector<TokenId>>();
    EXPECT_EQ(loaded->decode(completion, {.special = true}),
              each["raw_completion"].get<std::string>());
    const bool is_cut = each.contains("finish_reason") && each["finish_reason"] == "length";
    EXPECT_TRUE(completion.empty() || is_cut || loaded->is_end(completion.back()));
  }
  EXPECT_GT(cases.size(), 1000U);
}

TEST(Vectors, Stories) {
  const auto path = shared_data("models/stories260K.expected.json");
  LAR_REQUIRE_DATA(path);
  const Loaded loaded = from_gguf(shared_data("models/stories260K.gguf"));
  ASSERT_NE(loaded.tokenizer, nullptr);
  const json expected = json::parse(read_file(path));
  const auto ids = expected["token_ids"].get<std::vector<TokenId>>();
  const auto text = expected["text"].get<std::string>();
  EXPECT_TRUE(text.starts_with(loaded->decode(ids, {}).substr(0, text.size())));
  EXPECT_EQ(encode(loaded, "", {}), expected["prompt_tokens"].get<std::vector<TokenId>>());
}

}  // namespace
}  // namespace lar::tokenizer::test
