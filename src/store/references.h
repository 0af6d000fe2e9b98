// What the manifests of a store refer to: the one question whose wrong answer loses a blob.
#pragma once

#include <set>
#include <vector>

#include "base/result.h"
#include "store/digest.h"
#include "store/layout.h"
#include "store/store.h"

namespace lar::store {

struct References {
  std::set<Digest> digests;
  std::vector<BadManifest> bad;  // not empty: there may be more references than `digests`
  size_t manifests = 0;

  bool complete() const { return bad.empty(); }
};

// Reads every file below manifests/, also those whose path is no model's name, and takes every
// digest that stands anywhere in them. Errors: where the directory itself cannot be read.
Result<References> all_references(const Layout& layout);

// A file below manifests/.
struct ManifestFile {
  std::filesystem::path path;
  std::string relative;
  std::optional<ModelName> name;  // nullopt: the path is no model's name
};

// All of them, links followed. What cannot be looked into is in `bad`.
struct ManifestFiles {
  std::vector<ManifestFile> files;
  std::vector<BadManifest> bad;
};
Result<ManifestFiles> manifest_files(const Layout& layout);

}  // namespace lar::store
