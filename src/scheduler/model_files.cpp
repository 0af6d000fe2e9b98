#include "scheduler/model_files.h"

#include <fcntl.h>

#include <map>
#include <mutex>

#include "gguf/header.h"
#include "scheduler/placement.h"
#include "store/store.h"
#include "store/verified.h"

namespace lar::scheduler {
namespace {

// Opened without a check of the digest: only the header is read, and nothing of it is trusted.
Result<std::shared_ptr<const gguf::File>> open_header(const store::Store& store,
                                                      const ModelRef& model) {
  std::vector<Fd> files;
  std::vector<int> fds;
  for (const store::Digest& digest : model.weights) {
    LAR_TRY(const store::BlobFile blob, store.blob(digest));
    LAR_TRY(Fd file, store::open_regular(blob.path, "blob " + digest.str()));
    fds.push_back(file.get());
    files.push_back(std::move(file));
  }
  return gguf::read_headers(fds, model.name);
}

// Plans of a model by size. The first user of a size that was not foreseen reads the header again.
class Planner {
 public:
  Planner(const store::Store& store, ModelRef model, runtime::LoadOptions options)
      : store_(store), model_(std::move(model)), options_(options) {}

  Result<uint32_t> foresee(uint32_t context) {
    LAR_TRY(const auto file, open_header(store_, model_));
    const uint32_t trained = runtime::describe(*file).context_train;
    const uint32_t most = trained > 0 ? trained : UINT32_MAX;
    context = std::min(context, most);
    const Size single{.context = context, .parallel = 1};
    LAR_TRY(const Bytes one, plan(*file, single));
    const std::lock_guard lock(mutex_);
    known_[{context, 1}] = one;
    for (uint32_t parallel = kParallelMax; parallel > 1; parallel /= 2) {
      const Size size = widened(context, parallel, most);
      LAR_TRY(const Bytes bytes, plan(*file, size));
      known_[{size.context, size.parallel}] = bytes;
    }
    return most;
  }

  Bytes bytes(const Size& size) {
    const std::lock_guard lock(mutex_);
    const auto it = known_.find({size.context, size.parallel});
    if (it != known_.end()) return it->second;
    const auto file = open_header(store_, model_);
    if (!file) return {.total = UINT64_MAX / 4, .private_part = UINT64_MAX / 4};
    const auto planned = plan(**file, size);
    if (!planned) return {.total = UINT64_MAX / 4, .private_part = UINT64_MAX / 4};
    return known_[{size.context, size.parallel}] = *planned;
  }

 private:
  Result<Bytes> plan(const gguf::File& file, const Size& size) const {
    runtime::LoadOptions options = options_;
    options.context = size.context;
    options.parallel = size.parallel;
    LAR_TRY(const backend::MemoryPlan plan, runtime::plan_memory(file, options));
    return Bytes{.total = plan.total_bytes(), .private_part = plan.private_bytes()};
  }

  const store::Store& store_;
  ModelRef model_;
  runtime::LoadOptions options_;
  std::mutex mutex_;
  std::map<std::pair<uint32_t, uint32_t>, Bytes> known_;
};

Result<std::vector<Fd>> open_blobs(const store::Store& store,
                                   const std::vector<store::Digest>& digests,
                                   const std::function<void()>& alive,
                                   const std::stop_token& stop) {
  std::vector<Fd> files;
  for (const store::Digest& digest : digests) {
    LAR_TRY(const store::BlobFile blob, store.blob(digest));
    LAR_TRY(const Fd file, store::open_regular(blob.path, "blob " + digest.str()));
    if (!store::is_verified(store.layout(), digest, file)) {
      LAR_TRY(store::check_blob(
          store.layout(), digest, std::nullopt, [&](uint64_t) { alive(); }, stop));
    }
    LAR_TRY(Fd checked, store.open_blob(digest));
    files.push_back(std::move(checked));
  }
  return files;
}

}  // namespace

Result<Footprint> StoreModelFiles::plan(const ModelRef& model,
                                        const runtime::LoadOptions& options,
                                        uint32_t context) {
  const auto planner = std::make_shared<Planner>(store_, model, options);
  LAR_TRY(const uint32_t context_max, planner->foresee(context));
  return Footprint{.bytes = [planner](const Size& size) { return planner->bytes(size); },
                   .context_max = context_max};
}

Result<OpenFiles> StoreModelFiles::open(const ModelRef& model,
                                        const std::function<void()>& alive,
                                        std::stop_token stop) {
  OpenFiles files;
  LAR_TRY(files.weights, open_blobs(store_, model.weights, alive, stop));
  LAR_TRY(files.projectors, open_blobs(store_, model.projectors, alive, stop));
  LAR_TRY(files.adapters, open_blobs(store_, model.adapters, alive, stop));
  return files;
}

}  // namespace lar::scheduler
