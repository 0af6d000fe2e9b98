#include "program/program.h"

#include <algorithm>

namespace lar::program {
namespace {

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};

}  // namespace

std::vector<ValueId> op_inputs(const Op& op) {
  using Ids = std::vector<ValueId>;
  return std::visit(Overloaded{
                        [](const Embed&) { return Ids{}; },
                        [](const PositionEmbed& o) { return Ids{o.in}; },
                        [](const TypeEmbed& o) { return Ids{o.in}; },
                        [](const Norm& o) { return Ids{o.in}; },
                        [](const MatMul& o) { return Ids{o.in}; },
                        [](const Rope& o) { return Ids{o.value}; },
                        [](const Attention& o) { return Ids{o.q, o.k, o.v}; },
                        [](const Glu& o) { return Ids{o.gate, o.up}; },
                        [](const Activate& o) { return Ids{o.in}; },
                        [](const Add& o) { return Ids{o.a, o.b}; },
                        [](const SelectOutputs& o) { return Ids{o.in}; },
                        [](const Route& o) { return Ids{o.logits}; },
                        [](const ExpertMatMul& o) { return Ids{o.in, o.ids}; },
                        [](const ExpertSum& o) { return Ids{o.in, o.weights}; },
                    },
                    op);
}

std::vector<ValueId> op_outputs(const Op& op) {
  using Ids = std::vector<ValueId>;
  return std::visit(Overloaded{
                        [](const Rope& o) { return Ids{o.value}; },
                        [](const Route& o) { return Ids{o.ids, o.weights}; },
                        [](const auto& o) { return Ids{o.out}; },
                    },
                    op);
}

bool is_bidirectional(const Program& program) {
  return std::ranges::any_of(program.ops, [](const Op& op) {
    const auto* attention = std::get_if<Attention>(&op);
    return attention != nullptr && !attention->causal;
  });
}

bool is_generative(const Program& program) {
  return program.logits != kNone && program.labels == 0 && !is_bidirectional(program);
}

void drop_head(Program& program) {
  if (program.logits == kNone || program.ops.empty()) return;
  const auto* head = std::get_if<MatMul>(&program.ops.back());
  if (head == nullptr || head->out != program.logits) return;
  // The builder adds a head's tensors last.
  auto last = static_cast<WeightId>(program.weights.size()) - 1;
  for (const WeightId id : {head->bias, head->weight}) {
    if (id != last || id == kNone) continue;
    program.weights.pop_back();
    --last;
  }
  program.ops.pop_back();
  program.logits = kNone;
  program.labels = 0;
}

std::string_view op_name(const Op& op) {
  return std::visit(Overloaded{
                        [](const Embed&) { return "embed"; },
                        [](const PositionEmbed&) { return "position_embed"; },
                        [](const TypeEmbed&) { return "type_embed"; },
                        [](const Norm&) { return "norm"; },
                        [](const MatMul&) { return "matmul"; },
                        [](const Rope&) { return "rope"; },
                        [](const Attention&) { return "attention"; },
                        [](const Glu&) { return "glu"; },
                        [](const Activate&) { return "activate"; },
                        [](const Add&) { return "add"; },
                        [](const SelectOutputs&) { return "select_outputs"; },
                        [](const Route&) { return "route"; },
                        [](const ExpertMatMul&) { return "expert_matmul"; },
                        [](const ExpertSum&) { return "expert_sum"; },
                    },
                    op);
}

}  // namespace lar::program
