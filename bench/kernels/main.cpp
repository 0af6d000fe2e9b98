// Speed of every kernel on one thread: GB/s of weights or cache read, GOP/s of arithmetic.
//   kernels_bench --benchmark_filter=gemm/.*q4_k.* --benchmark_repetitions=5
#include <benchmark/benchmark.h>

#include "kernels/register.h"

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  const lar::IsaSet isas = lar::detect_isa();
  benchmark::AddCustomContext("cpu", lar::cpu_model());
  lar::kernels::register_matmul(isas);
  lar::kernels::register_attention(isas);
  lar::kernels::register_vec(isas);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
