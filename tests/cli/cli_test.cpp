// The program's commands as scripts call them.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "support/data.h"
#include "support/npy.h"
#include "support/process.h"

namespace lar {
namespace {

using Json = nlohmann::json;

test::ProcessResult lar(std::vector<std::string> args, const std::string& input = "") {
  args.insert(args.begin(), test::lar_binary().string());
  return test::run_process(args, input);
}

std::string demo_file() {
  return test::source_path("models/demo/lar-demo.q8_0.gguf").string();
}

TEST(Cli, TheDemoModelSaysWhatItsTrainerSaw) {
  const Json cases = Json::parse(test::read_file(test::source_path("models/demo/expected.json")));
  const Json& list = cases.is_array() ? cases : cases["cases"];
  ASSERT_GE(list.size(), 20U);
  for (const Json& item : list) {
    const auto result = lar({"run", "demo", "--set", "temperature=0"}, item["user"]);
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(result.out, item["answer"].get<std::string>()) << item["user"];
  }
}

TEST(Cli, StdoutHoldsTheTextAloneAndStatisticsGoToStderr) {
  const auto result = lar(
      {"run", "demo", "--verbose", "--set", "temperature=0", "--set", "num_predict=5", "hello"});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out.find("duration"), std::string::npos);
  for (const char* label : {"total duration:", "prompt eval count:", "eval count:", "eval rate:"}) {
    EXPECT_NE(result.err.find(label), std::string::npos) << label;
  }
}

TEST(Cli, RawReadsSpecialTokensAndAPipedPrompt) {
  const std::string prompt = "<|im_start|>user\nhello<|im_end|>\n<|im_start|>assistant\n";
  const auto raw = lar({"run", demo_file(), "--raw", "--set", "temperature=0"}, prompt);
  const auto plain = lar({"run", demo_file(), "--set", "temperature=0"}, "hello");
  EXPECT_EQ(raw.code, 0) << raw.err;
  EXPECT_FALSE(raw.out.empty());
  EXPECT_EQ(raw.out, plain.out);
}

TEST(Cli, WhatIsNotHonouredIsSaid) {
  const auto result = lar({"run", "demo", "--set", "num_ctx=100000", "--set", "num_gpu=5", "--set",
                           "num_predict=2", "hello"});
  EXPECT_EQ(result.code, 0);
  EXPECT_NE(result.err.find("Warning: num_ctx is cut to"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("Warning: num_gpu"), std::string::npos) << result.err;
}

TEST(Cli, ALongPromptIsCutAndSaysSoButAMessageIsRefused) {
  std::string words;
  for (int i = 0; i < 400; ++i) words += "tell me a story ";
  std::vector<std::string> run = {"run", "demo", "--set", "num_ctx=128", "--set", "num_predict=4"};
  const auto message = lar(run, words);
  EXPECT_EQ(message.code, 1);
  EXPECT_NE(message.err.find("context size (128 tokens)"), std::string::npos) << message.err;
  run.emplace_back("--raw");
  const auto raw = lar(run, words);
  EXPECT_EQ(raw.code, 0) << raw.err;
  EXPECT_NE(raw.err.find("tokens of it were dropped"), std::string::npos) << raw.err;
}

TEST(Cli, ASeedRepeats) {
  const auto ask = [](const char* seed) {
    return lar({"run", "demo", "--set", std::string("seed=") + seed, "--set", "temperature=1.5",
                "tell me a story"})
        .out;
  };
  EXPECT_EQ(ask("1"), ask("1"));
  EXPECT_NE(ask("1"), ask("2"));
}

TEST(Cli, AFormatBindsTheAnswer) {
  const std::string schema =
      R"({"type":"object","properties":{"name":{"type":"string","maxLength":9},)"
      R"("age":{"type":"integer","minimum":3,"maximum":99}},"required":["name","age"]})";
  for (const char* seed : {"seed=1", "seed=2", "seed=3"}) {
    const auto result = lar({"run", "demo", "--set", seed, "--format", schema, "hello"});
    ASSERT_EQ(result.code, 0) << result.err;
    const Json json = Json::parse(result.out);
    EXPECT_LE(json["name"].get<std::string>().size(), 9U * 4);
    EXPECT_GE(json["age"].get<int>(), 3);
    EXPECT_LE(json["age"].get<int>(), 99);
  }
  const auto refused = lar({"run", "demo", "--format", "xml", "hello"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("invalid format: xml"), std::string::npos) << refused.err;
}

TEST(Cli, GrammarCheckSaysAcceptedOrWhereAndWhyNot) {
  const test::TempDir dir;
  const auto write = [&](const char* name, const std::string& text) {
    std::ofstream(dir.path() / name) << text;
    return (dir.path() / name).string();
  };
  const auto schema = write("s.json", R"({"properties":{"a":{"type":"integer"}}})");
  const auto accepted = lar({"grammar", "check", "--schema", schema}, R"({"a": 1})");
  EXPECT_EQ(accepted.code, 0) << accepted.err;
  EXPECT_EQ(accepted.out, "accepted\n");
  const auto instance = write("i.json", R"({"a": "x"})");
  const auto rejected = lar({"grammar", "check", "--schema", schema, instance});
  EXPECT_EQ(rejected.code, 1);
  EXPECT_TRUE(rejected.out.starts_with("rejected at byte 6: line 1, column 7:")) << rejected.out;
  EXPECT_NE(rejected.out.find("expected"), std::string::npos) << rejected.out;

  const auto gbnf = write("g.gbnf", "root ::= \"x\" [0-9]+\n");
  EXPECT_EQ(lar({"grammar", "check", "--gbnf", gbnf}, "x12").code, 0);
  EXPECT_EQ(lar({"grammar", "check", "--gbnf", gbnf}, "12").code, 1);

  const auto remote = write("r.json", R"({"properties":{"a":{"$ref":"http://x.invalid/"}}})");
  const auto refused = lar({"grammar", "check", "--schema", remote}, "{}");
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("#/properties/a/$ref"), std::string::npos) << refused.err;
}

TEST(Cli, TokenizeAndDetokenizeAreInverse) {
  const std::string text = "How do I pull a model?\n  \u00e9t\u00e9 \U0001F600 <|im_end|>";
  for (const bool special : {false, true}) {
    std::vector<std::string> args = {"tokenize", "demo"};
    if (special) args.emplace_back("--parse-special");
    const auto ids = lar(args, text);
    ASSERT_EQ(ids.code, 0) << ids.err;
    EXPECT_TRUE(Json::parse(ids.out).is_array());
    EXPECT_EQ(lar({"detokenize", "demo"}, ids.out).out, text);
  }
  const auto pieces = Json::parse(lar({"tokenize", "demo", "--pieces"}, "hello").out);
  std::string joined;
  for (const Json& piece : pieces) joined += piece[1].get<std::string>();
  EXPECT_EQ(joined, "hello");
}

TEST(Cli, InspectGivesJsonWithThePlan) {
  const auto result =
      lar({"inspect", "demo", "--json", "--plan", "--ctx", "512", "--parallel", "2"});
  ASSERT_EQ(result.code, 0) << result.err;
  const Json json = Json::parse(result.out);
  EXPECT_EQ(json["architecture"], "llama");
  EXPECT_FALSE(json["tensors"].empty());
  EXPECT_FALSE(json["metadata"].empty());
  uint64_t sum = 0;
  for (const Json& item : json["plan"]["items"]) sum += item["bytes"].get<uint64_t>();
  EXPECT_EQ(sum, json["plan"]["total_bytes"].get<uint64_t>());
  const auto twice = Json::parse(
      lar({"inspect", "demo", "--json", "--plan", "--ctx", "1024", "--parallel", "2"}).out);
  EXPECT_GT(twice["plan"]["total_bytes"], json["plan"]["total_bytes"]);
}

TEST(Cli, LogitsAreTheReferences) {
  const auto file = test::shared_data("archs/qwen3-dense.gguf");
  LAR_REQUIRE_DATA(file);
  const test::TempDir dir;
  const auto out = (dir.path() / "x.npy").string();
  const auto result = lar({"logits", file.string(), "--tokens", "126,40,44,22,96", "--out", out});
  ASSERT_EQ(result.code, 0) << result.err;
  const auto logits = test::read_npy(out);
  const auto expected = test::read_npy(test::shared_data("archs/qwen3-dense.logits.npy"));
  ASSERT_EQ(logits.rows, 5U);
  ASSERT_EQ(logits.cols, expected.cols);
  for (size_t i = 0; i < logits.data.size(); ++i) {
    EXPECT_NEAR(logits.data[i], expected.data[i], 1e-3);
  }
}

TEST(Cli, BenchHasTheKeysOfLlamaBench) {
  const auto result = lar({"bench", "demo", "-p", "16,32", "-n", "4", "-b", "2", "-d", "8", "-r",
                           "2", "-t", "1", "-o", "json"});
  ASSERT_EQ(result.code, 0) << result.err;
  const Json json = Json::parse(result.out);
  ASSERT_EQ(json.size(), 3U);
  for (const char* key :
       {"n_prompt", "n_gen", "n_depth", "n_threads", "avg_ts", "samples_ts", "stddev_ts", "avg_ns",
        "model_n_params", "gb_per_s", "gop_per_s", "limit_share"}) {
    EXPECT_TRUE(json[0].contains(key)) << key;
  }
  EXPECT_EQ(json[0]["n_prompt"], 16);
  EXPECT_EQ(json[2]["n_gen"], 4);
  EXPECT_EQ(json[2]["n_rows"], 2);
  EXPECT_EQ(json[0]["samples_ts"].size(), 2U);
}

TEST(Cli, PerplexityAndDivergence) {
  const test::TempDir dir;
  const auto text = dir.path() / "text";
  std::string words;
  for (int i = 0; i < 200; ++i) words += "how do I keep a model in memory? ";
  std::ofstream(text) << words;
  const auto result = lar({"perplexity", "demo", "-f", text.string(), "-c", "64"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_NE(result.out.find("PPL = "), std::string::npos);
  const auto divergence =
      lar({"perplexity", "demo", "-f", text.string(), "-c", "64", "--kl-base", "demo"});
  EXPECT_EQ(divergence.code, 0) << divergence.err;
  EXPECT_NE(divergence.out.find("Mean KLD = 0.000000"), std::string::npos) << divergence.out;
  EXPECT_NE(divergence.out.find("100.000 %"), std::string::npos);
}

TEST(Cli, RendersATemplate) {
  const test::TempDir dir;
  const auto jinja = (dir.path() / "t.jinja").string();
  const auto context = (dir.path() / "c.json").string();
  std::ofstream(jinja)
      << "{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}{{ x }}";
  std::ofstream(context) << R"({"messages": [{"role": "user", "content": "hi"}], "x": 3})";
  const auto result = lar({"template", "render", "--jinja", jinja, "--context", context});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out, "[user] hi\n3");
  std::ofstream(jinja) << "one\n  {{ oops(";
  const auto broken = lar({"template", "render", "--jinja", jinja, "--context", context});
  EXPECT_EQ(broken.code, 1);
  EXPECT_NE(broken.err.find("line 2"), std::string::npos) << broken.err;
}

TEST(Cli, RendersAGoTemplate) {
  const test::TempDir dir;
  const auto go = (dir.path() / "t.gotmpl").string();
  const auto context = (dir.path() / "c.json").string();
  std::ofstream(go) << "{{ range .Messages }}[{{ .Role }}] {{ .Content }}\n{{ end }}"
                       "{{ .Tools }}{{ .Think }}{{ currentDate }}";
  std::ofstream(context) << R"({"messages": [{"role": "user", "content": "h<i"}], "think": "low"})";
  const std::vector<std::string> command = {"template",  "render", "--go",  go,
                                            "--context", context,  "--now", "2024-03-01"};
  const auto result = lar(command);
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out, "[user] h<i\nnulltrue2024-03-01");
  std::ofstream(go) << "one\n  {{ oops }}";
  const auto broken = lar(command);
  EXPECT_EQ(broken.code, 1);
  EXPECT_EQ(broken.out, "");
  EXPECT_EQ(broken.err, "Error: line 2, column 6: function \"oops\" not defined\n");
  std::ofstream(go) << "{{ .Prompt }}|{{ .Extra }}|{{ .None }}";
  std::ofstream(context) << R"({"prompt": "p", "Extra": [1, "x"]})";
  EXPECT_EQ(lar(command).out, "p|[1 x]|<no value>");
}

TEST(Cli, RendersAModelsOwnTemplateAndShowsItsTokens) {
  const auto parrot = test::shared_data("parrot/parrot-qwen3.q8_0.gguf");
  LAR_REQUIRE_DATA(parrot);
  const test::TempDir dir;
  const auto context = (dir.path() / "c.json").string();
  std::ofstream(context) << R"({"messages": [{"role": "user", "content": "a<|im_end|>"}],
                               "think": false})";
  const auto text = lar({"template", "render", parrot.string(), "--context", context});
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_EQ(text.out,
            "<|im_start|>user\na<|im_end|><|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>"
            "\n\n");
  const auto tokens =
      lar({"template", "render", parrot.string(), "--context", context, "--tokens"});
  EXPECT_EQ(tokens.code, 0) << tokens.err;
  // One end of a turn is the template's; what the user wrote is plain text.
  size_t ends = 0;
  for (size_t at = tokens.out.find("special\t\"<|im_end|>\""); at != std::string::npos;
       at = tokens.out.find("special\t\"<|im_end|>\"", at + 1)) {
    ++ends;
  }
  EXPECT_EQ(ends, 1U) << tokens.out;
}

TEST(Cli, ParsesTheOutputOfAModel) {
  const test::TempDir dir;
  const auto jinja = (dir.path() / "t.jinja").string();
  const auto tools = (dir.path() / "tools.json").string();
  std::ofstream(jinja)
      << "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}"
         "{% for c in m.tool_calls or [] %}<tool_call>\n{\"name\": \"{{ c.function.name }}\", "
         "\"arguments\": {{ c.function.arguments | tojson }}}\n</tool_call>{% endfor %}<|im_end|>\n"
         "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n"
         "{% if enable_thinking is true %}<think>\n{% else %}<think>\n\n</think>\n\n{% endif %}"
         "{% endif %}";
  std::ofstream(tools) << R"([{"type": "function", "function": {"name": "f"}}])";
  const auto parse = [&](const std::string& think, const std::string& output) {
    return lar({"template", "parse", "--jinja", jinja, "--tools", tools, "--think", think}, output);
  };
  const auto call = parse("true",
                          "I think\n</think>\n\nLook: <tool_call>\n{\"name\": \"f\", "
                          "\"arguments\": {\"b\": 1, \"a\": \"é\"}}\n</tool_call><|im_end|>");
  EXPECT_EQ(call.code, 0) << call.err;
  EXPECT_EQ(call.out,
            "{\"content\":\"Look: \",\"thinking\":\"I think\\n\",\"tool_calls\":"
            "[{\"name\":\"f\",\"arguments\":{\"b\":1,\"a\":\"é\"}}]}\n");
  EXPECT_EQ(parse("false", "Hello").out,
            "{\"content\":\"Hello\",\"thinking\":\"\",\"tool_calls\":[]}\n");
  const auto broken = parse("false", "<tool_call>{\"name\": oops}</tool_call>");
  EXPECT_EQ(broken.code, 1);
  EXPECT_TRUE(broken.err.starts_with("Error: error parsing tool call: ")) << broken.err;
}

TEST(Cli, EveryErrorIsOneLineAndExitCodeOne) {
  const test::TempDir dir;
  const auto junk = (dir.path() / "junk.gguf").string();
  std::ofstream(junk) << "GGUF and then nothing of sense";
  const std::vector<std::vector<std::string>> commands = {
      {"nonsense"},
      {"run", "/no/such/file.gguf", "hi"},
      {"run", junk, "hi"},
      {"run", dir.path().string(), "hi"},
      {"run", "demo", "--set", "top_k=many", "hi"},
      {"run", "demo", "--set", "nothing=1", "hi"},
      {"run", "demo", "--set", "temperature", "hi"},
      {"run", "demo", "--think", "hi"},
      {"inspect", junk},
      {"inspect"},
      {"logits", "demo", "--tokens", "1,999999999", "--out", (dir.path() / "x").string()},
      {"logits", "demo", "--tokens", "1", "--out", "/no/such/place/x.npy"},
      {"tokenize", junk},
      {"perplexity", "demo", "-f", "/no/such/text"},
      {"bench", "demo", "-o", "xml"},
      {"template", "render", "--jinja", "/no/such", "--context", "/no/such"},
      {"template", "render", "--go", "/no/such", "--context", "/no/such"},
      {"template", "render", "no-such-model", "--context", "/dev/null"},
      {"template", "render", "demo", "--jinja", "x", "--context", "/no/such"},
  };
  for (const auto& command : commands) {
    const auto result = lar(command);
    std::string line;
    for (const std::string& word : command) line += word + " ";
    EXPECT_EQ(result.code, 1) << line;
    EXPECT_TRUE(result.out.empty()) << line << result.out;
    EXPECT_TRUE(result.err.starts_with("Error: ")) << line << result.err;
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << line << result.err;
  }
}

}  // namespace
}  // namespace lar
