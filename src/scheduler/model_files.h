// Where the scheduler gets a model's files and memory plan from: the store, or a test.
#pragma once

#include <functional>
#include <stop_token>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "runtime/model.h"
#include "scheduler/service.h"
#include "scheduler/types.h"

namespace lar::store {
class Store;
}

namespace lar::scheduler {

struct OpenFiles {
  std::vector<Fd> weights;
  std::vector<Fd> projectors;
  std::vector<Fd> adapters;
};

// Called from worker threads, several at once; both may take long.
class ModelFiles {
 public:
  virtual ~ModelFiles() = default;

  // The footprint of the model with these options but for the sizes; it knows the sizes that are
  // likely for `context`, others it works out when asked. Errors: what is wrong with the files.
  virtual Result<Footprint> plan(const ModelRef& model,
                                 const runtime::LoadOptions& options,
                                 uint32_t context) = 0;

  // Opens the files, and makes sure that they are what their digests say. `alive` is called now
  // and then while that takes time. Errors: those of store::open_verified.
  virtual Result<OpenFiles> open(const ModelRef& model,
                                 const std::function<void()>& alive,
                                 std::stop_token stop) = 0;
};

// Of a model in the store only the header of its weights is read here, within the limits of gguf.
class StoreModelFiles final : public ModelFiles {
 public:
  explicit StoreModelFiles(const store::Store& store) : store_(store) {}  // borrowed

  Result<Footprint> plan(const ModelRef& model,
                         const runtime::LoadOptions& options,
                         uint32_t context) override;
  Result<OpenFiles> open(const ModelRef& model,
                         const std::function<void()>& alive,
                         std::stop_token stop) override;

 private:
  const store::Store& store_;
};

}  // namespace lar::scheduler
