#include "program/program.h"

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

std::string_view op_name(const Op& op) {
  return std::visit(Overloaded{
                        [](const Embed&) { return "embed"; },
                        [](const PositionEmbed&) { return "position_embed"; },
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
