#include "runtime/tool_grammar.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "chat/json.h"
#include "chat/parsers/tool_call_syntax.h"
#include "runtime/gbnf_text.h"
#include "runtime/tool_arguments.h"

namespace lar::runtime {
namespace {

std::string schema_text(const chat::Value& parameters) {
  nlohmann::ordered_json json = chat::to_json(parameters);
  if (!json.is_object() || json.empty()) return R"({"type":"object"})";
  if (!json.contains("type")) json["type"] = "object";
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

// What ends a value, so that no value may have it: the tag behind it and those that end the call.
std::vector<std::string> enders_of(const chat::OutputFormat& format,
                                   const chat::ToolCallSyntax& syntax) {
  std::vector<std::string> enders;
  const auto add = [&](std::string_view lines) {
    while (!lines.empty()) {
      const std::string_view line = lines.substr(0, lines.find('\n'));
      lines.remove_prefix(std::min(line.size() + 1, lines.size()));
      if (!line.empty()) enders.emplace_back(line);
    }
  };
  switch (syntax.form) {
    case chat::ArgumentsForm::kTagged:
      add(syntax.parameter.after_value);
      add(syntax.calls.front().after_arguments);
      break;
    case chat::ArgumentsForm::kGemma:
      add(syntax.string_quote);
      add(syntax.calls.front().after_arguments);
      break;
    case chat::ArgumentsForm::kElements: add(syntax.string_quote); break;
    case chat::ArgumentsForm::kJson:
    case chat::ArgumentsForm::kPython: break;
  }
  // Messages end with tokens that begin so.
  if (format.machine == chat::Machine::kGlimmer) enders.emplace_back("<|");
  return enders;
}

Result<std::string> add_arguments(const ArgumentForm& form,
                                  size_t number,
                                  const chat::ForcedCall& call,
                                  ArgumentRules& rules) {
  if (form.syntax.form == chat::ArgumentsForm::kJson) {
    const std::string name = fmt::format("arguments-{}", number);
    rules.schemas.push_back({.name = name, .schema = schema_text(call.parameters)});
    return name;
  }
  const ToolSchema schema(number, chat::to_json(call.parameters));
  rules.schemas.push_back({.name = schema.name(), .schema = schema.text()});
  switch (form.syntax.form) {
    case chat::ArgumentsForm::kTagged: return add_tagged_arguments(form, call.name, schema, rules);
    case chat::ArgumentsForm::kPython: return add_python_arguments(form, schema, rules);
    case chat::ArgumentsForm::kGemma:
    case chat::ArgumentsForm::kElements: return add_nested_arguments(form, schema, rules);
    case chat::ArgumentsForm::kJson: break;
  }
  return fail(Code::kInternal, "there is no such form of arguments");
}

}  // namespace

Result<GrammarSpec> tool_call_grammar(const chat::OutputFormat& format,
                                      const tokenizer::Tokenizer& tokenizer,
                                      const chat::Value& tools,
                                      const ToolChoice& choice) {
  LAR_TRY(const chat::ToolCallSyntax syntax,
          chat::tool_call_syntax(format, tools, {.function = choice.function}));
  const chat::ToolSet read(tools);
  const ArgumentForm form{tokenizer, syntax, read, enders_of(format, syntax)};
  ArgumentRules rules;
  std::string calls;
  for (size_t i = 0; i < syntax.calls.size(); ++i) {
    const chat::ForcedCall& call = syntax.calls[i];
    LAR_TRY(const std::string name,
            with_context(add_arguments(form, i, call, rules), "tool \"" + call.name + "\""));
    calls +=
        fmt::format("{}{} {}{}", i == 0 ? "" : " |", gbnf_literal(tokenizer, call.before_arguments),
                    name, gbnf_literal(tokenizer, call.after_arguments));
  }
  std::string more;
  if (choice.parallel && syntax.parallel) {
    more = fmt::format(" ({} call)*", gbnf_literal(tokenizer, syntax.between_calls));
  }
  GrammarSpec spec;
  spec.constraint.kind = Constraint::Kind::kGbnf;
  spec.constraint.text = fmt::format(
      "root ::={} call{}{}\ncall ::={}\n{}", gbnf_literal(tokenizer, syntax.section_begin), more,
      gbnf_literal(tokenizer, syntax.section_end), calls, rules.gbnf);
  spec.schemas = std::move(rules.schemas);
  spec.texts = std::move(rules.texts);
  if (syntax.form == chat::ArgumentsForm::kPython) spec.style.words = constrain::Words::kPython;
  // What ends a value or a message begins so: parsers see no difference between a token and its
  // text.
  const bool tagged = syntax.form == chat::ArgumentsForm::kTagged;
  if (tagged || format.machine == chat::Machine::kHarmony) spec.style.never_raw = U'<';
  return spec;
}

}  // namespace lar::runtime
