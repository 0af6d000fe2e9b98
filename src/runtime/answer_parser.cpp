#include "runtime/answer_parser.h"

#include <utility>

namespace lar::runtime {
namespace {

// All literal text of a format, a line each.
std::string literals_of(const chat::OutputFormat& format) {
  std::string all;
  const auto add = [&](const std::string& text) { all += text + '\n'; };
  for (const chat::ThinkingTags& tags : format.thinking) {
    add(tags.open);
    add(tags.close);
  }
  for (const std::string& tag : format.silent) add(tag);
  for (const std::string& tag : format.section) add(tag);
  for (const chat::CallOpener& call : format.calls) add(call.tag);
  const chat::CallSyntax& syntax = format.syntax;
  for (const std::string* text :
       {&syntax.section_begin, &syntax.before_name, &syntax.after_name, &syntax.after_arguments,
        &syntax.between_calls, &syntax.section_end, &syntax.parameter.before_name,
        &syntax.parameter.after_name, &syntax.parameter.after_value,
        &syntax.parameter.after_name_not_string, &syntax.string_quote}) {
    add(*text);
  }
  return all;
}

}  // namespace

bool empty(const GenerateDelta& delta) {
  return delta.content.empty() && delta.thinking.empty() && delta.tool_calls.empty() &&
         delta.logprobs.empty();
}

GenerateDelta AnswerParser::take(std::vector<chat::OutputEvent> events) {
  using Kind = chat::OutputEvent::Kind;
  GenerateDelta delta;
  for (chat::OutputEvent& event : events) {
    const auto call = static_cast<uint32_t>(event.call);
    switch (event.kind) {
      case Kind::kThinking:
        thinking_ += event.text;
        delta.thinking += event.text;
        break;
      case Kind::kContent: delta.content += event.text; break;
      case Kind::kCallBegin:
        delta.tool_calls.push_back(
            {.index = call, .name = std::move(event.text), .id = std::move(event.id)});
        break;
      case Kind::kArguments:
        if (delta.tool_calls.empty() || delta.tool_calls.back().index != call) {
          delta.tool_calls.push_back({.index = call});
        }
        delta.tool_calls.back().arguments += event.text;
        break;
      case Kind::kCallEnd:
        if (delta.tool_calls.empty() || delta.tool_calls.back().index != call) {
          delta.tool_calls.push_back({.index = call});
        }
        delta.tool_calls.back().done = true;
        if (!event.id.empty()) delta.tool_calls.back().id = std::move(event.id);
        ++calls_ended_;
        break;
    }
  }
  return delta;
}

Result<GenerateDelta> AnswerParser::feed(std::string_view text) {
  LAR_TRY(auto events, parser_.feed(text));
  return take(std::move(events));
}

Result<GenerateDelta> AnswerParser::finish() {
  LAR_TRY(auto events, parser_.finish());
  return take(std::move(events));
}

std::vector<int32_t> marks_among_tokens(const chat::OutputFormat& format,
                                        const tokenizer::Tokenizer& tokenizer) {
  std::vector<int32_t> marks;
  if (format.machine == chat::Machine::kPlain) return marks;
  const bool all = format.machine != chat::Machine::kTags;  // every control token has a meaning
  const std::string literals = literals_of(format);
  for (size_t i = 0; i < tokenizer.size(); ++i) {
    const auto token = static_cast<int32_t>(i);
    if (tokenizer.type(token) != tokenizer::TokenType::kControl || tokenizer.is_end(token)) {
      continue;
    }
    const std::string_view name = tokenizer.text(token);
    if (all || (name.size() > 1 && literals.find(name) != std::string::npos)) {
      marks.push_back(token);
    }
  }
  return marks;
}

}  // namespace lar::runtime
