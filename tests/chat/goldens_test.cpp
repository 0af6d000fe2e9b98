// Every rendering and error that the reference (Python's jinja2 set up as transformers does)
// gives for real templates and for the test vectors of other engines.
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "chat/fixtures.h"
#include "support/data.h"
#include "support/json.h"

namespace lar::chat {
namespace {

using Json = nlohmann::ordered_json;
using lar::test::read_file;
using lar::test::shared_data;
using test::Outcome;

Json load(const std::filesystem::path& path) {
  return lar::test::parse_json<Json>(read_file(path));
}

TEST(Goldens, real_templates_render_and_fail_as_in_transformers) {
  const auto inputs_path = shared_data("chat/goldens/golden_inputs.json");
  LAR_REQUIRE_DATA(inputs_path);
  const Json inputs = load(inputs_path);
  std::map<std::string, std::string> templates;
  for (const Json& entry : inputs["templates"]) {
    templates[entry["src"].get<std::string>() + "/" + entry["name"].get<std::string>()] =
        entry["template"];
  }
  std::istringstream lines(read_file(shared_data("chat/goldens/golden_renderings.jsonl")));
  size_t cases = 0;
  for (std::string line; std::getline(lines, line);) {
    const Json golden = lar::test::parse_json<Json>(line);
    const std::string name =
        golden["src"].get<std::string>() + "/" + golden["name"].get<std::string>();
    SCOPED_TRACE(name + " with " + golden["context"].get<std::string>());
    ASSERT_TRUE(templates.contains(name));
    const Outcome outcome =
        test::run(templates[name], inputs["contexts"][golden["context"].get<std::string>()]);
    if (golden.contains("expected")) {
      EXPECT_EQ(outcome.error, "");
      EXPECT_EQ(outcome.text, golden["expected"].get<std::string>());
    } else {
      EXPECT_TRUE(outcome.error.ends_with(golden["message"].get<std::string>()))
          << outcome.error << "\nexpected: " << golden["message"];
      EXPECT_TRUE(outcome.error.starts_with("line ")) << outcome.error;
    }
    ++cases;
  }
  EXPECT_GT(cases, 0U);
}

// What Python gives: the vector's own expectation where it is the same, else the recorded result.
void expect_python(const Json& vector, const Outcome& outcome) {
  const std::string python = vector.value("python_jinja2", "same");
  if (python.starts_with("error")) {
    // The recording had no {% generation %}, which transformers adds.
    if (python.find("'generation'") != std::string::npos) {
      EXPECT_EQ(outcome.text, vector["expected"].get<std::string>());
      return;
    }
    EXPECT_NE(outcome.error, "") << "rendered: " << outcome.text;
    return;
  }
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(outcome.text, python == "same" ? vector["expected"].get<std::string>() : python);
}

void run_vectors(const std::filesystem::path& path, bool blocks) {
  LAR_REQUIRE_DATA(path);
  for (const Json& vector : load(path)) {
    // Contexts with JavaScript functions cannot be written down.
    if (vector.value("needs_function", false)) continue;
    SCOPED_TRACE(vector["template"].get<std::string>());
    jinja::CompileOptions options;
    options.trim_blocks = vector.value("trim_blocks", blocks);
    options.lstrip_blocks = vector.value("lstrip_blocks", blocks);
    jinja::RenderOptions render;
    render.now = jinja::DateTime{2025, 7, 10, 0, 0, 0, 0};
    expect_python(vector, test::run(vector["template"].get<std::string>(), vector["context"],
                                    options, render));
  }
}

TEST(Goldens, language_vectors_of_huggingface_jinja) {
  run_vectors(shared_data("chat/hf-jinja/hf_jinja_templates.json"), false);
}

TEST(Goldens, model_vectors_of_huggingface_jinja) {
  run_vectors(shared_data("chat/hf-jinja/hf_jinja_e2e.json"), true);
}

TEST(Goldens, language_vectors_of_minja) {
  run_vectors(shared_data("chat/minja/minja_syntax.json"), false);
}

TEST(Goldens, language_vectors_of_llama_cpp) {
  run_vectors(shared_data("chat/llama.cpp/llamacpp_jinja.json"), true);
}

TEST(Goldens, chat_templates_of_llama_cpp) {
  const auto path = shared_data("chat/llama.cpp/llamacpp_chat_templates.json");
  LAR_REQUIRE_DATA(path);
  const Json file = load(path);
  for (const Json& entry : file["cases"]) {
    SCOPED_TRACE(entry["name"].get<std::string>());
    Json context;
    context["messages"] = file["conversation"];
    if (entry.contains("extra_conversation")) {
      for (const Json& pair : entry["extra_conversation"]) {
        context["messages"].push_back({{"role", pair[0]}, {"content", pair[1]}});
      }
    }
    context["add_generation_prompt"] = file["add_generation_prompt"];
    context["bos_token"] = entry["bos_token"];
    context["eos_token"] = entry["eos_token"];
    const Outcome outcome = test::run(entry["template"].get<std::string>(), context);
    // Where Python disagrees, llama.cpp has rewritten the messages before it rendered them.
    Json vector;
    vector["python_jinja2"] = entry["python_jinja2"];
    vector["expected"] = entry["expected_jinja"].get<std::string>().empty()
                             ? entry["expected_llama_cpp_builtin"]
                             : entry["expected_jinja"];
    expect_python(vector, outcome);
  }
}

TEST(Goldens, every_template_at_hand_compiles) {
  size_t compiled = 0;
  for (const char* folder :
       {"chat/llama.cpp-templates", "chat/mistral-common", "chat/ollama/renderer-jinja"}) {
    const auto path = shared_data(folder);
    LAR_REQUIRE_DATA(path);
    for (const auto& file : std::filesystem::directory_iterator(path)) {
      const auto result = jinja::Template::compile(read_file(file.path()));
      EXPECT_TRUE(result) << file.path() << ": " << result.error().message;
      ++compiled;
    }
  }
  EXPECT_GT(compiled, 0U);
}

}  // namespace
}  // namespace lar::chat
