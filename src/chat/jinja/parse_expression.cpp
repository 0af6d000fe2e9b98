#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "chat/jinja/builtins.h"
#include "chat/jinja/parser_impl.h"

namespace lar::chat::jinja {
namespace {

// Levels of binding, weakest first. Unary minus binds tighter than all of these.
enum Level : int {
  kOrLevel,
  kAndLevel,
  kNotLevel,
  kCompareLevel,
  kSumLevel,
  kConcatLevel,
  kProductLevel,
  kPowerLevel,
  kUnaryLevel
};

struct BinaryRow {
  std::string_view symbol;
  BinaryOp op;
  int level;
};

constexpr std::array<BinaryRow, 7> kBinaryRows = {{
    {"+", BinaryOp::kAdd, kSumLevel},
    {"-", BinaryOp::kSub, kSumLevel},
    {"*", BinaryOp::kMul, kProductLevel},
    {"/", BinaryOp::kDiv, kProductLevel},
    {"//", BinaryOp::kFloorDiv, kProductLevel},
    {"%", BinaryOp::kMod, kProductLevel},
    {"**", BinaryOp::kPow, kPowerLevel},
}};

struct CompareRow {
  std::string_view symbol;
  CompareOp op;
};

constexpr std::array<CompareRow, 6> kCompareRows = {{
    {"==", CompareOp::kEq},
    {"!=", CompareOp::kNe},
    {"<", CompareOp::kLt},
    {"<=", CompareOp::kLe},
    {">", CompareOp::kGt},
    {">=", CompareOp::kGe},
}};

const BinaryRow* find_binary(const Token& token) {
  if (token.kind != TokenKind::kOperator) return nullptr;
  const auto* row = std::ranges::find(kBinaryRows, token.text, &BinaryRow::symbol);
  return row == kBinaryRows.end() ? nullptr : row;
}

const CompareRow* find_compare(const Token& token) {
  if (token.kind != TokenKind::kOperator) return nullptr;
  const auto* row = std::ranges::find(kCompareRows, token.text, &CompareRow::symbol);
  return row == kCompareRows.end() ? nullptr : row;
}

}  // namespace

std::unexpected<Error> Parser::too_deep() const {
  auto error = tokens_.error("the template is nested too deeply");
  error.error().code = Code::kResourceExhausted;
  return error;
}

Result<void> Parser::count_node() {
  if (++nodes_ <= limits_.nodes_max) return {};
  auto error = tokens_.error("the template is too long");
  error.error().code = Code::kResourceExhausted;
  return error;
}

uint32_t Parser::intern(std::string_view name) {
  const auto [found, added] =
      name_numbers_.try_emplace(std::string(name), static_cast<uint32_t>(names_.size()));
  if (added) names_.emplace_back(name);
  return found->second;
}

Result<void> Parser::grow(Expr& parent, const Expr& child) const {
  parent.depth = std::max<uint16_t>(parent.depth, static_cast<uint16_t>(child.depth + 1));
  if (parent.depth > kExpressionDepthMax) return too_deep();
  return {};
}

Result<void> Parser::adopt(Expr& parent, ExprPtr child) {
  if (child) LAR_TRY(grow(parent, *child));
  parent.args.push_back(std::move(child));
  return {};
}

Result<ExprPtr> Parser::make(ExprKind kind, uint32_t offset) {
  LAR_TRY(count_node());
  auto node = std::make_unique<Expr>();
  node->kind = kind;
  node->offset = offset;
  return node;
}

Result<ExprPtr> Parser::make(ExprKind kind, uint32_t offset, ExprPtr first, ExprPtr second) {
  LAR_TRY(ExprPtr node, make(kind, offset));
  LAR_TRY(adopt(*node, std::move(first)));
  if (second) LAR_TRY(adopt(*node, std::move(second)));
  return node;
}

Result<void> Parser::measure_call(Expr& parent) const {
  for (const ExprPtr& arg : parent.call->positional) LAR_TRY(grow(parent, *arg));
  for (const auto& [name, arg] : parent.call->named) LAR_TRY(grow(parent, *arg));
  if (parent.call->rest) LAR_TRY(grow(parent, *parent.call->rest));
  if (parent.call->named_rest) LAR_TRY(grow(parent, *parent.call->named_rest));
  return {};
}

// Macros that mention caller, varargs or kwargs take them; so do the macros around them.
void Parser::note_load(std::string_view name) {
  for (MacroSpec* macro : macros_) {
    if (name == "caller") macro->uses_caller = true;
    if (name == "varargs") macro->uses_varargs = true;
    if (name == "kwargs") macro->uses_kwargs = true;
  }
}

Result<ExprPtr> Parser::parse_expression() {
  const size_t unknown_before = unknown_.size();
  LAR_TRY(ExprPtr node, parse_binary(kOrLevel));
  while (tokens_.current().is_name("if")) {
    const uint32_t offset = tokens_.current().offset;
    LAR_TRY(tokens_.advance());
    LAR_TRY(ExprPtr conditional, make(ExprKind::kConditional, offset));
    LAR_TRY(ExprPtr test, parse_binary(kOrLevel));
    LAR_TRY(adopt(*conditional, std::move(test)));
    LAR_TRY(adopt(*conditional, std::move(node)));
    ExprPtr otherwise;
    LAR_TRY(const bool has_else, tokens_.skip_name("else"));
    if (has_else) {
      LAR_TRY(otherwise, parse_expression());
    }
    LAR_TRY(adopt(*conditional, std::move(otherwise)));
    node = std::move(conditional);
    for (size_t i = unknown_before; i < unknown_.size(); ++i) unknown_[i].soft = true;
  }
  return node;
}

Result<ExprPtr> Parser::parse_operand(int level) {
  if (level > kNotLevel || !tokens_.current().is_name("not")) return parse_unary(true);
  const uint32_t offset = tokens_.current().offset;
  LAR_TRY(tokens_.advance());
  LAR_TRY(ExprPtr operand, parse_binary(kNotLevel));
  return make(ExprKind::kNot, offset, std::move(operand));
}

// Everything that binds at least as tightly as `level`.
Result<ExprPtr> Parser::parse_binary(int level) {
  const Recursion::Level nested(recursion_);
  if (!nested) return too_deep();
  LAR_TRY(ExprPtr left, parse_operand(level));
  for (;;) {
    const Token& token = tokens_.current();
    const uint32_t offset = token.offset;
    if (const BinaryRow* row = find_binary(token)) {
      if (row->level < level) return left;
      LAR_TRY(tokens_.advance());
      LAR_TRY(ExprPtr right, parse_binary(row->level + 1));
      LAR_TRY(left, make(ExprKind::kBinary, offset, std::move(left), std::move(right)));
      left->op = row->op;
    } else if (token.is_operator("~") && level <= kConcatLevel) {
      LAR_TRY(left, make(ExprKind::kConcat, offset, std::move(left)));
      while (tokens_.current().is_operator("~")) {
        LAR_TRY(tokens_.advance());
        LAR_TRY(ExprPtr right, parse_binary(kConcatLevel + 1));
        LAR_TRY(adopt(*left, std::move(right)));
      }
    } else if (level <= kCompareLevel &&
               (find_compare(token) != nullptr || token.is_name("in") || token.is_name("not"))) {
      const uint32_t before = token.offset;
      LAR_TRY(left, parse_compare(std::move(left)));
      if (tokens_.current().offset == before) return left;
    } else if (level <= kAndLevel && token.is_name("and")) {
      LAR_TRY(tokens_.advance());
      LAR_TRY(ExprPtr right, parse_binary(kAndLevel + 1));
      LAR_TRY(left, make(ExprKind::kAnd, offset, std::move(left), std::move(right)));
    } else if (level <= kOrLevel && token.is_name("or")) {
      LAR_TRY(tokens_.advance());
      LAR_TRY(ExprPtr right, parse_binary(kOrLevel + 1));
      LAR_TRY(left, make(ExprKind::kOr, offset, std::move(left), std::move(right)));
    } else {
      return left;
    }
  }
}

// a < b < c compares twice; a lone "not" that no "in" follows is not ours.
Result<ExprPtr> Parser::parse_compare(ExprPtr left) {
  ExprPtr node;
  for (;;) {
    const Token& token = tokens_.current();
    const uint32_t offset = token.offset;
    CompareOp op = CompareOp::kIn;
    if (const CompareRow* row = find_compare(token)) {
      op = row->op;
    } else if (token.is_name("not")) {
      LAR_TRY(const Token* ahead, tokens_.ahead());
      if (!ahead->is_name("in")) break;
      LAR_TRY(tokens_.advance());
      op = CompareOp::kNotIn;
    } else if (!token.is_name("in")) {
      break;
    }
    LAR_TRY(tokens_.advance());
    if (!node) {
      LAR_TRY(node, make(ExprKind::kCompare, offset, std::move(left)));
    }
    LAR_TRY(ExprPtr right, parse_binary(kSumLevel));
    LAR_TRY(adopt(*node, std::move(right)));
    node->compares.push_back(op);
  }
  return node ? std::move(node) : std::move(left);
}

Result<ExprPtr> Parser::parse_unary(bool with_filter) {
  const Recursion::Level nested(recursion_);
  if (!nested) return too_deep();
  ExprPtr node;
  const Token& token = tokens_.current();
  if (token.is_operator("-") || token.is_operator("+")) {
    const auto kind = token.is_operator("-") ? ExprKind::kNegate : ExprKind::kPlus;
    const uint32_t offset = token.offset;
    LAR_TRY(tokens_.advance());
    LAR_TRY(ExprPtr operand, parse_unary(false));
    LAR_TRY(node, make(kind, offset, std::move(operand)));
  } else {
    LAR_TRY(node, parse_primary(false));
  }
  LAR_TRY(node, parse_postfix(std::move(node)));
  if (!with_filter) return node;
  return parse_filter_chain(std::move(node));
}

Result<ExprPtr> Parser::parse_primary(bool namespaces) {
  const Token token = tokens_.current();
  switch (token.kind) {
    case TokenKind::kName: {
      LAR_TRY(tokens_.advance());
      const std::string_view name = token.text;
      if (name == "true" || name == "True" || name == "false" || name == "False") {
        LAR_TRY(ExprPtr node, make(ExprKind::kConstant, token.offset));
        node->value = Value::boolean(name[0] == 't' || name[0] == 'T');
        return node;
      }
      if (name == "none" || name == "None") {
        LAR_TRY(ExprPtr node, make(ExprKind::kConstant, token.offset));
        node->value = Value::null();
        return node;
      }
      LAR_TRY(ExprPtr node, make(ExprKind::kName, token.offset));
      node->name = intern(name);
      if (!in_target_) note_load(name);
      if (namespaces && tokens_.current().is_operator(".")) {
        LAR_TRY(tokens_.advance());
        LAR_TRY(const Token attribute, tokens_.expect_name());
        node->kind = ExprKind::kNamespaceRef;
        node->value = Value::string(std::string(attribute.text), Origin::kTemplate);
      }
      return node;
    }
    case TokenKind::kString: {
      std::string text;
      while (tokens_.current().kind == TokenKind::kString) {
        text += tokens_.current().string;
        LAR_TRY(tokens_.advance());
      }
      LAR_TRY(ExprPtr node, make(ExprKind::kConstant, token.offset));
      node->value = Value::string(std::move(text), Origin::kTemplate);
      return node;
    }
    case TokenKind::kInteger:
    case TokenKind::kFloat: {
      LAR_TRY(tokens_.advance());
      LAR_TRY(ExprPtr node, make(ExprKind::kConstant, token.offset));
      node->value = token.kind == TokenKind::kInteger ? Value::integer(token.integer)
                                                      : Value::number(token.number);
      return node;
    }
    default: break;
  }
  if (token.is_operator("(")) {
    LAR_TRY(tokens_.advance());
    LAR_TRY(ExprPtr node, parse_tuple({.parenthesized = true}));
    LAR_TRY(tokens_.expect_operator(")"));
    return node;
  }
  if (token.is_operator("[")) return parse_list();
  if (token.is_operator("{")) return parse_dict();
  return tokens_.error(fmt::format("unexpected {}", describe(token)));
}

bool Parser::is_tuple_end(std::string_view end_name) const {
  const Token& token = tokens_.current();
  return token.kind == TokenKind::kVariableEnd || token.kind == TokenKind::kBlockEnd ||
         token.is_operator(")") || (!end_name.empty() && token.is_name(end_name));
}

// One expression, or several with commas: then a tuple.
Result<ExprPtr> Parser::parse_tuple(TupleRules rules) {
  const uint32_t offset = tokens_.current().offset;
  std::vector<ExprPtr> items;
  bool is_tuple = false;
  for (;;) {
    if (!items.empty()) LAR_TRY(tokens_.expect_operator(","));
    if (is_tuple_end(rules.end_name)) break;
    auto item = rules.simplified    ? parse_primary(rules.namespaces)
                : rules.conditional ? parse_expression()
                                    : parse_binary(kOrLevel);
    if (!item) return item;
    items.push_back(std::move(*item));
    if (!tokens_.current().is_operator(",")) break;
    is_tuple = true;
  }
  if (!is_tuple && !items.empty()) return std::move(items[0]);
  if (!is_tuple && !rules.parenthesized) {
    return tokens_.error(
        fmt::format("expected an expression, got {}", describe(tokens_.current())));
  }
  LAR_TRY(ExprPtr node, make(ExprKind::kTuple, offset));
  for (ExprPtr& item : items) LAR_TRY(adopt(*node, std::move(item)));
  return node;
}

Result<ExprPtr> Parser::parse_list() {
  LAR_TRY(ExprPtr node, make(ExprKind::kList, tokens_.current().offset));
  LAR_TRY(tokens_.advance());
  while (!tokens_.current().is_operator("]")) {
    if (!node->args.empty()) LAR_TRY(tokens_.expect_operator(","));
    if (tokens_.current().is_operator("]")) break;
    LAR_TRY(ExprPtr item, parse_expression());
    LAR_TRY(adopt(*node, std::move(item)));
  }
  LAR_TRY(tokens_.expect_operator("]"));
  return node;
}

Result<ExprPtr> Parser::parse_dict() {
  LAR_TRY(ExprPtr node, make(ExprKind::kDict, tokens_.current().offset));
  LAR_TRY(tokens_.advance());
  while (!tokens_.current().is_operator("}")) {
    if (!node->args.empty()) LAR_TRY(tokens_.expect_operator(","));
    if (tokens_.current().is_operator("}")) break;
    LAR_TRY(ExprPtr key, parse_expression());
    LAR_TRY(adopt(*node, std::move(key)));
    LAR_TRY(tokens_.expect_operator(":"));
    LAR_TRY(ExprPtr value, parse_expression());
    LAR_TRY(adopt(*node, std::move(value)));
  }
  LAR_TRY(tokens_.expect_operator("}"));
  return node;
}

Result<ExprPtr> Parser::parse_postfix(ExprPtr node) {
  for (;;) {
    const Token& token = tokens_.current();
    if (token.is_operator(".") || token.is_operator("[")) {
      LAR_TRY(node, parse_subscript(std::move(node)));
    } else if (token.is_operator("(")) {
      LAR_TRY(node, parse_call(std::move(node)));
    } else {
      return node;
    }
  }
}

Result<ExprPtr> Parser::parse_filter_chain(ExprPtr node) {
  for (;;) {
    const Token& token = tokens_.current();
    if (token.is_operator("|")) {
      LAR_TRY(node, parse_filter(std::move(node), false));
    } else if (token.is_name("is")) {
      LAR_TRY(node, parse_test(std::move(node)));
    } else if (token.is_operator("(")) {
      LAR_TRY(node, parse_call(std::move(node)));
    } else {
      return node;
    }
  }
}

Result<ExprPtr> Parser::parse_subscript(ExprPtr node) {
  const uint32_t offset = tokens_.current().offset;
  const bool dot = tokens_.current().is_operator(".");
  LAR_TRY(tokens_.advance());
  if (dot) {
    const Token token = tokens_.current();
    LAR_TRY(tokens_.advance());
    if (token.kind == TokenKind::kName) {
      LAR_TRY(ExprPtr attribute, make(ExprKind::kAttribute, offset, std::move(node)));
      attribute->value = Value::string(std::string(token.text), Origin::kTemplate);
      return attribute;
    }
    if (token.kind != TokenKind::kInteger) {
      return tokens_.error_at(token.offset, "expected name or number");
    }
    LAR_TRY(ExprPtr index, make(ExprKind::kConstant, token.offset));
    index->value = Value::integer(token.integer);
    return make(ExprKind::kItem, offset, std::move(node), std::move(index));
  }
  std::vector<ExprPtr> indexes;
  while (!tokens_.current().is_operator("]")) {
    if (!indexes.empty()) LAR_TRY(tokens_.expect_operator(","));
    LAR_TRY(ExprPtr index, parse_subscribed());
    indexes.push_back(std::move(index));
  }
  LAR_TRY(tokens_.expect_operator("]"));
  if (indexes.size() == 1) {
    return make(ExprKind::kItem, offset, std::move(node), std::move(indexes[0]));
  }
  LAR_TRY(ExprPtr tuple, make(ExprKind::kTuple, offset));
  for (ExprPtr& index : indexes) {
    if (index->kind == ExprKind::kSlice) {
      return tokens_.error_at(offset, "a slice cannot be part of a tuple");
    }
    LAR_TRY(adopt(*tuple, std::move(index)));
  }
  return make(ExprKind::kItem, offset, std::move(node), std::move(tuple));
}

// An index or a slice "start:stop:step".
Result<ExprPtr> Parser::parse_subscribed() {
  const uint32_t offset = tokens_.current().offset;
  ExprPtr parts[3];
  if (!tokens_.current().is_operator(":")) {
    LAR_TRY(parts[0], parse_expression());
    if (!tokens_.current().is_operator(":")) return std::move(parts[0]);
  }
  const auto is_end = [&] {
    const Token& token = tokens_.current();
    return token.is_operator("]") || token.is_operator(",");
  };
  LAR_TRY(tokens_.advance());
  if (!tokens_.current().is_operator(":") && !is_end()) {
    LAR_TRY(parts[1], parse_expression());
  }
  LAR_TRY(const bool has_step, tokens_.skip_operator(":"));
  if (has_step && !is_end()) {
    LAR_TRY(parts[2], parse_expression());
  }
  LAR_TRY(ExprPtr node, make(ExprKind::kSlice, offset));
  for (ExprPtr& part : parts) LAR_TRY(adopt(*node, std::move(part)));
  return node;
}

Result<std::unique_ptr<CallSpec>> Parser::parse_call_args() {
  const uint32_t offset = tokens_.current().offset;
  LAR_TRY(tokens_.expect_operator("("));
  auto call = std::make_unique<CallSpec>();
  const auto invalid = [&] {
    return tokens_.error_at(offset, "invalid syntax for function call expression");
  };
  bool first = true;
  while (!tokens_.current().is_operator(")")) {
    if (!first) {
      LAR_TRY(tokens_.expect_operator(","));
      if (tokens_.current().is_operator(")")) break;
    }
    first = false;
    if (tokens_.current().is_operator("*")) {
      if (call->rest || call->named_rest) return invalid();
      LAR_TRY(tokens_.advance());
      LAR_TRY(call->rest, parse_expression());
      continue;
    }
    if (tokens_.current().is_operator("**")) {
      if (call->named_rest) return invalid();
      LAR_TRY(tokens_.advance());
      LAR_TRY(call->named_rest, parse_expression());
      continue;
    }
    if (tokens_.current().kind == TokenKind::kName) {
      LAR_TRY(const Token* ahead, tokens_.ahead());
      if (ahead->is_operator("=")) {
        if (call->named_rest) return invalid();
        std::string name(tokens_.current().text);
        if (std::ranges::any_of(call->named, [&](const auto& arg) { return arg.first == name; })) {
          return tokens_.error(fmt::format("keyword argument repeated: {}", name));
        }
        LAR_TRY(tokens_.advance());
        LAR_TRY(tokens_.advance());
        LAR_TRY(ExprPtr value, parse_expression());
        call->named.emplace_back(std::move(name), std::move(value));
        continue;
      }
    }
    if (call->rest || call->named_rest || !call->named.empty()) return invalid();
    LAR_TRY(ExprPtr value, parse_expression());
    call->positional.push_back(std::move(value));
  }
  LAR_TRY(tokens_.expect_operator(")"));
  return call;
}

Result<ExprPtr> Parser::parse_call(ExprPtr node) {
  LAR_TRY(ExprPtr call, make(ExprKind::kCall, tokens_.current().offset, std::move(node)));
  LAR_TRY(call->call, parse_call_args());
  LAR_TRY(measure_call(*call));
  return call;
}

Result<std::string> Parser::parse_dotted_name() {
  LAR_TRY(const Token token, tokens_.expect_name());
  std::string name(token.text);
  while (tokens_.current().is_operator(".")) {
    LAR_TRY(tokens_.advance());
    LAR_TRY(const Token part, tokens_.expect_name());
    name.append(".").append(part.text);
  }
  return name;
}

Result<ExprPtr> Parser::parse_filter(ExprPtr node, bool inline_start) {
  while (inline_start || tokens_.current().is_operator("|")) {
    if (!inline_start) LAR_TRY(tokens_.advance());
    inline_start = false;
    const uint32_t offset = tokens_.current().offset;
    LAR_TRY(const std::string name, parse_dotted_name());
    LAR_TRY(ExprPtr filter, make(ExprKind::kFilter, offset, std::move(node)));
    filter->value = Value::string(name, Origin::kTemplate);
    filter->function = find_filter(name);
    if (filter->function == nullptr) {
      unknown_.push_back({offset, fmt::format("no filter named '{}'", name), context_.soft});
    }
    if (tokens_.current().is_operator("(")) {
      LAR_TRY(filter->call, parse_call_args());
      LAR_TRY(measure_call(*filter));
    }
    node = std::move(filter);
  }
  return node;
}

Result<ExprPtr> Parser::parse_test(ExprPtr node) {
  LAR_TRY(tokens_.advance());
  LAR_TRY(const bool negated, tokens_.skip_name("not"));
  const uint32_t offset = tokens_.current().offset;
  LAR_TRY(const std::string name, parse_dotted_name());
  LAR_TRY(ExprPtr test, make(ExprKind::kTest, offset, std::move(node)));
  test->value = Value::string(name, Origin::kTemplate);
  test->function = find_test(name);
  if (test->function == nullptr) {
    unknown_.push_back({offset, fmt::format("no test named '{}'", name), context_.soft});
  }
  const Token& token = tokens_.current();
  const bool opens = token.is_operator("[") || token.is_operator("{");
  const bool names = token.kind == TokenKind::kName && token.text != "else" && token.text != "or" &&
                     token.text != "and";
  if (token.is_operator("(")) {
    LAR_TRY(test->call, parse_call_args());
    LAR_TRY(measure_call(*test));
  } else if (opens || names || token.kind == TokenKind::kString ||
             token.kind == TokenKind::kInteger || token.kind == TokenKind::kFloat) {
    if (token.is_name("is")) return tokens_.error("You cannot chain multiple tests with is");
    LAR_TRY(ExprPtr arg, parse_primary(false));
    LAR_TRY(arg, parse_postfix(std::move(arg)));
    test->call = std::make_unique<CallSpec>();
    test->call->positional.push_back(std::move(arg));
    LAR_TRY(measure_call(*test));
  }
  if (!negated) return test;
  return make(ExprKind::kNot, offset, std::move(test));
}

Result<void> Parser::check_target(const Expr& target) const {
  switch (target.kind) {
    case ExprKind::kNamespaceRef: return {};
    case ExprKind::kName:
      if (target.name == kNameLoop && context_.loops > 0) {
        return tokens_.error_at(target.offset,
                                "can't assign to special loop variable in for-loop target");
      }
      return {};
    case ExprKind::kTuple:
      for (const ExprPtr& item : target.args) LAR_TRY(check_target(*item));
      return {};
    default: return tokens_.error_at(target.offset, "can't assign to this expression");
  }
}

Result<ExprPtr> Parser::parse_assign_target(TupleRules rules) {
  rules.simplified = true;
  in_target_ = true;
  auto parsed = parse_tuple(rules);
  in_target_ = false;
  if (!parsed) return parsed;
  ExprPtr target = std::move(*parsed);
  LAR_TRY(check_target(*target));
  return target;
}

}  // namespace lar::chat::jinja
