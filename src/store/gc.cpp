#include "store/gc.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <utility>

#include "store/blob_files.h"
#include "store/partial_blob.h"
#include "store/references.h"

namespace lar::store {
namespace {

constexpr std::chrono::hours kTemporaryAgeMin{1};

bool older_than(int64_t modified_ns, std::chrono::nanoseconds age) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::nanoseconds(modified_ns) + age <= now;
}

// A temporary file whose writer is gone: nobody has it locked.
bool abandoned(const std::filesystem::path& path) {
  const auto fd = open_file(path, O_RDONLY, "temporary file");
  return fd && flock(fd->get(), LOCK_EX | LOCK_NB) == 0;
}

class Collector {
 public:
  Collector(const Store& store, const GcOptions& options)
      : layout_(store.layout()), options_(options) {
    report_.removed = options.remove;
  }

  Result<void> blobs() {
    LAR_TRY(const auto references, all_references(layout_));
    LAR_TRY(const auto leased, leased_digests(layout_));
    LAR_TRY(const auto files, blob_files(layout_));
    report_.bad = references.bad;
    if (!references.complete()) return {};
    if (references.manifests == 0 && !files.empty() && !options_.allow_no_manifests) {
      return fail(Code::kDataCorrupt,
                  "the store has blobs and no manifest: nothing is removed, for a part of it may "
                  "be missing");
    }
    for (const NamedBlobFile& file : files) {
      if (references.digests.contains(file.digest) || leased.contains(file.digest)) continue;
      if (!older_than(file.modified_ns, options_.blob_age_min)) continue;
      LAR_TRY(take(GcItem::Kind::kBlob, file.path, file.disk_bytes));
      if (options_.remove) unlink((layout_.verified() / file.digest.hex()).c_str());
    }
    return {};
  }

  Result<void> partials() {
    if (!options_.partial_age_min) return {};
    LAR_TRY(const auto partials, list_partials(layout_));
    for (const PartialInfo& partial : partials) {
      if (partial.in_use || !older_than(partial.modified_ns, *options_.partial_age_min)) continue;
      if (options_.remove) {
        LAR_TRY(const bool removed, remove_partial(layout_, partial.digest));
        if (!removed) continue;
      }
      add(GcItem::Kind::kPartial, partial.digest.str(), partial.disk_bytes);
    }
    return {};
  }

  Result<void> temporaries() {
    std::error_code error;
    for (std::filesystem::directory_iterator it(layout_.temporary(), error), end;
         !error && it != end; it.increment(error)) {
      struct stat info{};
      if (lstat(it->path().c_str(), &info) != 0 || !S_ISREG(info.st_mode)) continue;
      if (!older_than(modified_ns(info), kTemporaryAgeMin) || !abandoned(it->path())) continue;
      LAR_TRY(
          take(GcItem::Kind::kTemporary, it->path(), static_cast<uint64_t>(info.st_blocks) * 512));
    }
    return {};
  }

  GcReport take_report() && { return std::move(report_); }

 private:
  Result<void> take(GcItem::Kind kind, const std::filesystem::path& path, uint64_t disk_bytes) {
    if (options_.remove) LAR_TRY(remove_file(path, "garbage"));
    add(kind, path.filename().string(), disk_bytes);
    return {};
  }

  void add(GcItem::Kind kind, std::string name, uint64_t disk_bytes) {
    report_.items.push_back({kind, std::move(name), disk_bytes});
    report_.disk_bytes += disk_bytes;
  }

  const Layout& layout_;
  const GcOptions& options_;
  GcReport report_;
};

}  // namespace

Result<GcReport> collect_garbage(const Store& store, const GcOptions& options) {
  LAR_TRY(const auto lock, StoreLock::acquire(store.layout(), LockMode::kExclusive));
  Collector collector(store, options);
  LAR_TRY(collector.blobs());
  LAR_TRY(collector.partials());
  LAR_TRY(collector.temporaries());
  return std::move(collector).take_report();
}

Result<Usage> usage(const Store& store) {
  LAR_TRY(const auto listing, store.list());
  LAR_TRY(const auto files, blob_files(store.layout()));
  LAR_TRY(const auto partials, list_partials(store.layout()));
  std::map<Digest, size_t> users;
  for (const StoredManifest& model : listing.models) {
    std::set<Digest> own;
    for (const Layer& layer : model.manifest.blobs()) own.insert(layer.digest);
    for (const Digest& digest : own) ++users[digest];
  }
  Usage usage;
  for (const StoredManifest& model : listing.models) {
    ModelUsage& row = usage.models.emplace_back(ModelUsage{model.name});
    std::set<Digest> counted;
    for (const Layer& layer : model.manifest.blobs()) {
      if (!counted.insert(layer.digest).second) continue;
      row.bytes += layer.size;
      if (users[layer.digest] == 1) row.unique_bytes += layer.size;
    }
  }
  std::ranges::sort(usage.models, std::greater{},
                    [](const ModelUsage& row) { return std::pair(row.bytes, row.name.str()); });
  for (const NamedBlobFile& file : files) {
    usage.blob_bytes += file.disk_bytes;
    if (!users.contains(file.digest)) usage.unreferenced_bytes += file.disk_bytes;
  }
  for (const PartialInfo& partial : partials) usage.partial_bytes += partial.disk_bytes;
  usage.free_bytes = free_space(store.layout().root).value_or(0);
  return usage;
}

}  // namespace lar::store
