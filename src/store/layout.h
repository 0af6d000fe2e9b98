// Where things lie in a store's directory. Ollama's own layout:
//   blobs/sha256-<hex>                         content
//   manifests/<host>/<namespace>/<model>/<tag> manifests
// and what is only ours, in .lar/ (beside blobs/, or inside it where blobs/ is another mount, so
// that a rename from one to the other is always possible):
//   lock                the lock of lock.h      tmp/       files being written
//   partial/            unfinished downloads    leases/    what running operations rely on
//   verified/           stamps of blobs whose digest was checked
#pragma once

#include <filesystem>

#include "base/result.h"
#include "store/digest.h"
#include "store/model_name.h"

namespace lar::store {

struct Layout {
  std::filesystem::path root;
  std::filesystem::path blobs;
  std::filesystem::path manifests;
  std::filesystem::path own;

  // Only looks; makes nothing.
  static Layout of(const std::filesystem::path& root);

  // Makes the directories that are missing: the root for this user alone, the rest as Ollama does.
  Result<void> prepare() const;

  std::filesystem::path blob(const Digest& digest) const { return blobs / digest.file_name(); }
  std::filesystem::path manifest(const ModelName& name) const {
    return manifests / name.relative_path();
  }
  std::filesystem::path lock() const { return own / "lock"; }
  std::filesystem::path temporary() const { return own / "tmp"; }
  std::filesystem::path partial() const { return own / "partial"; }
  std::filesystem::path leases() const { return own / "leases"; }
  std::filesystem::path verified() const { return own / "verified"; }
};

}  // namespace lar::store
