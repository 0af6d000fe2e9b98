#include "chat/parsers/detect.h"

#include <algorithm>
#include <array>
#include <utility>

#include "chat/begun_answer.h"
#include "chat/json.h"
#include "chat/parsers/derive.h"
#include "chat/parsers/families/families.h"
#include "chat/parsers/generic_calls.h"
#include "chat/parsers/registry.h"
#include "chat/parsers/white_space.h"

namespace lar::chat {
namespace {

using namespace std::string_view_literals;

// Unlikely in a template's own text.
constexpr std::string_view kUserProbe = "qWzUser";
constexpr std::string_view kToolProbe = "qWzTool";
constexpr std::string_view kThoughtProbe = "qWzThought";
constexpr std::string_view kAnswerProbe = "qWzAnswer";
constexpr uint64_t kProbeWorkMax = 300'000;

Value text_value(std::string_view text) {
  return Value::string(std::string(text), Origin::kContent);
}

Message message_of(std::string_view role, std::string_view text) {
  Message message;
  message.role = role;
  message.content = text_value(text);
  return message;
}

Value probe_tools() {
  auto tools = parse_json(
      R"([{"type": "function", "function": {"name": "qWzTool", "description": "d", "parameters":
          {"type": "object", "properties": {"a": {"type": "string", "description": "d"}},
           "required": ["a"]}}}])");
  return tools ? *tools : Value();
}

std::string render(const ChatTemplate& chat_template,
                   const std::vector<Message>& messages,
                   const Value& tools,
                   std::optional<bool> think,
                   bool prompt) {
  ChatOptions options;
  options.add_generation_prompt = prompt;
  options.enable_thinking = think;
  if (think) options.extra.set("thinking", Value::boolean(*think));
  options.now = jinja::DateTime{2024, 7, 26, 12, 0, 0, 0};
  options.limits.work_max = kProbeWorkMax;
  auto rendered = chat_template.render(messages, tools, options);
  return rendered ? std::move(rendered->text) : std::string();
}

// What the template prints for a turn that calls a tool, from the user's text on; empty if it
// refuses to.
std::string call_probe(const ChatTemplate& chat_template, const Value& tools) {
  Dict dict;
  dict.set("a", text_value("b"));
  const Value arguments[] = {Value::dict(std::move(dict)), text_value(R"({"a": "b"})")};
  for (const Value& form : arguments) {
    for (const bool null_content : {false, true}) {
      Message call = message_of("assistant", "");
      if (null_content) call.content = Value::null();
      call.tool_calls.push_back({"abcdefghi", std::string(kToolProbe), form});
      const std::string text =
          render(chat_template, {message_of("user", kUserProbe), call}, tools, std::nullopt, false);
      const size_t user = text.rfind(kUserProbe);
      if (user == std::string::npos || text.find(kToolProbe, user) == std::string::npos) continue;
      return text.substr(user + kUserProbe.size());
    }
  }
  return {};
}

const FamilyRow* family_of(std::string_view evidence) {
  for (const FamilyRow& row : family_table()) {
    if (std::ranges::all_of(row.marks,
                            [&](std::string_view mark) { return evidence.contains(mark); })) {
      return &row;
    }
  }
  return nullptr;
}

// Marks that only count in what is printed for a call: in a template's source or in its
// instructions they may mean anything.
bool telling(const FamilyRow& row) {
  return row.name != "llama3" && row.name != "functionary_v32";
}

// The tag that ends at the end of `text`, and the one at its begin; white space does not count.
std::string_view tag_at_end(std::string_view text) {
  text.remove_suffix(trailing_space(text));
  if (text.empty() || (text.back() != '>' && text.back() != ']')) return {};
  const size_t begin = text.rfind(text.back() == '>' ? '<' : '[');
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin);
}

std::string_view tag_at_begin(std::string_view text) {
  text.remove_prefix(leading_space(text));
  if (text.empty() || (text.front() != '<' && text.front() != '[')) return {};
  const size_t end = text.find(text.front() == '<' ? '>' : ']');
  return end == std::string_view::npos ? std::string_view() : text.substr(0, end + 1);
}

// The tags around a thought of an earlier turn; empty ones if the template prints no thoughts.
ThinkingTags thought_probe(const ChatTemplate& chat_template) {
  Message answer = message_of("assistant", kAnswerProbe);
  answer.thinking = kThoughtProbe;
  answer.extra.set("thought", text_value(kThoughtProbe));
  answer.extra.set("reasoning", text_value(kThoughtProbe));
  const std::string text =
      render(chat_template, {message_of("user", kUserProbe), answer}, Value(), true, false);
  const size_t user = text.rfind(kUserProbe);
  const size_t thought = user == std::string::npos ? user : text.find(kThoughtProbe, user);
  if (thought == std::string::npos) return {};
  const std::string_view all = text;
  ThinkingTags tags{std::string(tag_at_end(all.substr(0, thought))),
                    std::string(tag_at_begin(all.substr(thought + kThoughtProbe.size())))};
  // A tag before the answer's header is none of the thought.
  if (tags.open.contains("assistant") || tags.open.contains("im_start")) tags.open.clear();
  return tags;
}

