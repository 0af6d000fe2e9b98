// A compiled template: a tree that the renderer walks. Nodes know their place in the source, names
// are numbers, filters and tests are function pointers where they exist.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "chat/jinja/function.h"
#include "chat/value.h"

namespace lar::chat::jinja {

enum class ExprKind : uint8_t {
  kConstant,      // value
  kName,          // name
  kNamespaceRef,  // name, value: the attribute; a target of {% set %} only
  kList,          // args
  kTuple,         // args
  kDict,          // args: key, value, key, value ...
  kAttribute,     // args[0], value: the name
  kItem,          // args[0], args[1]
  kSlice,         // args: start, stop, step; each may be null
  kCall,          // args[0], call
  kFilter,        // args[0] (null: the body of a filter block), value: the name, function, call
  kTest,          // args[0], value: the name, function, call
  kNot,           // args[0]
  kNegate,        // args[0]
  kPlus,          // args[0]
  kBinary,        // op, args[0], args[1]
  kConcat,        // args
  kCompare,       // args[0], then compares[i] applied with args[i + 1]
  kAnd,           // args[0], args[1]
  kOr,            // args[0], args[1]
  kConditional,   // args: test, then, else (may be null)
};

enum class BinaryOp : uint8_t { kAdd, kSub, kMul, kDiv, kFloorDiv, kMod, kPow };
enum class CompareOp : uint8_t { kEq, kNe, kLt, kLe, kGt, kGe, kIn, kNotIn };

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

struct CallSpec {
  std::vector<ExprPtr> positional;
  std::vector<std::pair<std::string, ExprPtr>> named;
  ExprPtr rest;        // *args
  ExprPtr named_rest;  // **kwargs
};

struct Expr {
  ExprKind kind = ExprKind::kConstant;
  BinaryOp op = BinaryOp::kAdd;
  uint16_t depth = 1;
  uint32_t offset = 0;
  uint32_t name = 0;
  Value value;
  Function function = nullptr;
  std::vector<ExprPtr> args;
  std::vector<CompareOp> compares;
  std::unique_ptr<CallSpec> call;
};

enum class StmtKind : uint8_t {
  kText,         // value
  kOutput,       // exprs: each printed
  kIf,           // exprs[i] guards bodies[i]; one more body is the else
  kFor,          // exprs: target, iterable, filter (may be null); bodies: loop, else
  kSet,          // exprs: target, value
  kSetBlock,     // exprs: target, filter (may be null); bodies[0]
  kMacro,        // name, macro
  kCallBlock,    // exprs[0]: the call; macro: the caller
  kFilterBlock,  // exprs[0]: the filter; bodies[0]
  kWith,         // exprs: target, value, target, value ...; bodies[0]
  kBlock,        // bodies[0]; flag: scoped
  kAutoescape,   // exprs[0]; bodies[0]
  kGeneration,   // bodies[0]
  kBreak,
  kContinue,
};

struct Stmt;
using Body = std::vector<std::unique_ptr<Stmt>>;

struct MacroSpec {
  struct Parameter {
    uint32_t name = 0;
    std::string text;
    ExprPtr value;  // the default; null: none
  };
  std::string name;
  std::vector<Parameter> parameters;
  bool uses_caller = false;
  bool uses_varargs = false;
  bool uses_kwargs = false;
  bool has_caller_parameter = false;
  Body body;
};

struct Stmt {
  StmtKind kind = StmtKind::kText;
  bool flag = false;  // kFor: recursive; kBlock: scoped
  uint32_t offset = 0;
  uint32_t name = 0;
  Value value;
  std::vector<ExprPtr> exprs;
  std::vector<Body> bodies;
  std::unique_ptr<MacroSpec> macro;
};

// Names that the renderer itself sets; interned first, in this order.
enum WellKnownName : uint32_t { kNameLoop, kNameCaller, kNameVarargs, kNameKwargs, kNamesKnown };

struct Tree {
  std::string source;              // normalized
  std::vector<std::string> names;  // by number
  Body body;
};

}  // namespace lar::chat::jinja
