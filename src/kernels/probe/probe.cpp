#include "kernels/probe/probe.h"

#include <array>

#include "kernels/probe/tables.h"

namespace lar::kernels {
namespace {

// In rising order of preference.
const std::array kProbes = {
#define LAR_ISA(name, Name) Probe{Isa::k##Name, probe_##name},
#include "kernels/compiled_isas.inc"
#undef LAR_ISA
};

}  // namespace

const Probe& choose_probe(IsaSet isas) {
  const Probe* best = &kProbes.front();
  for (const Probe& probe : kProbes) {
    if (isas.has(probe.isa)) best = &probe;
  }
  return *best;
}

}  // namespace lar::kernels
