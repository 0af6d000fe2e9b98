// The parser's state, shared by its two sources: expressions and statements.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "chat/jinja/limits.h"
#include "chat/jinja/recursion.h"
#include "chat/jinja/token_stream.h"
#include "chat/jinja/tree.h"

namespace lar::chat::jinja {

class Parser {
 public:
  Parser(std::string_view source, LexerOptions options, const CompileLimits& limits);

  Result<Body> parse_template();
  std::vector<std::string> take_names() { return std::move(names_); }

 private:
  using Names = std::initializer_list<std::string_view>;

  struct TupleRules {
    bool simplified = false;  // names and literals only
    bool conditional = true;  // "a if b else c" is allowed
    bool parenthesized = false;
    bool namespaces = false;  // "a.b" is a namespace reference
    std::string_view end_name = {};
  };

  // A filter or test that does not exist. Jinja forgives it in a branch that is never taken.
  struct Unknown {
    uint32_t offset = 0;
    std::string message;
    bool soft = false;
  };

  // What the tags around a place mean for it.
  struct Context {
    bool soft = false;       // inside {% if %} without a scope of its own in between
    uint32_t breakable = 0;  // loops that {% break %} here can leave
    uint32_t loops = 0;      // loops of any kind: "loop" must not be assigned
  };

  // Statements.
  Result<Body> parse_body(Names end_names);
  Result<Body> parse_statements(Names end_names);
  // As parse_statements, in another context.
  Result<Body> parse_inside(Context context, Names end_names);
  Result<Body> parse_block_body(Context context, std::string_view end_name);
  Result<std::unique_ptr<Stmt>> parse_statement();
  Result<void> parse_tag(std::string_view tag, Stmt* stmt);
  Context scope_context() const;     // a scope of its own
  Context function_context() const;  // and a function of its own
  Result<void> parse_for(Stmt* stmt);
  Result<void> parse_if(Stmt* stmt);
  Result<void> parse_set(Stmt* stmt);
  Result<void> parse_macro(Stmt* stmt);
  Result<void> parse_call_block(Stmt* stmt);
  Result<void> parse_filter_block(Stmt* stmt);
  Result<void> parse_with(Stmt* stmt);
  Result<void> parse_block(Stmt* stmt);
  Result<void> parse_autoescape(Stmt* stmt);
  Result<void> parse_generation(Stmt* stmt);
  Result<void> parse_print(Stmt* stmt);
  Result<void> parse_loop_control(Stmt* stmt);
  Result<void> parse_signature(MacroSpec* macro);
  Result<Body> parse_macro_body(MacroSpec* macro, std::string_view end_name);
  std::unexpected<Error> unknown_tag(const Token& token) const;

  // Expressions.
  Result<ExprPtr> parse_expression();
  Result<ExprPtr> parse_binary(int level);
  Result<ExprPtr> parse_operand(int level);
  Result<ExprPtr> parse_compare(ExprPtr left);
  Result<ExprPtr> parse_unary(bool with_filter);
  Result<ExprPtr> parse_primary(bool namespaces);
  Result<ExprPtr> parse_postfix(ExprPtr node);
  Result<ExprPtr> parse_filter_chain(ExprPtr node);
  Result<ExprPtr> parse_filter(ExprPtr node, bool inline_start);
  Result<ExprPtr> parse_test(ExprPtr node);
  Result<ExprPtr> parse_tuple(TupleRules rules);
  Result<ExprPtr> parse_list();
  Result<ExprPtr> parse_dict();
  Result<ExprPtr> parse_subscript(ExprPtr node);
  Result<ExprPtr> parse_subscribed();
  Result<ExprPtr> parse_call(ExprPtr node);
  Result<std::unique_ptr<CallSpec>> parse_call_args();
  Result<ExprPtr> parse_assign_target(TupleRules rules);
  Result<void> check_target(const Expr& target) const;
  Result<std::string> parse_dotted_name();
  bool is_tuple_end(std::string_view end_name) const;

  Result<ExprPtr> make(ExprKind kind, uint32_t offset);
  Result<ExprPtr> make(ExprKind kind, uint32_t offset, ExprPtr first, ExprPtr second = nullptr);
  Result<void> adopt(Expr& parent, ExprPtr child);
  Result<void> measure_call(Expr& parent) const;
  Result<void> grow(Expr& parent, const Expr& child) const;
  uint32_t intern(std::string_view name);
  void note_load(std::string_view name);
  std::unexpected<Error> too_deep() const;
  Result<void> count_node();

  TokenStream tokens_;
  const CompileLimits& limits_;
  Recursion recursion_{kParseDepthMax};
  uint32_t nodes_ = 0;
  std::vector<std::string> names_;
  std::unordered_map<std::string, uint32_t> name_numbers_;
  std::vector<Unknown> unknown_;
  std::vector<MacroSpec*> macros_;  // being parsed, outermost first
  std::vector<std::string> open_tags_;
  Context context_;
  bool in_target_ = false;
};

}  // namespace lar::chat::jinja
