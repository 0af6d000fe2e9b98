#include "store/verify.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "store/blob_files.h"

namespace lar::store {
namespace {

struct Job {
  Digest digest;
  std::optional<uint64_t> expected_bytes;
  std::vector<ModelName> models;
  uint64_t bytes = 0;  // as found
};

Result<std::vector<Job>> make_jobs(const Store& store, const Listing& listing) {
  std::map<Digest, Job> jobs;
  for (const StoredManifest& model : listing.models) {
    for (const Layer& layer : model.manifest.blobs()) {
      Job& job = jobs.try_emplace(layer.digest, Job{layer.digest, layer.size, {}}).first->second;
      if (job.models.empty() || job.models.back().str() != model.name.str()) {
        job.models.push_back(model.name);
      }
    }
  }
  LAR_TRY(const auto files, blob_files(store.layout()));
  for (const NamedBlobFile& file : files) {
    auto& job = jobs.try_emplace(file.digest, Job{file.digest, std::nullopt, {}}).first->second;
    job.bytes = file.bytes;
  }
  std::vector<Job> list;
  for (auto& [digest, job] : jobs) list.push_back(std::move(job));
  // The largest first, so that no thread is left with one at the end.
  std::ranges::sort(list, std::greater{},
                    [](const Job& job) { return std::pair(job.bytes, job.digest); });
  return list;
}

Damage damage_of(const Error& error, const Job& job) {
  if (error.code == Code::kNotFound) return Damage::kMissing;
  if (error.code != Code::kDataCorrupt) return Damage::kUnreadable;
  return job.expected_bytes && *job.expected_bytes != job.bytes ? Damage::kSize : Damage::kContent;
}

}  // namespace

std::string_view damage_name(Damage damage) {
  switch (damage) {
    case Damage::kMissing: return "missing";
    case Damage::kSize: return "size";
    case Damage::kContent: return "content";
    case Damage::kUnreadable: return "unreadable";
  }
  return "";
}

Result<VerifyReport> verify(const Store& store, const VerifyOptions& options) {
  LAR_TRY(auto listing, store.list());
  LAR_TRY(const auto jobs, make_jobs(store, listing));
  VerifyReport report;
  report.bad_manifests = std::move(listing.bad);
  report.blobs = jobs.size();
  uint64_t total = 0;
  for (const Job& job : jobs) total += job.bytes;

  std::mutex mutex;  // guards report.damaged
  std::atomic<size_t> next{0};
  std::atomic<uint64_t> done{0};
  const auto work = [&] {
    for (size_t i = next++; i < jobs.size() && !options.stop.stop_requested(); i = next++) {
      const Job& job = jobs[i];
      const auto result = check_blob(
          store.layout(), job.digest, job.expected_bytes,
          [&](uint64_t bytes) {
            const uint64_t now = done += bytes;
            if (options.progress) options.progress(now, total);
          },
          options.stop);
      if (result || result.error().code == Code::kCancelled) continue;
      const std::scoped_lock lock(mutex);
      report.damaged.push_back(
          {job.digest, damage_of(result.error(), job), result.error().message, job.models});
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 1; i < options.threads; ++i) threads.emplace_back(work);
    work();
  }
  if (options.stop.stop_requested()) return fail(Code::kCancelled, "verify was cancelled");
  std::ranges::sort(report.damaged, {}, &DamagedBlob::digest);
  report.bytes = done;
  return report;
}

}  // namespace lar::store
