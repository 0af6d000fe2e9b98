#include "runtime/tool_grammar.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "chat/json.h"
#include "chat/parsers/tool_call_syntax.h"

namespace lar::runtime {
namespace {

// A control token that stands in `text` at `at`, the longest if there are several.
struct Found {
  int32_t token = 0;
  size_t length = 0;
};
std::optional<Found> control_token_at(const tokenizer::Tokenizer& tokenizer,
                                      std::string_view text,
                                      size_t at) {
  constexpr size_t kLongestName = 64;
  for (size_t length = std::min(kLongestName, text.size() - at); length > 1; --length) {
    const tokenizer::TokenId token = tokenizer.find(text.substr(at, length));
    if (tokenizer.valid(token) && tokenizer.is_control(token)) return Found{token, length};
  }
  return std::nullopt;
}

// Literal text in GBNF, with control tokens by their ids: they are no text to a grammar.
std::string literal(const tokenizer::Tokenizer& tokenizer, std::string_view text) {
  std::string out;
  bool quoted = false;
  const auto quote = [&](bool on) {
    if (quoted != on) out += on ? " \"" : "\"";
    quoted = on;
  };
  for (size_t at = 0; at < text.size();) {
    // Names of control tokens begin with one of these.
    const bool may_begin = text[at] == '<' || text[at] == '[';
    if (const auto found = may_begin ? control_token_at(tokenizer, text, at) : std::nullopt) {
      quote(false);
      out += fmt::format(" <[{}]>", found->token);
      at += found->length;
      continue;
    }
    quote(true);
    const char c = text[at++];
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else {
      out += c;
    }
  }
  quote(false);
  return out;
}

std::string schema_text(const chat::Value& parameters) {
  nlohmann::ordered_json json = chat::to_json(parameters);
  if (!json.is_object() || json.empty()) return R"({"type":"object"})";
  if (!json.contains("type")) json["type"] = "object";
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

Result<GrammarSpec> tool_call_grammar(const chat::OutputFormat& format,
                                      const tokenizer::Tokenizer& tokenizer,
                                      const chat::Value& tools,
                                      const ToolChoice& choice) {
  LAR_TRY(const chat::ToolCallSyntax syntax,
          chat::tool_call_syntax(format, tools, {.function = choice.function}));
  if (syntax.form != chat::ArgumentsForm::kJson) {
    return fail(Code::kUnsupported,
                "this model does not write the arguments of tool calls as JSON, so no call can be "
                "forced yet");
  }
  GrammarSpec spec;
  std::string calls;
  for (size_t i = 0; i < syntax.calls.size(); ++i) {
    const chat::ForcedCall& call = syntax.calls[i];
    const std::string name = fmt::format("arguments-{}", i);
    calls += fmt::format("{}{} {}{}", i == 0 ? "" : " |", literal(tokenizer, call.before_arguments),
                         name, literal(tokenizer, call.after_arguments));
    spec.schemas.push_back({.name = name, .schema = schema_text(call.parameters)});
  }
  std::string more;
  if (choice.parallel && syntax.parallel) {
    more = fmt::format(" ({} call)*", literal(tokenizer, syntax.between_calls));
  }
  spec.constraint.kind = Constraint::Kind::kGbnf;
  spec.constraint.text =
      fmt::format("root ::={} call{}{}\ncall ::={}\n", literal(tokenizer, syntax.section_begin),
                  more, literal(tokenizer, syntax.section_end), calls);
  return spec;
}

}  // namespace lar::runtime
