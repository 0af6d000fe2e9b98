// How the tests of this module render and what they compare.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "chat/jinja/template.h"
#include "chat/json.h"

namespace lar::chat::test {

inline const jinja::DateTime kNow{2024, 7, 26, 12, 0, 0, 0};

struct Outcome {
  std::string text;
  std::string error;     // empty: none
  bool refused = false;  // by the compiler
  std::vector<Run> runs;
};

inline Outcome run(std::string_view source,
                   const nlohmann::ordered_json& context,
                   const jinja::CompileOptions& compile = {},
                   jinja::RenderOptions options = {}) {
  if (!options.now) options.now = kNow;
  const auto compiled = jinja::Template::compile(source, compile);
  if (!compiled) return {"", compiled.error().message, true, {}};
  const auto value = from_json(context);
  if (!value) return {"", value.error().message, false, {}};
  auto rendered = (*compiled)->render(*value, options);
  if (!rendered) return {"", rendered.error().message, false, {}};
  return {rendered->text, "", false, rendered->runs};
}

inline std::string render(
    std::string_view source,
    const nlohmann::ordered_json& context = nlohmann::ordered_json::object()) {
  const Outcome outcome = run(source, context);
  return outcome.error.empty() ? outcome.text : "error: " + outcome.error;
}

// One letter a byte: t for the template's own text, c for content.
inline std::string origins(const Outcome& outcome) {
  std::string letters;
  for (const Run& run : outcome.runs) {
    letters.resize(run.end, run.origin == Origin::kContent ? 'c' : 't');
  }
  return letters;
}

}  // namespace lar::chat::test
