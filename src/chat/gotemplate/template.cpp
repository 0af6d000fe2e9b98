#include "chat/gotemplate/template.h"

#include <algorithm>

#include "chat/gotemplate/cut.h"
#include "chat/gotemplate/executor.h"
#include "chat/gotemplate/ollama_types.h"
#include "chat/gotemplate/parser.h"
#include "chat/text_builder.h"

namespace lar::chat::gotemplate {
namespace {

Value empty_text() {
  return Value::string("", Origin::kTemplate);
}

// {{ .Response }}
NodePtr response_node(uint32_t offset) {
  const auto node = [&](NodeKind kind) {
    auto made = std::make_unique<Node>();
    made->kind = kind;
    made->offset = offset;
    made->end = offset;
    return made;
  };
  NodePtr field = node(NodeKind::kField);
  field->names.emplace_back("Response");
  NodePtr command = node(NodeKind::kCommand);
  command->children.push_back(std::move(field));
  NodePtr pipe = node(NodeKind::kPipe);
  pipe->children.push_back(std::move(command));
  NodePtr action = node(NodeKind::kAction);
  action->pipe = std::move(pipe);
  return action;
}

bool is_blank(const Value& text) {
  return text.text().empty();
}

}  // namespace

// One rendering: what it has printed, and within which limits.
class Template::Rendering {
 public:
  // `bytes`: of text that is given; a long conversation may cost more.
  Rendering(const Template& owner, const ExecuteOptions& options, size_t bytes)
      : owner_(owner),
        options_(options),
        now_(options.now ? *options.now : jinja::local_now()),
        meter_(options.limits.work_max + bytes, options.limits.memory_bytes_max),
        out_(&meter_) {}

  Result<void> execute(const Node& root, const Data& data, bool last_pass = false) {
    Executor executor(*owner_.tree_, &meter_, options_.limits.output_bytes_max, now_, &out_);
    if (last_pass) executor.set_missing_is_invalid();
    return executor.run(root, data_item(data));
  }

  // Question and answer by turns; the last pass stops where the answer is to come.
  Result<void> execute_pairs(std::span<const Message> messages, Think think);

  Prompt finish() {
    Prompt prompt;
    prompt.runs = out_.take_runs();
    prompt.text = out_.take_text();
    return prompt;
  }

 private:
  const Template& owner_;
  const ExecuteOptions& options_;
  const jinja::DateTime now_;
  Meter meter_;
  TextBuilder out_;
};

Result<void> Template::Rendering::execute_pairs(std::span<const Message> messages, Think think) {
  const auto fresh = [&] {
    return Data{
        .system = empty_text(), .prompt = empty_text(), .response = empty_text(), .think = think};
  };
  Data turn = fresh();
  const auto flush = [&]() -> Result<void> {
    LAR_TRY(execute(*owner_.tree_->root, turn));
    turn = fresh();
    return {};
  };
  for (const Message& message : messages) {
    if (message.role == "system") {
      if (!is_blank(turn.prompt) || !is_blank(turn.response)) LAR_TRY(flush());
      turn.system = message_text(message);
    } else if (message.role == "user") {
      if (!is_blank(turn.response)) LAR_TRY(flush());
      turn.prompt = message_text(message);
    } else if (message.role == "assistant") {
      turn.response = message_text(message);
    }
  }
  return execute(*owner_.last_pass_, turn, true);
}

Template::Template(Tree tree) : tree_(std::make_unique<Tree>(std::move(tree))) {}
Template::~Template() = default;

Result<std::unique_ptr<Template>> Template::compile(std::string_view source) {
  LAR_TRY(Tree tree, parse(source));
  std::unique_ptr<Template> made(new Template(std::move(tree)));
  LAR_TRY(made->names_, mentioned_names(*made->tree_));
  if (!made->mentions("messages") && !made->mentions("response")) {
    made->tree_->root->children.push_back(
        response_node(static_cast<uint32_t>(made->tree_->source.size())));
    made->names_.insert(std::ranges::lower_bound(made->names_, "response"), "response");
  }
  made->last_pass_ = cut_after_response(*made->tree_->root);
  return made;
}

const std::string& Template::source() const {
  return tree_->source;
}

bool Template::mentions(std::string_view name) const {
  return std::ranges::binary_search(names_, name);
}

ThinkingTags Template::thinking_tags() const {
  return gotemplate::thinking_tags(*tree_);
}

std::string Template::tool_call_tag() const {
  return gotemplate::tool_call_tag(*tree_);
}

Result<Prompt> Template::execute(const Data& data, const ExecuteOptions& options) const {
  Rendering rendering(*this, options, 0);
  LAR_TRY(rendering.execute(*tree_->root, data));
  return rendering.finish();
}

Result<Prompt> Template::render(const Values& values, const ExecuteOptions& options) const {
  if (values.infill) {
    return execute({.prompt = Value::string(std::string(values.prompt), Origin::kContent),
                    .response = empty_text(),
                    .suffix = Value::string(std::string(values.suffix), Origin::kContent),
                    .think = values.think},
                   options);
  }
  const Collated collated = collate(values.messages);
  if (mentions("messages") && !values.pairwise) {
    Rendering rendering(*this, options, text_bytes(values.messages));
    LAR_TRY(rendering.execute(*tree_->root, {.system = collated.system,
                                             .response = empty_text(),
                                             .messages = messages_value(collated.messages),
                                             .tools = tools_value(values.tools),
                                             .think = values.think}));
    return rendering.finish();
  }
  Rendering rendering(*this, options, text_bytes(values.messages));
  LAR_TRY(rendering.execute_pairs(collated.messages, values.think));
  return rendering.finish();
}

Collated collate(std::span<const Message> messages) {
  const auto add = [](TextBuilder& out, const Value& text, bool first) {
    if (!first) out.append("\n\n", Origin::kContent);
    out.append(text);
  };
  Collated result;
  TextBuilder system(nullptr);
  bool first = true;
  for (const Message& message : messages) {
    if (message.role == "system") {
      add(system, message_text(message), first);
      first = false;
    }
    const bool merges = !result.messages.empty() && result.messages.back().role == message.role &&
                        message.role != "tool";
    if (!merges) {
      result.messages.push_back(message);
      continue;
    }
    Message& last = result.messages.back();
    TextBuilder text(nullptr);
    text.append(message_text(last));
    add(text, message_text(message), false);
    last.content = text.finish();
  }
  result.system = system.finish();
  return result;
}

}  // namespace lar::chat::gotemplate