std::string end_of_turn(const ChatTemplate& chat_template) {
  const std::string text =
      render(chat_template, {message_of("user", kUserProbe), message_of("assistant", kAnswerProbe)},
             Value(), true, false);
  const size_t answer = text.rfind(kAnswerProbe);
  if (answer == std::string::npos) return {};
  return std::string(tag_at_begin(std::string_view(text).substr(answer + kAnswerProbe.size())));
}

void find_thinking(OutputFormat& format,
                   const ChatTemplate& chat_template,
                   std::string_view source) {
  const bool usual = format.thinking.empty() || format.thinking.front() == families::think_tags();
  if (!usual) {
    const ThinkingTags& own = format.thinking.front();
    const std::string prompt =
        render(chat_template, {message_of("user", kUserProbe)}, Value(), true, true);
    const bool shown = source.contains(own.open) || source.contains(own.close) ||
                       prompt.contains(trim(own.open)) ||
                       format.thinking_start == ThinkingStart::kAnywhere;
    if (!shown) {
      format.thinking_start = ThinkingStart::kNever;
      format.trim_start = false;
    }
    return;
  }
  ThinkingTags tags = thought_probe(chat_template);
  if (tags.close.empty()) {
    for (const ThinkingPair& pair : thinking_pairs()) {
      if (!source.contains(pair.close)) continue;
      tags = {std::string(pair.open), std::string(pair.close)};
      break;
    }
  }
  if (tags.close.empty()) {
    format.thinking.clear();
    format.thinking_start = ThinkingStart::kNever;
    format.trim_start = false;
    return;
  }
  const bool implicit = tags.open.empty();
  families::set_thinking(format, std::move(tags));
  if (implicit) format.thinking_start = ThinkingStart::kImplicit;
}

// Whether a thought begins in `text` and does not end.
bool leaves_open(std::string_view text, const ThinkingTags& tags) {
  const std::string_view open = trim(tags.open);
  const size_t at = open.empty() ? std::string_view::npos : text.rfind(open);
  return at != std::string_view::npos &&
         text.find(trim(tags.close), at + open.size()) == std::string_view::npos;
}

}  // namespace

OutputFormat detect_output_format(const ChatTemplate& chat_template, std::string_view source) {
  const Value tools = probe_tools();
  const std::string call = call_probe(chat_template, tools);
  const FamilyRow* row = family_of(call);
  if (row == nullptr) {
    const std::string instructions =
        render(chat_template, {message_of("user", kUserProbe)}, tools, std::nullopt, true);
    row = family_of(instructions);
    if (row == nullptr || !telling(*row)) row = family_of(source);
    if (row != nullptr && !telling(*row) && !source.contains("<|python_tag|>")) row = nullptr;
  }
  OutputFormat format;
  format.family = "content";
  if (row != nullptr) {
    format = row->make();
    format.family = row->name;
  } else if (!call.empty()) {
    format =
        derived_format(call, generation_prompt(chat_template, tools, std::nullopt), kToolProbe);
  }
  if (format.machine == Machine::kTags) find_thinking(format, chat_template, source);
  format.end_of_turn = end_of_turn(chat_template);
  return format;
}

OutputFormat detect_go_output_format(const gotemplate::Template& chat_template) {
  const std::string_view source = chat_template.source();
  if (source.contains("<|start|>") && source.contains("<|end|>") &&
      source.contains("<|channel|>")) {
    return *family_format("harmony");
  }
  OutputFormat format;
  format.family = "generic";
  format.call_space = Space::kKeep;
  const gotemplate::ThinkingTags tags = chat_template.thinking_tags();
  if (!tags.open.empty() && !tags.close.empty()) {
    families::set_thinking(format, {tags.open, tags.close});
    format.trim_start = false;
    format.drop_first_close = false;
  }
  if (!chat_template.mentions("toolcalls")) return format;
  const std::string tag = chat_template.tool_call_tag();
  format.calls_need_tools = true;
  const bool bare = tag == "{" || tag == "[";
  if (bare) {
    format.bare = generic_calls(true);
  } else {
    format.calls = {{tag, generic_calls(false)}};
  }
  // The name and the object of arguments are all that is looked for behind the tag.
  const bool list =
      tag.ends_with('[') || source.contains(tag + "[{") || source.contains(tag + " [{");
  std::string begin = tag == "{" ? "" : tag;
  if (list && !begin.ends_with('[')) begin += '[';
  format.syntax.known = true;
  format.syntax.section_begin = begin;
  format.syntax.before_name = "{\"name\": \"";
  format.syntax.after_name =
      source.contains("\"parameters\": {{") ? "\", \"parameters\": " : "\", \"arguments\": ";
  format.syntax.after_arguments = "}";
  format.syntax.between_calls = list ? ", " : bare ? "" : "\n" + tag;
  format.syntax.section_end = list ? "]" : "";
  format.syntax.parallel = list || !bare;
  return format;
}

