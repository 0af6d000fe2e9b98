#include "kernels/vec/vec.h"

#include <benchmark/benchmark.h>

#include <string>

#include "kernels/register.h"
#include "kernels/support.h"

namespace lar::kernels {
namespace {

constexpr size_t kCount = 4096;

template <typename F>
void add(const VecKernels& kernels, const char* what, F run) {
  const std::string name = std::string("vec/") + what + "/" + std::string(kernels.name);
  benchmark::RegisterBenchmark(name.c_str(), [&kernels, run](benchmark::State& state) {
    std::vector<float> a = random_row(kCount, 1);
    std::vector<float> b = random_row(kCount, 2);
    std::vector<float> out(kCount);
    for (auto _ : state) {
      run(kernels, a.data(), b.data(), out.data());
      benchmark::DoNotOptimize(out.data());
    }
    state.counters["Gvalues/s"] =
        benchmark::Counter(kCount / 1e9, benchmark::Counter::kIsIterationInvariantRate);
  });
}

}  // namespace

void register_vec(IsaSet isas) {
  using V = VecKernels;
  for (const V& kernels : all_vec_kernels()) {
    if (!isas.has(kernels.isa)) continue;
    add(kernels, "rms_norm", [](const V& v, const float* a, const float* b, float* out) {
      v.rms_norm(a, b, out, kCount, 1e-5F);
    });
    add(kernels, "layer_norm", [](const V& v, const float* a, const float* b, float* out) {
      v.layer_norm(a, b, b, out, kCount, 1e-5F);
    });
    add(kernels, "add",
        [](const V& v, const float* a, const float* b, float* out) { v.add(a, b, out, kCount); });
    add(kernels, "axpy", [](const V& v, const float* a, const float*, float* out) {
      v.axpy(a, 1e-3F, out, kCount);
    });
    add(kernels, "swiglu", [](const V& v, const float* a, const float* b, float* out) {
      v.swiglu(a, b, out, kCount);
    });
    add(kernels, "geglu",
        [](const V& v, const float* a, const float* b, float* out) { v.geglu(a, b, out, kCount); });
    add(kernels, "gelu",
        [](const V& v, const float* a, const float*, float* out) { v.gelu(a, out, kCount); });
    add(kernels, "rope_halves", [](const V& v, const float*, const float* b, float* out) {
      for (size_t i = 0; i < kCount; i += 128) v.rope_halves(out + i, b + i, 64);
    });
    add(kernels, "rope_interleaved", [](const V& v, const float*, const float* b, float* out) {
      for (size_t i = 0; i < kCount; i += 128) v.rope_interleaved(out + i, b + i, 64);
    });
    add(kernels, "softmax",
        [](const V& v, const float*, const float*, float* out) { v.softmax(out, kCount); });
  }
}

}  // namespace lar::kernels
