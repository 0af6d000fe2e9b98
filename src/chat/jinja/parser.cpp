#include "chat/jinja/parser.h"

#include <fmt/format.h>

#include <algorithm>

#include "chat/jinja/builtins.h"
#include "chat/jinja/parser_impl.h"

namespace lar::chat::jinja {
namespace {

bool is_one_of(const Token& token, std::initializer_list<std::string_view> names) {
  return token.kind == TokenKind::kName && std::ranges::find(names, token.text) != names.end();
}

}  // namespace

Parser::Parser(std::string_view source, LexerOptions options, const CompileLimits& limits)
    : tokens_(source, options), limits_(limits) {
  for (const std::string_view name : {"loop", "caller", "varargs", "kwargs"}) intern(name);
}

Result<Body> Parser::parse_template() {
  LAR_TRY(tokens_.start());
  LAR_TRY(Body body, parse_body({}));
  for (const Unknown& unknown : unknown_) {
    if (!unknown.soft) return tokens_.error_at(unknown.offset, unknown.message);
  }
  return body;
}

Parser::Context Parser::scope_context() const {
  Context context = context_;
  context.soft = false;
  return context;
}

Parser::Context Parser::function_context() const {
  Context context = scope_context();
  context.breakable = 0;
  return context;
}

// Up to the tag that one of the names begins, which becomes current; or to the end.
Result<Body> Parser::parse_body(Names end_names) {
  const Recursion::Level nested(recursion_);
  if (!nested) return too_deep();
  Body body;
  for (;;) {
    const Token& token = tokens_.current();
    switch (token.kind) {
      case TokenKind::kData: {
        LAR_TRY(count_node());
        auto stmt = std::make_unique<Stmt>();
        stmt->offset = token.offset;
        stmt->value = Value::string(std::string(token.text), Origin::kTemplate);
        body.push_back(std::move(stmt));
        LAR_TRY(tokens_.advance());
        break;
      }
      case TokenKind::kVariableBegin: {
        LAR_TRY(count_node());
        auto stmt = std::make_unique<Stmt>();
        stmt->kind = StmtKind::kOutput;
        LAR_TRY(tokens_.advance());
        stmt->offset = tokens_.current().offset;
        LAR_TRY(ExprPtr value, parse_tuple({}));
        stmt->exprs.push_back(std::move(value));
        LAR_TRY(tokens_.expect(TokenKind::kVariableEnd));
        body.push_back(std::move(stmt));
        break;
      }
      case TokenKind::kBlockBegin: {
        LAR_TRY(tokens_.advance());
        if (is_one_of(tokens_.current(), end_names)) return body;
        LAR_TRY(auto stmt, parse_statement());
        body.push_back(std::move(stmt));
        LAR_TRY(tokens_.expect(TokenKind::kBlockEnd));
        break;
      }
      case TokenKind::kEnd:
        if (end_names.size() == 0) return body;
        return tokens_.error(fmt::format(
            "unexpected end of template: the innermost block that needs to be closed is '{}'",
            open_tags_.empty() ? std::string() : open_tags_.back()));
      default: return tokens_.error(fmt::format("unexpected {}", describe(token)));
    }
  }
}

// The rest of an opening tag, then a body; the name of the closing tag is current afterwards.
Result<Body> Parser::parse_statements(Names end_names) {
  LAR_TRY(tokens_.skip_operator(":"));
  LAR_TRY(tokens_.expect(TokenKind::kBlockEnd));
  return parse_body(end_names);
}

Result<Body> Parser::parse_inside(Context context, Names end_names) {
  std::swap(context, context_);
  auto body = parse_statements(end_names);
  std::swap(context, context_);
  return body;
}

Result<Body> Parser::parse_block_body(Context context, std::string_view end_name) {
  LAR_TRY(Body body, parse_inside(context, {end_name}));
  LAR_TRY(tokens_.advance());
  return body;
}

std::unexpected<Error> Parser::unknown_tag(const Token& token) const {
  if (is_one_of(token, {"extends", "include", "import", "from"})) {
    return tokens_.error_at(
        token.offset, fmt::format("'{}' is not supported: a template stands alone", token.text));
  }
  std::string message = fmt::format("encountered unknown tag '{}'", token.text);
  if (!open_tags_.empty()) {
    message +=
        fmt::format("; the innermost block that needs to be closed is '{}'", open_tags_.back());
  }
  return tokens_.error_at(token.offset, message);
}

Result<std::unique_ptr<Stmt>> Parser::parse_statement() {
  LAR_TRY(count_node());
  const Token token = tokens_.current();
  if (token.kind != TokenKind::kName) return tokens_.error("tag name expected");
  auto stmt = std::make_unique<Stmt>();
  stmt->offset = token.offset;
  open_tags_.emplace_back(token.text);
  LAR_TRY(parse_tag(token.text, stmt.get()));
  open_tags_.pop_back();
  return stmt;
}

Result<void> Parser::parse_tag(std::string_view tag, Stmt* stmt) {
  struct Row {
    std::string_view tag;
    StmtKind kind;
    Result<void> (Parser::*parse)(Stmt*);
  };
  static constexpr Row kRows[] = {
      {"for", StmtKind::kFor, &Parser::parse_for},
      {"if", StmtKind::kIf, &Parser::parse_if},
      {"set", StmtKind::kSet, &Parser::parse_set},
      {"macro", StmtKind::kMacro, &Parser::parse_macro},
      {"call", StmtKind::kCallBlock, &Parser::parse_call_block},
      {"filter", StmtKind::kFilterBlock, &Parser::parse_filter_block},
      {"with", StmtKind::kWith, &Parser::parse_with},
      {"block", StmtKind::kBlock, &Parser::parse_block},
      {"autoescape", StmtKind::kAutoescape, &Parser::parse_autoescape},
      {"generation", StmtKind::kGeneration, &Parser::parse_generation},
      {"print", StmtKind::kOutput, &Parser::parse_print},
      {"break", StmtKind::kBreak, &Parser::parse_loop_control},
      {"continue", StmtKind::kContinue, &Parser::parse_loop_control},
  };
  for (const Row& row : kRows) {
    if (row.tag != tag) continue;
    stmt->kind = row.kind;
    if (row.parse != &Parser::parse_loop_control) LAR_TRY(tokens_.advance());
    return (this->*row.parse)(stmt);
  }
  open_tags_.pop_back();
  return unknown_tag(tokens_.current());
}

Result<void> Parser::parse_for(Stmt* stmt) {
  const Context outer = context_;
  ++context_.loops;
  LAR_TRY(ExprPtr target, parse_assign_target({.end_name = "in"}));
  if (!tokens_.current().is_name("in")) return tokens_.error("expected 'in'");
  LAR_TRY(tokens_.advance());
  LAR_TRY(ExprPtr iterable, parse_tuple({.conditional = false, .end_name = "recursive"}));
  ExprPtr filter;
  LAR_TRY(const bool filtered, tokens_.skip_name("if"));
  if (filtered) {
    LAR_TRY(filter, parse_expression());
  }
  LAR_TRY(stmt->flag, tokens_.skip_name("recursive"));
  stmt->exprs.push_back(std::move(target));
  stmt->exprs.push_back(std::move(iterable));
  stmt->exprs.push_back(std::move(filter));

  Context inside = scope_context();
  ++inside.breakable;
  LAR_TRY(Body body, parse_inside(inside, {"endfor", "else"}));
  stmt->bodies.push_back(std::move(body));
  const bool has_else = tokens_.current().is_name("else");
  LAR_TRY(tokens_.advance());
  if (has_else) {
    LAR_TRY(Body otherwise, parse_block_body(scope_context(), "endfor"));
    stmt->bodies.push_back(std::move(otherwise));
  }
  context_ = outer;
  return {};
}

Result<void> Parser::parse_if(Stmt* stmt) {
  const Context outer = context_;
  context_.soft = true;
  for (;;) {
    LAR_TRY(ExprPtr test, parse_tuple({.conditional = false}));
    stmt->exprs.push_back(std::move(test));
    LAR_TRY(Body body, parse_statements({"elif", "else", "endif"}));
    stmt->bodies.push_back(std::move(body));
    const Token end = tokens_.current();
    LAR_TRY(tokens_.advance());
    if (end.text == "elif") continue;
    if (end.text == "else") {
      LAR_TRY(Body otherwise, parse_block_body(context_, "endif"));
      stmt->bodies.push_back(std::move(otherwise));
    }
    break;
  }
  context_ = outer;
  return {};
}

Result<void> Parser::parse_set(Stmt* stmt) {
  LAR_TRY(ExprPtr target, parse_assign_target({.namespaces = true}));
  stmt->exprs.push_back(std::move(target));
  LAR_TRY(const bool assigned, tokens_.skip_operator("="));
  if (assigned) {
    LAR_TRY(ExprPtr value, parse_tuple({}));
    stmt->exprs.push_back(std::move(value));
    return {};
  }
  stmt->kind = StmtKind::kSetBlock;
  const Context outer = context_;
  context_ = scope_context();
  LAR_TRY(ExprPtr filter, parse_filter(nullptr, false));
  context_ = outer;
  stmt->exprs.push_back(std::move(filter));
  LAR_TRY(Body body, parse_block_body(scope_context(), "endset"));
  stmt->bodies.push_back(std::move(body));
  return {};
}

Result<void> Parser::parse_signature(MacroSpec* macro) {
  LAR_TRY(tokens_.expect_operator("("));
  bool has_default = false;
  while (!tokens_.current().is_operator(")")) {
    if (!macro->parameters.empty()) LAR_TRY(tokens_.expect_operator(","));
    LAR_TRY(const Token name, tokens_.expect_name());
    if (is_one_of(name, {"true", "false", "none", "True", "False", "None"})) {
      return tokens_.error_at(name.offset, "can't assign to a constant");
    }
    for (const auto& parameter : macro->parameters) {
      if (parameter.text == name.text) {
        return tokens_.error_at(name.offset,
                                fmt::format("duplicate argument '{}' in macro", name.text));
      }
    }
    MacroSpec::Parameter parameter;
    parameter.name = intern(name.text);
    parameter.text = name.text;
    LAR_TRY(const bool assigned, tokens_.skip_operator("="));
    if (assigned) {
      LAR_TRY(parameter.value, parse_expression());
      has_default = true;
    } else if (has_default) {
      return tokens_.error_at(name.offset, "non-default argument follows default argument");
    }
    if (name.text == "caller") macro->has_caller_parameter = true;
    macro->parameters.push_back(std::move(parameter));
  }
  return tokens_.expect_operator(")");
}

Result<Body> Parser::parse_macro_body(MacroSpec* macro, std::string_view end_name) {
  macros_.push_back(macro);
  LAR_TRY(Body body, parse_block_body(function_context(), end_name));
  macros_.pop_back();
  for (const auto& parameter : macro->parameters) {
    if (parameter.text == "varargs") macro->uses_varargs = false;
    if (parameter.text == "kwargs") macro->uses_kwargs = false;
    if (parameter.text == "caller" && macro->uses_caller && !parameter.value) {
      return tokens_.error("the special \"caller\" argument must be omitted or be given a default");
    }
  }
  return body;
}

Result<void> Parser::parse_macro(Stmt* stmt) {
  LAR_TRY(const Token name, tokens_.expect_name());
  if (is_one_of(name, {"true", "false", "none", "True", "False", "None"})) {
    return tokens_.error_at(name.offset, "can't assign to a constant");
  }
  stmt->name = intern(name.text);
  stmt->macro = std::make_unique<MacroSpec>();
  stmt->macro->name = name.text;
  const Context outer = context_;
  context_ = function_context();
  LAR_TRY(parse_signature(stmt->macro.get()));
  context_ = outer;
  LAR_TRY(stmt->macro->body, parse_macro_body(stmt->macro.get(), "endmacro"));
  return {};
}

Result<void> Parser::parse_call_block(Stmt* stmt) {
  stmt->macro = std::make_unique<MacroSpec>();
  stmt->macro->name = "caller";
  if (tokens_.current().is_operator("(")) LAR_TRY(parse_signature(stmt->macro.get()));
  LAR_TRY(ExprPtr call, parse_expression());
  if (call->kind != ExprKind::kCall) return tokens_.error_at(call->offset, "expected call");
  stmt->exprs.push_back(std::move(call));
  LAR_TRY(stmt->macro->body, parse_macro_body(stmt->macro.get(), "endcall"));
  return {};
}

Result<void> Parser::parse_filter_block(Stmt* stmt) {
  const Context outer = context_;
  context_ = scope_context();
  LAR_TRY(ExprPtr filter, parse_filter(nullptr, true));
  context_ = outer;
  stmt->exprs.push_back(std::move(filter));
  LAR_TRY(Body body, parse_block_body(scope_context(), "endfilter"));
  stmt->bodies.push_back(std::move(body));
  return {};
}

Result<void> Parser::parse_with(Stmt* stmt) {
  while (tokens_.current().kind != TokenKind::kBlockEnd) {
    if (!stmt->exprs.empty()) LAR_TRY(tokens_.expect_operator(","));
    LAR_TRY(ExprPtr target, parse_assign_target({}));
    LAR_TRY(tokens_.expect_operator("="));
    LAR_TRY(ExprPtr value, parse_expression());
    stmt->exprs.push_back(std::move(target));
    stmt->exprs.push_back(std::move(value));
  }
  LAR_TRY(Body body, parse_block_body(scope_context(), "endwith"));
  stmt->bodies.push_back(std::move(body));
  return {};
}

Result<void> Parser::parse_block(Stmt* stmt) {
  LAR_TRY(const Token name, tokens_.expect_name());
  LAR_TRY(stmt->flag, tokens_.skip_name("scoped"));
  LAR_TRY(tokens_.skip_name("required"));
  LAR_TRY(Body body, parse_block_body(function_context(), "endblock"));
  stmt->bodies.push_back(std::move(body));
  LAR_TRY(tokens_.skip_name(name.text));
  return {};
}

Result<void> Parser::parse_autoescape(Stmt* stmt) {
  LAR_TRY(ExprPtr value, parse_expression());
  stmt->exprs.push_back(std::move(value));
  LAR_TRY(Body body, parse_block_body(scope_context(), "endautoescape"));
  stmt->bodies.push_back(std::move(body));
  return {};
}

Result<void> Parser::parse_generation(Stmt* stmt) {
  LAR_TRY(Body body, parse_block_body(function_context(), "endgeneration"));
  stmt->bodies.push_back(std::move(body));
  return {};
}

Result<void> Parser::parse_print(Stmt* stmt) {
  while (tokens_.current().kind != TokenKind::kBlockEnd) {
    if (!stmt->exprs.empty()) LAR_TRY(tokens_.expect_operator(","));
    LAR_TRY(ExprPtr value, parse_expression());
    stmt->exprs.push_back(std::move(value));
  }
  return {};
}

Result<void> Parser::parse_loop_control(Stmt*) {
  if (context_.breakable == 0) {
    return tokens_.error(fmt::format("'{}' outside loop", tokens_.current().text));
  }
  return tokens_.advance();
}

Result<Tree> parse(std::string_view source, LexerOptions options, const CompileLimits& limits) {
  if (source.size() > limits.source_bytes_max) {
    return fail(Code::kResourceExhausted,
                fmt::format("the template is longer than {} bytes", limits.source_bytes_max));
  }
  Tree tree;
  tree.source = normalize_source(source);
  Parser parser(tree.source, options, limits);
  LAR_TRY(tree.body, parser.parse_template());
  tree.names = parser.take_names();
  return tree;
}

}  // namespace lar::chat::jinja