std::string generation_prompt(const ChatTemplate& chat_template,
                              const Value& tools,
                              std::optional<bool> think) {
  const std::vector<Message> messages = {message_of("user", kUserProbe)};
  // Where the tools cannot be rendered, the answer still begins in the same way.
  for (const Value& shown : {tools, Value()}) {
    const std::string text = render(chat_template, messages, shown, think.value_or(true), true);
    const size_t user = text.rfind(kUserProbe);
    if (user != std::string::npos) return text.substr(user + kUserProbe.size());
  }
  return {};
}

std::string generation_prompt(const gotemplate::Template& chat_template,
                              std::optional<bool> think) {
  const std::vector<Message> messages = {message_of("user", kUserProbe)};
  gotemplate::Values values;
  values.messages = messages;
  if (think) values.think = *think ? Think::kOn : Think::kOff;
  gotemplate::ExecuteOptions options;
  options.now = jinja::DateTime{2024, 7, 26, 12, 0, 0, 0};
  const auto prompt = chat_template.render(values, options);
  if (!prompt) return {};
  const size_t user = prompt->text.rfind(kUserProbe);
  return user == std::string::npos ? std::string() : prompt->text.substr(user + kUserProbe.size());
}

OutputOptions options_for_prompt(const OutputFormat& format,
                                 std::string_view prompt,
                                 Value tools,
                                 std::optional<bool> think,
                                 std::string_view begun) {
  OutputOptions options;
  options.tools = std::move(tools);
  options.thinking_off = think == false;
  std::string_view end = prompt;
  end.remove_suffix(trailing_space(end));
  const std::string_view answer = trim(begun);
  options.begun = !answer.empty() && end.ends_with(answer);
  const auto any_tags = [&](auto holds) { return std::ranges::any_of(format.thinking, holds); };
  if (options.begun) {
    options.in_thinking =
        any_tags([&](const ThinkingTags& tags) { return leaves_open(answer, tags); });
  } else {
    options.in_thinking = any_tags([&](const ThinkingTags& tags) {
      return !tags.open.empty() && end.ends_with(trim(tags.open));
    });
    options.thinking_closed = any_tags([&](const ThinkingTags& tags) {
      return !tags.close.empty() && end.ends_with(trim(tags.close));
    });
  }
  if (format.family == "functionary_v32" && prompt.ends_with(">>>")) options.prefill = ">>>";
  if (format.family == "functionary_v2" && prompt.ends_with("<|recipient|>")) {
    options.prefill = "<|recipient|>";
  }
  if (format.machine == Machine::kHarmony || format.machine == Machine::kGlimmer) {
    constexpr std::string_view kStart = "<|start|>assistant";
    const size_t start = prompt.rfind(kStart);
    if (start != std::string_view::npos) options.prefill = prompt.substr(start + kStart.size());
  }
  return options;
}

std::string_view without_end_of_turn(std::string_view text, std::string_view own) {
  constexpr std::array kEnds = {
      "<|im_end|>"sv,
      "<|endoftext|>"sv,
      "<|eot_id|>"sv,
      "<|eom_id|>"sv,
      "<|end_of_text|>"sv,
      "</s>"sv,
      "<|eot|>"sv,
      "<end_of_turn>"sv,
      "<turn|>"sv,
      "<eos>"sv,
      "<|return|>"sv,
      "<|call|>"sv,
      "<|END_OF_TURN_TOKEN|>"sv,
      "<|end|>"sv,
      "<|endofturn|>"sv,
      "<｜end▁of▁sentence｜>"sv,
      "[EOS]"sv,
      "[e~["sv,
      "<|end_of_msg|>"sv,
      "<|assistant_end|>"sv,
      "<|END_RESPONSE|>"sv,
      "<|role_end|>"sv,
      "<end_of_sentence>"sv,
      "<seed:eos>"sv,
      "<sep>"sv,
      "<|eom|>"sv,
      "<|message_sep|>"sv,
      "<|end_of_role|>"sv,
      "<|user|>"sv,
      "<|observation|>"sv,
      "</assistant>"sv,
      "<|EOT|>"sv,
      "[|endofturn|]"sv,
      "<|stop|>"sv,
      "<SPECIAL_12>"sv,
      "<|python_end|>"sv,
  };
  for (bool found = true; found;) {
    found = false;
    std::string_view trimmed = text;
    trimmed.remove_suffix(trailing_space(trimmed));
    const auto ends = [&](std::string_view end) { return !end.empty() && trimmed.ends_with(end); };
    if (ends(own)) {
      text = trimmed.substr(0, trimmed.size() - own.size());
      found = true;
    }
    // "<seed:eos>", "<｜hy_eos:opensource｜>" and whatever else says what it is.
    if (const std::string_view tag = tag_at_end(trimmed); !found && tag.contains("eos")) {
      text = trimmed.substr(0, trimmed.size() - tag.size());
      found = true;
    }
    for (const std::string_view end : kEnds) {
      if (found || !ends(end)) continue;
      trimmed.remove_suffix(end.size());
      text = trimmed;
      found = true;
      break;
    }
  }
  return text;
}

}  // namespace lar::chat
