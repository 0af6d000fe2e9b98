#include "chat/gotemplate/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "chat/gotemplate/functions.h"
#include "chat/gotemplate/lexer.h"
#include "chat/gotemplate/limits.h"
#include "chat/gotemplate/number.h"
#include "chat/gotemplate/quote.h"
#include "chat/jinja/unicode.h"

namespace lar::chat::gotemplate {
namespace {

bool is_literal(NodeKind kind) {
  return kind == NodeKind::kBool || kind == NodeKind::kDot || kind == NodeKind::kNil ||
         kind == NodeKind::kInt || kind == NodeKind::kFloat || kind == NodeKind::kString;
}

// Whether nothing but space is in it: such a definition may be given again.
bool is_empty(const Node& node) {
  if (node.kind == NodeKind::kText) {
    return node.text.find_first_not_of(" \t\r\n\v\f") == std::string::npos;
  }
  if (node.kind != NodeKind::kList) return false;
  return std::ranges::all_of(node.children, [](const NodePtr& child) { return is_empty(*child); });
}

std::string_view described(const Token& token) {
  switch (token.kind) {
    case TokenKind::kEnd: return "EOF";
    case TokenKind::kRightDelim: return "\"}}\"";
    case TokenKind::kLeftDelim: return "\"{{\"";
    default: return token.text;
  }
}

class Parser {
 public:
  explicit Parser(std::string_view source) : lexer_(source) { tree_.source = std::string(source); }

  Result<Tree> run();

 private:
  // What ends a list.
  enum class Stop : uint8_t { kEnd, kElse };
  struct List {
    NodePtr node;
    Stop stop = Stop::kEnd;
  };

  Result<NodePtr> node(NodeKind kind, uint32_t offset);
  Result<List> list();
  // A null node where the action is {{end}} or {{else}}, which `stop` then tells.
  Result<NodePtr> text_or_action(std::optional<Stop>* stop);
  Result<NodePtr> action(std::optional<Stop>* stop);
  Result<NodePtr> control(NodeKind kind, std::string_view context, uint32_t offset);
  Result<NodePtr> else_branch(NodeKind kind, std::string_view context);
  Result<NodePtr> jump(NodeKind kind, std::string_view word, uint32_t offset);
  Result<NodePtr> template_call(uint32_t offset);
  Result<NodePtr> block(uint32_t offset);
  Result<void> definition();
  Result<void> define(std::string name, NodePtr body, uint32_t offset);
  Result<std::string> template_name(std::string_view context);
  Result<NodePtr> pipeline(std::string_view context, TokenKind end);
  Result<void> declarations(std::string_view context, Node& pipe);
  Result<NodePtr> command();
  Result<NodePtr> operand();
  Result<NodePtr> term();
  Result<NodePtr> variable(const Token& token);
  Result<NodePtr> number(const Token& token);
  Result<NodePtr> named(NodeKind kind, const Token& token, std::string name);
  Result<std::string> unquoted(const Token& token);

  const Token& peek(size_t ahead = 0) {
    while (count_ <= ahead) tokens_[count_++] = lexer_.next();
    return tokens_[ahead];
  }
  Token next() {
    const Token token = peek();
    std::shift_left(tokens_.begin(), tokens_.begin() + static_cast<ptrdiff_t>(count_), 1);
    --count_;
    end_ = token.offset +
           static_cast<uint32_t>(token.kind == TokenKind::kError ? 0 : token.text.size());
    return token;
  }
  const Token& peek_word() {
    while (peek().kind == TokenKind::kSpace) next();
    return peek();
  }
  Token next_word() {
    peek_word();
    return next();
  }

  std::unexpected<Error> error_at(uint32_t offset, std::string_view message) const {
    return fail(Code::kInvalidArgument,
                fmt::format("{}: {}", place(tree_.source, offset), message));
  }
  std::unexpected<Error> unexpected_token(const Token& token, std::string_view context) const {
    if (token.kind == TokenKind::kError) return error_at(token.offset, token.text);
    return error_at(token.offset, fmt::format("unexpected {} in {}", described(token), context));
  }

