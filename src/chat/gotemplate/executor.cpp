#include "chat/gotemplate/executor.h"

#include <fmt/format.h>

#include "chat/gotemplate/ollama_types.h"
#include "chat/gotemplate/parser.h"
#include "chat/gotemplate/print.h"

namespace lar::chat::gotemplate {
namespace {

// Longer quotations of the source are cut in messages.
constexpr size_t kQuotedBytesMax = 40;

}  // namespace

std::string_view Executor::source_of(const Node& node) const {
  const std::string_view source = tree_.source;
  if (node.offset >= source.size() || node.end <= node.offset) return {};
  return source.substr(node.offset, std::min<size_t>(node.end - node.offset, kQuotedBytesMax));
}

std::unexpected<Error> Executor::error_at(const Node& node, std::string_view message) const {
  return fail(
      Code::kInvalidArgument,
      fmt::format("{}: at <{}>: {}", place(tree_.source, node.offset), source_of(node), message));
}

std::unexpected<Error> Executor::limit_at(const Node& node, std::string_view message) const {
  return fail(Code::kResourceExhausted,
              fmt::format("{}: {}", place(tree_.source, node.offset), message));
}

Result<void> Executor::step(const Node& node) {
  if (around_.meter->work(1) && out_.size() <= output_bytes_max_) return {};
  if (around_.meter->out_of_memory() || out_.size() > output_bytes_max_) {
    return limit_at(node, "the template makes too much text or data");
  }
  return limit_at(node, "the template takes too many steps");
}

Result<void> Executor::run(const Node& root, const Item& data) {
  variables_.clear();
  variables_.push_back({"$", data});
  frame_ = 0;
  LAR_TRY(walk_list(root, data));
  return step(root);
}

Result<Executor::Flow> Executor::walk_list(const Node& list, const Item& dot) {
  const jinja::Recursion::Level level(recursion_);
  if (!level) return limit_at(list, "the template calls itself too deeply");
  for (const NodePtr& child : list.children) {
    LAR_TRY(const Flow flow, walk(*child, dot));
    if (flow != Flow::kNext) return flow;
  }
  return Flow::kNext;
}

Result<Executor::Flow> Executor::walk(const Node& node, const Item& dot) {
  LAR_TRY(step(node));
  switch (node.kind) {
    case NodeKind::kText: out_.append(node.text, Origin::kTemplate); return Flow::kNext;
    case NodeKind::kAction: {
      LAR_TRY(const Item item, pipeline(*node.pipe, dot));
      if (node.pipe->names.empty()) LAR_TRY(print(node, item));
      return Flow::kNext;
    }
    case NodeKind::kBreak: return Flow::kBreak;
    case NodeKind::kContinue: return Flow::kContinue;
    case NodeKind::kIf:
    case NodeKind::kWith: return walk_branch(node, dot);
    case NodeKind::kRange: return walk_range(node, dot);
    case NodeKind::kTemplate: LAR_TRY(walk_template(node, dot)); return Flow::kNext;
    default: return walk_list(node, dot);
  }
}

Result<void> Executor::print(const Node& node, const Item& item) {
  if (item.valid()) {
    print_item(out_, item);
  } else {
    out_.append("<no value>", Origin::kTemplate);
  }
  return step(node);
}

Result<Executor::Flow> Executor::walk_branch(const Node& node, const Item& dot) {
  const size_t mark = variables_.size();
  LAR_TRY(const Item item, pipeline(*node.pipe, dot));
  Flow flow = Flow::kNext;
  if (truthy(item)) {
    LAR_TRY(flow, walk_list(*node.list, node.kind == NodeKind::kWith ? item : dot));
  } else if (node.else_list != nullptr) {
    LAR_TRY(flow, walk_list(*node.else_list, dot));
  }
  variables_.resize(mark);
  return flow;
}

Result<Executor::Flow> Executor::one_round(const Node& node,
                                           const Item& index,
                                           const Item& element) {
  LAR_TRY(step(node));
  const std::vector<std::string>& names = node.pipe->names;
  if (names.size() == 1) {
    LAR_TRY(set_variable(node, names[0], element));
  } else if (names.size() == 2) {
    LAR_TRY(set_variable(node, names[0], index));
    LAR_TRY(set_variable(node, names[1], element));
  }
  const size_t mark = variables_.size();
  LAR_TRY(const Flow flow, walk_list(*node.list, element));
  variables_.resize(mark);
  return flow;
}

Result<Executor::Flow> Executor::walk_range(const Node& node, const Item& dot) {
  const size_t mark = variables_.size();
  LAR_TRY(const Item ranged, pipeline(*node.pipe, dot));
  const Item held = concrete(ranged);
  size_t rounds = 0;
  Flow flow = Flow::kNext;
  const auto round = [&](const Item& index, const Item& element) -> Result<bool> {
    ++rounds;
    LAR_TRY(flow, one_round(node, index, element));
    return flow != Flow::kBreak;
  };
  if (held.valid()) {
    switch (held.type->kind) {
      case TypeKind::kInt:
        if (node.pipe->names.size() > 1) {
          return error_at(node, fmt::format("can't use {} to iterate over more than one variable",
                                            held.value.as_int()));
        }
        for (int64_t i = 0; i < held.value.as_int(); ++i) {
          LAR_TRY(const bool more, round({}, int_item(i)));
          if (!more) break;
        }
        break;
      case TypeKind::kSlice: {
        const size_t length = item_length(held);
        for (size_t i = 0; i < length; ++i) {
          LAR_TRY(const bool more, round(int_item(static_cast<int64_t>(i)),
                                         {held.type->element, held.value.items()[i]}));
          if (!more) break;
        }
        break;
      }
      case TypeKind::kMap:
        for (const auto& [key, item] : map_entries(held)) {
          LAR_TRY(const bool more, round(text_item(key), item));
          if (!more) break;
        }
        break;
      default: {
        TextBuilder shown(around_.meter);
        print_item(shown, held);
        return error_at(node, fmt::format("range can't iterate over {}",
                                          shown.text().substr(0, kQuotedBytesMax)));
      }
    }
  }
  flow = Flow::kNext;
  if (rounds == 0 && node.else_list != nullptr) {
    LAR_TRY(flow, walk_list(*node.else_list, dot));
  }
  variables_.resize(mark);
  return flow;
}

Result<void> Executor::walk_template(const Node& node, const Item& dot) {
  const auto found = tree_.defined.find(node.text);
  if (found == tree_.defined.end()) {
    return error_at(node, fmt::format("template \"{}\" not defined", node.text));
  }
  Item data;
  if (node.pipe != nullptr) {
    LAR_TRY(data, pipeline(*node.pipe, dot));
  }
  const size_t frame = std::exchange(frame_, variables_.size());
  const size_t mark = variables_.size();
  variables_.push_back({"$", data});
  LAR_TRY(walk_list(*found->second, data));
  variables_.resize(mark);
  frame_ = frame;
  return {};
}

Result<Item> Executor::pipeline(const Node& pipe, const Item& dot) {
  const jinja::Recursion::Level level(recursion_);
  if (!level) return limit_at(pipe, "the template is nested too deeply");
  LAR_TRY(step(pipe));
  Item item;
  Final final = nullptr;
  for (const NodePtr& stage : pipe.children) {
    LAR_TRY(Item next, command(*stage, dot, final));
    // What an interface holds, and no longer that it was one.
    item = concrete(next);
    final = &item;
  }
  for (const std::string& name : pipe.names) {
    if (pipe.flag) {
      LAR_TRY(set_variable(pipe, name, item));
    } else {
      // Counted like several steps: variables stay until their list ends.
      if (!around_.meter->work(4)) LAR_TRY(step(pipe));
      variables_.push_back({name, item});
    }
  }
  return item;
}

Result<void> Executor::refuse_arguments(const Node& node, Words words, Final final) {
  if (words.empty() && final == nullptr) return {};
  return error_at(node, fmt::format("can't give argument to non-function {}", source_of(node)));
}

Result<Item> Executor::command(const Node& node, const Item& dot, Final final) {
  const Node& first = *node.children[0];
  const Words words = Words(node.children).subspan(1);
  switch (first.kind) {
    case NodeKind::kField: return field_chain(first, dot, first.names, dot, words, final);
    case NodeKind::kChain: {
      LAR_TRY(Item receiver, argument(*first.children[0], dot, Parameter::kAny));
      return field_chain(first, std::move(receiver), first.names, dot, words, final);
    }
    case NodeKind::kIdentifier: return call(node, *first.function, nullptr, dot, words, final);
    case NodeKind::kPipe:
      LAR_TRY(refuse_arguments(first, words, final));
      return pipeline(first, dot);
    case NodeKind::kVariable: {
      LAR_TRY(Item item, variable(first));
      if (first.names.size() == 1) {
        LAR_TRY(refuse_arguments(first, words, final));
        return item;
      }
      return field_chain(first, std::move(item), std::span(first.names).subspan(1), dot, words,
                         final);
    }
    default: break;
  }
  LAR_TRY(refuse_arguments(first, words, final));
  if (first.kind == NodeKind::kDot) return dot;
  if (first.kind == NodeKind::kNil) return error_at(first, "nil is not a command");
  return constant(first);
}

Result<Item> Executor::constant(const Node& word) {
  switch (word.kind) {
    case NodeKind::kBool: return bool_item(word.flag);
    case NodeKind::kInt: return int_item(word.integer);
    case NodeKind::kFloat: return Item{&kFloatType, Value::number(word.number)};
    case NodeKind::kString:
      return text_item(Value::string(word.text, Origin::kTemplate, around_.meter));
    default: return error_at(word, "can't evaluate");
  }
}

Result<Item> Executor::checked(const Node& word, Item item, Parameter parameter) {
  if (parameter == Parameter::kAny) return item;
  const Item held = concrete(item);
  if (!held.valid()) return error_at(word, "invalid value; expected string");
  if (held.type->kind != TypeKind::kString) {
    return error_at(word,
                    fmt::format("wrong type for value; expected string; got {}", held.type->name));
  }
  return held;
}

Result<Item> Executor::argument(const Node& word, const Item& dot, Parameter parameter) {
  switch (word.kind) {
    case NodeKind::kDot: return checked(word, dot, parameter);
    case NodeKind::kNil:
      if (parameter == Parameter::kString) return error_at(word, "cannot assign nil to string");
      return Item{};
    case NodeKind::kField: {
      LAR_TRY(Item item, field_chain(word, dot, word.names, dot, {}, nullptr));
      return checked(word, std::move(item), parameter);
    }
    case NodeKind::kVariable: {
      LAR_TRY(Item item, variable(word));
      if (word.names.size() > 1) {
        LAR_TRY(item, field_chain(word, std::move(item), std::span(word.names).subspan(1), dot, {},
                                  nullptr));
      }
      return checked(word, std::move(item), parameter);
    }
    case NodeKind::kPipe: {
      LAR_TRY(Item item, pipeline(word, dot));
      return checked(word, std::move(item), parameter);
    }
    case NodeKind::kIdentifier: {
      LAR_TRY(Item item, call(word, *word.function, nullptr, dot, {}, nullptr));
      return checked(word, std::move(item), parameter);
    }
    case NodeKind::kChain: {
      LAR_TRY(Item receiver, argument(*word.children[0], dot, Parameter::kAny));
      LAR_TRY(Item item, field_chain(word, std::move(receiver), word.names, dot, {}, nullptr));
      return checked(word, std::move(item), parameter);
    }
    default: break;
  }
  if (parameter == Parameter::kString && word.kind != NodeKind::kString) {
    return error_at(word, fmt::format("expected string; found {}", source_of(word)));
  }
  return constant(word);
}

Result<Item> Executor::field_chain(const Node& node,
                                   Item receiver,
                                   std::span<const std::string> names,
                                   const Item& dot,
                                   Words words,
                                   Final final) {
  for (size_t i = 0; i < names.size(); ++i) {
    const bool last = i + 1 == names.size();
    LAR_TRY(receiver,
            field(node, receiver, names[i], dot, last ? words : Words(), last ? final : nullptr));
  }
  return receiver;
}

Result<Item> Executor::field(const Node& node,
                             const Item& receiver,
                             std::string_view name,
                             const Item& dot,
                             Words words,
                             Final final) {
  LAR_TRY(step(node));
  if (!receiver.valid()) return Item{};
  const Item held = concrete(receiver);
  if (!held.valid()) {
    return error_at(node, fmt::format("nil pointer evaluating {}.{}", receiver.type->name, name));
  }
  if (const Function* method = find_method(*held.type, name)) {
    return call(node, *method, &held, dot, words, final);
  }
  const bool has_arguments = !words.empty() || final != nullptr;
  if (held.type->kind == TypeKind::kStruct) {
    for (size_t i = 0; i < held.type->fields.size(); ++i) {
      if (held.type->fields[i].name != name) continue;
      if (has_arguments) {
        return error_at(node,
                        fmt::format("{} has arguments but cannot be invoked as function", name));
      }
      return Item{held.type->fields[i].type, held.value.items()[i]};
    }
  } else if (held.type->kind == TypeKind::kMap) {
    if (has_arguments) {
      return error_at(node, fmt::format("{} is not a method but has arguments", name));
    }
    Item entry = map_entry(held, name);
    const bool missing = entry.type == &kAnyType && entry.value.is_null();
    return missing && missing_is_invalid_ ? Item{} : std::move(entry);
  }
  return error_at(node,
                  fmt::format("can't evaluate field {} in type {}", name, receiver.type->name));
}

// `and` (stops at the first false one) and `or` (at the first true one).
Result<Item> Executor::decide(bool stop_at, const Item& dot, Words words, Final final) {
  Item item;
  for (const NodePtr& word : words) {
    LAR_TRY(item, argument(*word, dot, Parameter::kAny));
    if (truthy(item) == stop_at) return item;
  }
  return final != nullptr ? *final : item;
}

Result<Item> Executor::call(const Node& node,
                            const Function& function,
                            const Item* receiver,
                            const Item& dot,
                            Words words,
                            Final final) {
  const jinja::Recursion::Level level(recursion_);
  if (!level) return limit_at(node, "the template is nested too deeply");
  LAR_TRY(step(node));
  const size_t given = words.size() + (final != nullptr ? 1 : 0);
  if (given < function.arguments_min || (!function.variadic && given > function.arguments_min)) {
    return error_at(
        node, fmt::format("wrong number of args for {}: want {}{} got {}", function.name,
                          function.variadic ? "at least " : "", function.arguments_min, given));
  }
  if (function.run == nullptr) return decide(function.name == "or", dot, words, final);
  std::vector<Item> arguments;
  arguments.reserve(given + 1);
  if (receiver != nullptr) arguments.push_back(*receiver);
  const auto parameter = [&](size_t i) {
    return i == 0 && function.arguments_min > 0 ? function.first : function.rest;
  };
  for (size_t i = 0; i < words.size(); ++i) {
    LAR_TRY(Item item, argument(*words[i], dot, parameter(i)));
    arguments.push_back(std::move(item));
  }
  if (final != nullptr) {
    LAR_TRY(Item item, checked(node, *final, parameter(words.size())));
    arguments.push_back(std::move(item));
  }
  for (const Item& item : arguments) {
    if (item.value.is_string()) around_.meter->work(item.value.text().size() / 64);
  }
  LAR_TRY(step(node));
  auto result = function.run(around_, arguments);
  if (!result) {
    return error_at(node,
                    fmt::format("error calling {}: {}", function.name, result.error().message));
  }
  return *std::move(result);
}

Result<Item> Executor::variable(const Node& node) {
  for (size_t i = variables_.size(); i > frame_; --i) {
    if (variables_[i - 1].name != node.names[0]) continue;
    if (!around_.meter->work((variables_.size() - i) / 16)) break;
    return variables_[i - 1].item;
  }
  LAR_TRY(step(node));
  return error_at(node, fmt::format("undefined variable: {}", node.names[0]));
}

Result<void> Executor::set_variable(const Node& node, std::string_view name, const Item& item) {
  for (size_t i = variables_.size(); i > frame_; --i) {
    if (variables_[i - 1].name != name) continue;
    if (!around_.meter->work((variables_.size() - i) / 16)) break;
    variables_[i - 1].item = item;
    return {};
  }
  LAR_TRY(step(node));
  return error_at(node, fmt::format("undefined variable: {}", name));
}

}  // namespace lar::chat::gotemplate
