#include "chat/parsers/go_template_marks.h"

#include <vector>

#include "chat/parsers/detect.h"
#include "chat/parsers/families/families.h"
#include "chat/parsers/generic_calls.h"
#include "chat/parsers/white_space.h"

namespace lar::chat {
namespace {

// The template as texts and actions in a row, with white space cut as {{- and -}} ask.
struct Piece {
  bool action = false;
  std::string text;  // of an action: what is inside, trimmed
};

std::vector<Piece> pieces_of(std::string_view source) {
  std::vector<Piece> pieces;
  bool cut = false;
  while (!source.empty()) {
    const size_t open = source.find("{{");
    std::string_view text = source.substr(0, open);
    if (cut) text.remove_prefix(leading_space(text));
    if (open == std::string_view::npos) {
      if (!text.empty()) pieces.push_back({false, std::string(text)});
      break;
    }
    source.remove_prefix(open + 2);
    const bool cut_before = source.size() > 1 && source[0] == '-' && is_ascii_space(source[1]);
    if (cut_before) text.remove_suffix(trailing_space(text));
    if (!text.empty()) pieces.push_back({false, std::string(text)});
    // The action ends at }} outside strings and comments.
    size_t end = 0;
    char quote = 0;
    const bool comment = trim(source.substr(cut_before ? 1 : 0)).starts_with("/*");
    if (comment) end = std::min(source.find("*/"), source.size());
    for (; end < source.size(); ++end) {
      const char c = source[end];
      if (quote != 0) {
        if (c == '\\' && quote == '"') ++end;
        if (c == quote) quote = 0;
      } else if (c == '"' || c == '`') {
        quote = c;
      } else if (source.substr(end).starts_with("}}")) {
        break;
      }
    }
    std::string_view inside = source.substr(0, std::min(end, source.size()));
    source.remove_prefix(std::min(end + 2, source.size()));
    if (cut_before) inside.remove_prefix(1);
    cut = inside.ends_with('-') && inside.size() > 1 && is_ascii_space(inside[inside.size() - 2]);
    if (cut) inside.remove_suffix(1);
    if (!comment) pieces.push_back({true, std::string(trim(inside))});
  }
  return pieces;
}

// A node of the tree: a text, an action, or a block ("if", "range", "with", "define") whose other
// branches are blocks beside it.
struct Node {
  std::string text;
  bool action = false;
  bool block = false;
  std::vector<Node> nodes;
};

std::string_view first_word(std::string_view action) {
  return action.substr(0, action.find_first_of(" \t\n("));
}

constexpr int kDepthMax = 100;

// Reads nodes up to the {{ end }} or {{ else }} of the block they are in.
std::vector<Node> nodes_of(const std::vector<Piece>& pieces, size_t& at, int depth) {
  std::vector<Node> nodes;
  while (at < pieces.size()) {
    const Piece& piece = pieces[at++];
    const std::string_view word = piece.action ? first_word(piece.text) : std::string_view();
    if (word == "end") return nodes;
    const bool opens = word == "if" || word == "range" || word == "with" || word == "define" ||
                       word == "block" || word == "else";
    Node node{piece.text, piece.action, opens, {}};
    if (opens && depth < kDepthMax) {
      // An else belongs to the block that it ends; its own nodes stand beside that block's.
      if (word == "else") {
        node.nodes = nodes_of(pieces, at, depth + 1);
        nodes.push_back(std::move(node));
        return nodes;
      }
      node.nodes = nodes_of(pieces, at, depth + 1);
    }
    nodes.push_back(std::move(node));
  }
  return nodes;
}

std::vector<Node> tree_of(std::string_view source) {
  const std::vector<Piece> pieces = pieces_of(source);
  std::vector<Node> nodes;
  for (size_t at = 0; at < pieces.size();) {
    for (Node& node : nodes_of(pieces, at, 0)) nodes.push_back(std::move(node));
  }
  return nodes;
}

bool is_else(const Node& node) {
  return node.block && first_word(node.text) == "else";
}

const Node* find_calls(const std::vector<Node>& nodes) {
  for (const Node& node : nodes) {
    if (node.block && (first_word(node.text) == "if" || node.text.starts_with("else if")) &&
        node.text.contains(".ToolCalls") && !node.text.contains("not .ToolCalls")) {
      return &node;
    }
    if (const Node* found = find_calls(node.nodes)) return found;
  }
  return nullptr;
}

std::string first_text(const std::vector<Node>& nodes) {
  for (const Node& node : nodes) {
    if (is_else(node)) continue;
    if (node.block) {
      if (const std::string text = first_text(node.nodes); !text.empty()) return text;
    } else if (!node.action && !trim(node.text).empty()) {
      return std::string(trim(node.text));
    } else if (node.action && (node.text.starts_with('"') || node.text.starts_with('`')) &&
               node.text.size() > 2) {
      return node.text.substr(1, node.text.size() - 2);
    }
  }
  return {};
}

bool prints_thinking(const Node& node) {
  return node.action && !node.block &&
         (node.text == ".Thinking" || node.text.ends_with(" .Thinking") ||
          node.text.ends_with(".Thinking"));
}

// The list of nodes nearest to an action that prints .Thinking, inside a range over messages.
const std::vector<Node>* find_thinking(const std::vector<Node>& nodes, bool in_messages) {
  for (const Node& node : nodes) {
    if (in_messages && prints_thinking(node)) return &nodes;
    const bool messages =
        in_messages || (first_word(node.text) == "range" && node.text.contains(".Messages"));
    if (const auto* found = find_thinking(node.nodes, messages)) return found;
  }
  return nullptr;
}

}  // namespace

std::string go_tool_call_tag(std::string_view source) {
  const std::vector<Node> tree = tree_of(source);
  const Node* calls = find_calls(tree);
  if (calls == nullptr) return {};
  std::string tag = first_text(calls->nodes);
  tag = std::string(trim(tag.substr(0, tag.find('{'))));
  return tag.empty() ? "{" : tag;
}

ThinkingTags go_thinking_tags(std::string_view source) {
  const std::vector<Node> tree = tree_of(source);
  const std::vector<Node>* around = find_thinking(tree, false);
  if (around == nullptr) return {};
  ThinkingTags tags;
  bool before = true;
  for (const Node& node : *around) {
    if (prints_thinking(node)) {
      before = false;
    } else if (!node.action && !node.block) {
      const std::string text(trim(node.text));
      if (text.empty()) continue;
      if (before && tags.open.empty()) tags.open = text;
      if (!before) tags.close = text;
    }
  }
  return tags.open.empty() || tags.close.empty() ? ThinkingTags{} : tags;
}

OutputFormat detect_go_output_format(std::string_view source) {
  if (source.contains("<|start|>") && source.contains("<|end|>") &&
      source.contains("<|channel|>")) {
    OutputFormat format = families::harmony();
    format.family = "harmony";
    return format;
  }
  OutputFormat format;
  format.family = "generic";
  format.call_space = Space::kKeep;
  const ThinkingTags tags = go_thinking_tags(source);
  if (!tags.close.empty()) {
    families::set_thinking(format, tags);
    format.trim_start = false;
  }
  const std::string tag = go_tool_call_tag(source);
  if (tag.empty()) return format;
  format.calls_need_tools = true;
  if (tag == "{" || tag == "[") {
    format.bare = generic_calls(true);
  } else {
    format.calls = {{tag, generic_calls(false)}};
  }
  return format;
}

}  // namespace lar::chat
