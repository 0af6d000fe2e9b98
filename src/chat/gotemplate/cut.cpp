#include "chat/gotemplate/cut.h"

#include <algorithm>

namespace lar::chat::gotemplate {
namespace {

// The node alone, without what hangs on it.
NodePtr copy_node(const Node& node) {
  auto made = std::make_unique<Node>();
  made->kind = node.kind;
  made->flag = node.flag;
  made->offset = node.offset;
  made->end = node.end;
  made->text = node.text;
  made->names = node.names;
  made->integer = node.integer;
  made->number = node.number;
  made->function = node.function;
  return made;
}

NodePtr copy_whole(const Node& node) {
  NodePtr made = copy_node(node);
  for (const NodePtr& child : node.children) made->children.push_back(copy_whole(*child));
  if (node.pipe != nullptr) made->pipe = copy_whole(*node.pipe);
  if (node.list != nullptr) made->list = copy_whole(*node.list);
  if (node.else_list != nullptr) made->else_list = copy_whole(*node.else_list);
  return made;
}

class Cut {
 public:
  // Null: nothing of the node is left.
  NodePtr copy(const Node& node) {
    const bool is_response = node.kind == NodeKind::kField &&
                             std::ranges::find(node.names, "Response") != node.names.end();
    if (done_ && !is_response) return nullptr;
    done_ = done_ || is_response;
    switch (node.kind) {
      case NodeKind::kList: {
        NodePtr made = copy_node(node);
        for (const NodePtr& child : node.children) {
          if (NodePtr copied = copy(*child)) made->children.push_back(std::move(copied));
        }
        return made;
      }
      case NodeKind::kIf:
      case NodeKind::kWith:
      case NodeKind::kRange: return branch(node);
      case NodeKind::kAction: {
        NodePtr made = copy_node(node);
        made->pipe = copy(*node.pipe);
        return made->pipe == nullptr ? nullptr : std::move(made);
      }
      case NodeKind::kPipe: return pipe(node);
      default: return copy_whole(node);
    }
  }

 private:
  // What a branch asks for prints nothing: a Response there cuts nothing.
  NodePtr branch(const Node& node) {
    NodePtr made = copy_node(node);
    made->pipe = copy_whole(*node.pipe);
    made->list = copy(*node.list);
    if (node.else_list != nullptr) made->else_list = copy(*node.else_list);
    return made;
  }

  NodePtr pipe(const Node& node) {
    NodePtr made = copy_node(node);
    for (const NodePtr& command : node.children) {
      NodePtr copied = copy_node(*command);
      for (const NodePtr& word : command->children) {
        if (NodePtr kept = copy(*word)) copied->children.push_back(std::move(kept));
      }
      if (copied->children.empty()) return nullptr;
      made->children.push_back(std::move(copied));
    }
    return made;
  }

  bool done_ = false;
};

}  // namespace

NodePtr cut_after_response(const Node& root) {
  return Cut().copy(root);
}

}  // namespace lar::chat::gotemplate