  Lexer lexer_;
  Tree tree_;
  std::array<Token, 3> tokens_;
  size_t count_ = 0;
  uint32_t end_ = 0;  // one past the last token taken
  std::vector<std::string> variables_{"$"};
  uint32_t range_depth_ = 0;
  uint32_t depth_ = 0;
  uint32_t nodes_ = 0;
};

Result<NodePtr> Parser::node(NodeKind kind, uint32_t offset) {
  if (++nodes_ > kNodesMax) {
    return fail(Code::kResourceExhausted,
                fmt::format("{}: the template is too large", place(tree_.source, offset)));
  }
  auto made = std::make_unique<Node>();
  made->kind = kind;
  made->offset = offset;
  made->end = end_;
  return made;
}

Result<Tree> Parser::run() {
  LAR_TRY(tree_.root, node(NodeKind::kList, 0));
  while (peek().kind != TokenKind::kEnd) {
    if (peek().kind == TokenKind::kLeftDelim) {
      const size_t word = peek(1).kind == TokenKind::kSpace ? 2 : 1;
      if (peek(word).kind == TokenKind::kDefine) {
        next();
        next_word();
        LAR_TRY(definition());
        continue;
      }
    }
    const uint32_t offset = peek().offset;
    std::optional<Stop> stop;
    LAR_TRY(NodePtr made, text_or_action(&stop));
    if (stop) {
      return error_at(offset, *stop == Stop::kEnd ? "unexpected {{end}}" : "unexpected {{else}}");
    }
    tree_.root->children.push_back(std::move(made));
  }
  return std::move(tree_);
}

Result<Parser::List> Parser::list() {
  List made;
  LAR_TRY(made.node, node(NodeKind::kList, peek().offset));
  while (peek_word().kind != TokenKind::kEnd) {
    std::optional<Stop> stop;
    LAR_TRY(NodePtr child, text_or_action(&stop));
    if (stop) {
      made.stop = *stop;
      return made;
    }
    made.node->children.push_back(std::move(child));
  }
  return error_at(peek().offset, "unexpected EOF");
}

Result<NodePtr> Parser::text_or_action(std::optional<Stop>* stop) {
  const Token token = next_word();
  if (token.kind == TokenKind::kText) {
    LAR_TRY(NodePtr made, node(NodeKind::kText, token.offset));
    made->text = std::string(token.text);
    return made;
  }
  if (token.kind != TokenKind::kLeftDelim) return unexpected_token(token, "input");
  if (++depth_ > kParseDepthMax) {
    return fail(Code::kResourceExhausted, fmt::format("{}: the template is nested too deeply",
                                                      place(tree_.source, token.offset)));
  }
  auto made = action(stop);
  --depth_;
  return made;
}

Result<NodePtr> Parser::action(std::optional<Stop>* stop) {
  const Token word = peek_word();
  switch (word.kind) {
    case TokenKind::kBlock: next(); return block(word.offset);
    case TokenKind::kBreak: next(); return jump(NodeKind::kBreak, "break", word.offset);
    case TokenKind::kContinue: next(); return jump(NodeKind::kContinue, "continue", word.offset);
    case TokenKind::kIf: next(); return control(NodeKind::kIf, "if", word.offset);
    case TokenKind::kRange: next(); return control(NodeKind::kRange, "range", word.offset);
    case TokenKind::kWith: next(); return control(NodeKind::kWith, "with", word.offset);
    case TokenKind::kTemplate: next(); return template_call(word.offset);
    case TokenKind::kEndKeyword: {
      next();
      const Token close = next_word();
      if (close.kind != TokenKind::kRightDelim) return unexpected_token(close, "end");
      *stop = Stop::kEnd;
      return nullptr;
    }
    case TokenKind::kElse: {
      next();
      *stop = Stop::kElse;
      // "else if" and "else with" leave their word for whoever reads the branch.
      if (peek_word().kind == TokenKind::kIf || peek().kind == TokenKind::kWith) return nullptr;
      const Token close = next_word();
      if (close.kind != TokenKind::kRightDelim) return unexpected_token(close, "else");
      return nullptr;
    }
    default: break;
  }
  LAR_TRY(NodePtr made, node(NodeKind::kAction, word.offset));
  LAR_TRY(made->pipe, pipeline("command", TokenKind::kRightDelim));
  made->end = made->pipe->end;
  return made;
}

Result<NodePtr> Parser::jump(NodeKind kind, std::string_view word, uint32_t offset) {
  const Token close = next_word();
  if (close.kind != TokenKind::kRightDelim) {
    return unexpected_token(close, fmt::format("{{{{{}}}}}", word));
  }
  if (range_depth_ == 0) {
    return error_at(offset, fmt::format("{{{{{}}}}} outside {{{{range}}}}", word));
  }
  return node(kind, offset);
}

Result<NodePtr> Parser::control(NodeKind kind, std::string_view context, uint32_t offset) {
  const size_t variables = variables_.size();
  LAR_TRY(NodePtr made, node(kind, offset));
  LAR_TRY(made->pipe, pipeline(context, TokenKind::kRightDelim));
  made->end = made->pipe->end;
  const uint32_t in_range = kind == NodeKind::kRange ? 1 : 0;
  range_depth_ += in_range;
  LAR_TRY(List body, list());
  range_depth_ -= in_range;
  made->list = std::move(body.node);
  if (body.stop == Stop::kElse) {
    LAR_TRY(made->else_list, else_branch(kind, context));
  }
  variables_.resize(variables);
  return made;
}

Result<NodePtr> Parser::else_branch(NodeKind kind, std::string_view context) {
  const Token word = peek();
  const bool chained = (kind == NodeKind::kIf && word.kind == TokenKind::kIf) ||
                       (kind == NodeKind::kWith && word.kind == TokenKind::kWith);
  if (chained) {
    next();
    if (++depth_ > kParseDepthMax) {
      return fail(Code::kResourceExhausted, fmt::format("{}: the template is nested too deeply",
                                                        place(tree_.source, word.offset)));
    }
    LAR_TRY(NodePtr made, node(NodeKind::kList, word.offset));
    LAR_TRY(NodePtr inner, control(kind, context, word.offset));
    --depth_;
    made->children.push_back(std::move(inner));
    return made;
  }
  LAR_TRY(List branch, list());
  if (branch.stop != Stop::kEnd) return error_at(word.offset, "expected end; found {{else}}");
  return std::move(branch.node);
}

Result<std::string> Parser::unquoted(const Token& token) {
  auto text = unquote(token.text);
  if (!text) return error_at(token.offset, fmt::format("invalid syntax: {}", token.text));
  return *std::move(text);
}

Result<std::string> Parser::template_name(std::string_view context) {
  const Token token = next_word();
  if (token.kind != TokenKind::kString && token.kind != TokenKind::kRawString) {
    return unexpected_token(token, context);
  }
  return unquoted(token);
}

Result<NodePtr> Parser::template_call(uint32_t offset) {
  LAR_TRY(NodePtr made, node(NodeKind::kTemplate, offset));
  LAR_TRY(made->text, template_name("template clause"));
  if (peek_word().kind == TokenKind::kRightDelim) {
    next();
  } else {
    LAR_TRY(made->pipe, pipeline("template clause", TokenKind::kRightDelim));
  }
  made->end = end_;
  return made;
}

Result<NodePtr> Parser::block(uint32_t offset) {
  constexpr std::string_view kContext = "block clause";
  LAR_TRY(NodePtr made, node(NodeKind::kTemplate, offset));
  LAR_TRY(made->text, template_name(kContext));
  LAR_TRY(made->pipe, pipeline(kContext, TokenKind::kRightDelim));
  // A definition sees no variables of its surroundings and is in no loop.
  std::vector<std::string> outer{"$"};
  std::swap(variables_, outer);
  const uint32_t outer_ranges = std::exchange(range_depth_, 0);
  LAR_TRY(List body, list());
  std::swap(variables_, outer);
  range_depth_ = outer_ranges;
  if (body.stop != Stop::kEnd) return error_at(offset, "unexpected {{else}} in block clause");
  LAR_TRY(define(made->text, std::move(body.node), offset));
  return made;
}

// After the word "define", at the top level.
Result<void> Parser::definition() {
  constexpr std::string_view kContext = "define clause";
  const uint32_t offset = peek_word().offset;
  LAR_TRY(std::string name, template_name(kContext));
  const Token close = next_word();
  if (close.kind != TokenKind::kRightDelim) return unexpected_token(close, kContext);
  std::vector<std::string> outer{"$"};
  std::swap(variables_, outer);
  LAR_TRY(List body, list());
  std::swap(variables_, outer);
  if (body.stop != Stop::kEnd) return error_at(offset, "unexpected {{else}} in define clause");
  return define(std::move(name), std::move(body.node), offset);
}

Result<void> Parser::define(std::string name, NodePtr body, uint32_t offset) {
  NodePtr& place_of = tree_.defined[std::move(name)];
  if (place_of == nullptr || is_empty(*place_of)) {
    place_of = std::move(body);
    return {};
  }
  if (!is_empty(*body)) return error_at(offset, "multiple definition of a template");
  return {};
}

Result<void> Parser::declarations(std::string_view context, Node& pipe) {
  while (peek_word().kind == TokenKind::kVariable) {
    // "$x := ", "$x = ", "$i, $x := "; otherwise the variable is an operand.
    const size_t after = peek(1).kind == TokenKind::kSpace ? 2 : 1;
    const TokenKind follows = peek(after).kind;
    if (follows != TokenKind::kAssign && follows != TokenKind::kDeclare &&
        follows != TokenKind::kComma) {
      return {};
    }
    const Token name = next();
    next_word();
    pipe.names.emplace_back(name.text);
    variables_.emplace_back(name.text);
    if (follows != TokenKind::kComma) {
      pipe.flag = follows == TokenKind::kAssign;
      return {};
    }
    if (context != "range" || pipe.names.size() > 1) {
      return error_at(name.offset, fmt::format("too many declarations in {}", context));
    }
    const TokenKind then = peek_word().kind;
    if (then != TokenKind::kVariable && then != TokenKind::kRightDelim &&
        then != TokenKind::kRightParen) {
      return error_at(peek().offset, "range can only initialize variables");
    }
  }
  return {};
}

Result<NodePtr> Parser::pipeline(std::string_view context, TokenKind end) {
  LAR_TRY(NodePtr pipe, node(NodeKind::kPipe, peek_word().offset));
  LAR_TRY(declarations(context, *pipe));
  while (true) {
    const Token token = peek_word();
    if (token.kind == end) break;
    switch (token.kind) {
      case TokenKind::kBool:
      case TokenKind::kCharacter:
      case TokenKind::kDot:
      case TokenKind::kField:
      case TokenKind::kIdentifier:
      case TokenKind::kNumber:
      case TokenKind::kNil:
      case TokenKind::kRawString:
      case TokenKind::kString:
      case TokenKind::kVariable:
      case TokenKind::kLeftParen: break;
      default: return unexpected_token(token, context);
    }
    LAR_TRY(NodePtr made, command());
    if (!pipe->children.empty() && is_literal(made->children.front()->kind)) {
      return error_at(token.offset, fmt::format("non executable command in pipeline stage {}",
                                                pipe->children.size() + 1));
    }
    pipe->children.push_back(std::move(made));
  }
  pipe->end = end_;
  const Token close = next();
  if (pipe->children.empty()) {
    return error_at(close.offset, fmt::format("missing value for {}", context));
  }
  return pipe;
}

Result<NodePtr> Parser::command() {
  LAR_TRY(NodePtr made, node(NodeKind::kCommand, peek_word().offset));
  while (true) {
    peek_word();
    LAR_TRY(NodePtr word, operand());
    if (word != nullptr) {
      made->end = end_;
      made->children.push_back(std::move(word));
    }
    const TokenKind kind = peek().kind;
    if (kind == TokenKind::kSpace) {
      next();
      continue;
    }
    if (kind == TokenKind::kRightDelim || kind == TokenKind::kRightParen) break;
    const Token token = next();
    if (kind == TokenKind::kPipe) break;
    return unexpected_token(token, "operand");
  }
  if (made->children.empty()) return error_at(made->offset, "empty command");
  return made;
}

// A term and the fields behind it; null where no term begins.
Result<NodePtr> Parser::operand() {
  LAR_TRY(NodePtr made, term());
  if (made == nullptr || peek().kind != TokenKind::kField) return made;
  if (is_literal(made->kind)) {
    return error_at(peek().offset,
                    fmt::format("unexpected . after term \"{}\"",
                                tree_.source.substr(made->offset, made->end - made->offset)));
  }
  Node* target = made.get();
  NodePtr chain;
  if (made->kind != NodeKind::kField && made->kind != NodeKind::kVariable) {
    LAR_TRY(chain, node(NodeKind::kChain, made->offset));
    target = chain.get();
  }
  while (peek().kind == TokenKind::kField) target->names.emplace_back(next().text.substr(1));
  target->end = end_;
  if (chain == nullptr) return made;
  chain->children.push_back(std::move(made));
  return chain;
}

Result<NodePtr> Parser::named(NodeKind kind, const Token& token, std::string name) {
  LAR_TRY(NodePtr made, node(kind, token.offset));
  made->names.push_back(std::move(name));
  return made;
}

Result<NodePtr> Parser::variable(const Token& token) {
  if (std::ranges::find(variables_, token.text) == variables_.end()) {
    return error_at(token.offset, fmt::format("undefined variable \"{}\"", token.text));
  }
  return named(NodeKind::kVariable, token, std::string(token.text));
}

Result<NodePtr> Parser::number(const Token& token) {
  const auto constant = parse_number(token.text, token.kind == TokenKind::kCharacter);
  if (!constant) {
    return error_at(token.offset, fmt::format("illegal number syntax: \"{}\"", token.text));
  }
  LAR_TRY(NodePtr made, node(constant->is_int ? NodeKind::kInt : NodeKind::kFloat, token.offset));
  made->integer = constant->integer;
  made->number = constant->number;
  return made;
}

Result<NodePtr> Parser::term() {
  switch (peek_word().kind) {
    case TokenKind::kIdentifier: {
      const Token token = next();
      const Function* function = find_function(token.text);
      if (function == nullptr) {
        return error_at(token.offset, fmt::format("function \"{}\" not defined", token.text));
      }
      LAR_TRY(NodePtr made, node(NodeKind::kIdentifier, token.offset));
      made->text = std::string(token.text);
      made->function = function;
      return made;
    }
    case TokenKind::kDot: return node(NodeKind::kDot, next().offset);
    case TokenKind::kNil: return node(NodeKind::kNil, next().offset);
    case TokenKind::kVariable: return variable(next());
    case TokenKind::kField: {
      const Token token = next();
      return named(NodeKind::kField, token, std::string(token.text.substr(1)));
    }
    case TokenKind::kBool: {
      const Token token = next();
      LAR_TRY(NodePtr made, node(NodeKind::kBool, token.offset));
      made->flag = token.text == "true";
      return made;
    }
    case TokenKind::kCharacter:
    case TokenKind::kNumber: return number(next());
    case TokenKind::kString:
    case TokenKind::kRawString: {
      const Token token = next();
      LAR_TRY(std::string text, unquoted(token));
      LAR_TRY(NodePtr made, node(NodeKind::kString, token.offset));
      made->text = std::move(text);
      return made;
    }
    case TokenKind::kLeftParen: {
      const Token token = next();
      if (++depth_ > kParseDepthMax) {
        return fail(Code::kResourceExhausted, fmt::format("{}: max expression depth exceeded",
                                                          place(tree_.source, token.offset)));
      }
      auto made = pipeline("parenthesized pipeline", TokenKind::kRightParen);
      --depth_;
      return made;
    }
    default: return nullptr;
  }
}

}  // namespace

std::string place(std::string_view source, size_t offset) {
  const std::string_view before = source.substr(0, offset);
  const auto line = std::ranges::count(before, '\n') + 1;
  const size_t begin = before.rfind('\n');
  const std::string_view start =
      begin == std::string_view::npos ? before : before.substr(begin + 1);
  return fmt::format("line {}, column {}", line, jinja::count_chars(start) + 1);
}

Result<Tree> parse(std::string_view source) {
  if (source.size() > kSourceBytesMax) {
    return fail(Code::kResourceExhausted, "line 1, column 1: the template is too large");
  }
  return Parser(source).run();
}

}  // namespace lar::chat::gotemplate
