// Walks the tree of a Go template over one value. An instance executes once.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "chat/gotemplate/functions.h"
#include "chat/gotemplate/item.h"
#include "chat/gotemplate/limits.h"
#include "chat/gotemplate/tree.h"
#include "chat/jinja/recursion.h"
#include "chat/text_builder.h"

namespace lar::chat::gotemplate {

class Executor {
 public:
  // `tree` and `out` (which counts on `meter`) stay the caller's and outlive the executor.
  Executor(const Tree& tree,
           Meter* meter,
           size_t output_bytes_max,
           jinja::DateTime now,
           TextBuilder* out)
      : tree_(tree),
        around_{meter, now},
        output_bytes_max_(output_bytes_max),
        recursion_(kExecuteDepthMax),
        out_(*out) {}

  // A missing entry of a map is Go's invalid value, of which any field is missing too, rather than
  // nil, which has none.
  void set_missing_is_invalid() { missing_is_invalid_ = true; }

  // Executes `root` (of `tree`, or a part of it) with `data` as dot and as $.
  Result<void> run(const Node& root, const Item& data);

 private:
  enum class Flow : uint8_t { kNext, kBreak, kContinue };
  struct Variable {
    std::string_view name;
    Item item;
  };
  // The value that a pipeline's stage passes on to the next, if there is one.
  using Final = const Item*;
  using Words = std::span<const NodePtr>;

  Result<Flow> walk(const Node& node, const Item& dot);
  Result<Flow> walk_list(const Node& list, const Item& dot);
  Result<Flow> walk_branch(const Node& node, const Item& dot);
  Result<Flow> walk_range(const Node& node, const Item& dot);
  Result<Flow> one_round(const Node& node, const Item& index, const Item& element);
  Result<void> walk_template(const Node& node, const Item& dot);
  Result<void> print(const Node& node, const Item& item);

  Result<Item> pipeline(const Node& pipe, const Item& dot);
  Result<Item> command(const Node& command, const Item& dot, Final final);
  Result<Item> constant(const Node& word);
  // A word as an argument of `parameter`'s kind.
  Result<Item> argument(const Node& word, const Item& dot, Parameter parameter);
  Result<Item> checked(const Node& word, Item item, Parameter parameter);
  Result<Item> field_chain(const Node& node,
                           Item receiver,
                           std::span<const std::string> names,
                           const Item& dot,
                           Words words,
                           Final final);
  Result<Item> field(const Node& node,
                     const Item& receiver,
                     std::string_view name,
                     const Item& dot,
                     Words words,
                     Final final);
  Result<Item> call(const Node& node,
                    const Function& function,
                    const Item* receiver,
                    const Item& dot,
                    Words words,
                    Final final);
  Result<Item> decide(bool stop_at, const Item& dot, Words words, Final final);
  Result<Item> variable(const Node& node);
  Result<void> set_variable(const Node& node, std::string_view name, const Item& item);
  Result<void> refuse_arguments(const Node& node, Words words, Final final);

  // One step: within limits, or an error.
  Result<void> step(const Node& node);
  std::unexpected<Error> error_at(const Node& node, std::string_view message) const;
  std::unexpected<Error> limit_at(const Node& node, std::string_view message) const;
  std::string_view source_of(const Node& node) const;

  const Tree& tree_;
  Surroundings around_;
  const size_t output_bytes_max_;
  jinja::Recursion recursion_;
  TextBuilder& out_;
  std::vector<Variable> variables_;
  bool missing_is_invalid_ = false;
  size_t frame_ = 0;  // first variable of the template that runs
};

}  // namespace lar::chat::gotemplate
