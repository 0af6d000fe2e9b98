// A parsed Go template: nodes as the language's own documentation names them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace lar::chat::gotemplate {

struct Function;

enum class NodeKind : uint8_t {
  kList,
  kText,
  kAction,
  kIf,
  kWith,
  kRange,
  kTemplate,
  kBreak,
  kContinue,
  kPipe,
  kCommand,
  kIdentifier,
  kField,
  kVariable,
  kChain,
  kDot,
  kNil,
  kBool,
  kInt,
  kFloat,
  kString,
};

struct Node;
using NodePtr = std::unique_ptr<Node>;

struct Node {
  NodeKind kind = NodeKind::kList;
  bool flag = false;                   // kBool: its value; kPipe: assigns rather than declares
  uint32_t offset = 0;                 // in the source
  uint32_t end = 0;                    // one past its last byte, for messages
  std::string text;                    // kText, kString: the text; kIdentifier, kTemplate: the name
  std::vector<std::string> names;      // kField, kChain: fields; kVariable: "$x", then fields;
                                       // kPipe: variables that it sets
  std::vector<NodePtr> children;       // kList: its nodes; kPipe: commands; kCommand: words;
                                       // kChain: the operand
  NodePtr pipe;                        // kAction, kIf, kWith, kRange, kTemplate (may be null there)
  NodePtr list;                        // kIf, kWith, kRange
  NodePtr else_list;                   // may be null
  int64_t integer = 0;                 // kInt
  double number = 0;                   // kFloat
  const Function* function = nullptr;  // kIdentifier
};

struct Tree {
  std::string source;
  NodePtr root;
  std::map<std::string, NodePtr, std::less<>> defined;  // by {{define}} and {{block}}
};

}  // namespace lar::chat::gotemplate
