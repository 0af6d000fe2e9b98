// The CPU backend: programs compiled to fused ops over a pool of threads.
#pragma once

#include <memory>

#include "backend/backend.h"
#include "base/cpu.h"
#include "base/thread_pool.h"

namespace lar::backend {

struct CpuOptions {
  int threads = 1;
  IsaSet isas;
};

// Lifecycle: outlives the executables that it makes. Concurrency: executables of one backend share
// its threads, so one of them runs at a time.
class CpuBackend final : public Backend {
 public:
  explicit CpuBackend(const CpuOptions& options);

  std::string name() const override;
  Result<MemoryPlan> plan(const program::Program& program,
                          const CompileOptions& options) const override;
  Result<std::unique_ptr<Executable>> compile(const program::Program& program,
                                              const CompileOptions& options) override;

 private:
  CpuOptions options_;
  ThreadPool pool_;
};

}  // namespace lar::backend
