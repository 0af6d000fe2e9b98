// The models on this machine: a directory in Ollama's layout, shared with any other process that
// uses it, Ollama included. A write is a temporary file that is synced, checked, renamed and made
// durable by a sync of its directory, so a name means the whole old or the whole new thing at
// every moment. Reading takes no lock and needs no right to write.
//
// Concurrency: every method may be called from any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/blob_writer.h"
#include "store/digest.h"
#include "store/layout.h"
#include "store/lock.h"
#include "store/manifest.h"
#include "store/model_name.h"
#include "store/verified.h"

namespace lar::store {

// A manifest as it stands in the store.
struct StoredManifest {
  ModelName name;
  std::string bytes;
  Digest digest;  // of the bytes: the model's id
  Manifest manifest;
  int64_t modified_ns = 0;  // since 1970

  uint64_t size() const { return manifest.size(); }
};

// A file below manifests/ that is no manifest; the path is relative to there.
struct BadManifest {
  std::string path;
  Error error;
};

struct Listing {
  std::vector<StoredManifest> models;  // newest first
  std::vector<BadManifest> bad;
};

struct RemovedBlobs {
  std::vector<Digest> digests;
  uint64_t bytes = 0;
  std::vector<BadManifest> bad;  // not empty: blobs were kept, for these may refer to them
};

class Store {
 public:
  // Only remembers where it is; directories are made by the first write.
  explicit Store(const std::filesystem::path& root) : layout_(Layout::of(root)) {}

  const Layout& layout() const { return layout_; }

  // The name under which a model is stored: as asked for, else one that differs in the case of
  // letters only. Error: not_found, `model "x" not found`.
  Result<ModelName> find(const ModelName& name) const;

  // Like find; a name that is new takes the spelling of the directories that exist.
  ModelName find_or_new(const ModelName& name) const;

  // A pin (@sha256:...) must be the digest of the manifest. Errors: not_found, data_corrupt.
  Result<StoredManifest> manifest(const ModelName& name) const;
  Result<Listing> list() const;

  // Errors: not_found, `blob sha256:... is missing`.
  Result<BlobFile> blob(const Digest& digest) const { return find_blob(layout_, digest); }

  // A small blob whole, checked against its digest. Errors: not_found, data_corrupt,
  // resource_exhausted (longer than bytes_max).
  Result<std::string> read_blob(const Digest& digest, size_t bytes_max) const;

  // Opens a blob for a runner; its content is what the digest says (verified.h).
  Result<Fd> open_blob(const Digest& digest) const { return open_verified(layout_, digest); }

  // What an operation that will write a manifest holds from its first blob to its end.
  Result<Lease> lease() const { return Lease::create(layout_); }

  Result<BlobWriter> blob_writer(std::optional<uint64_t> expected_bytes) const {
    return BlobWriter::create(layout_, expected_bytes);
  }

  // Stores a small blob; `existed` tells whether it was there before.
  struct Added {
    Digest digest;
    bool existed = false;
  };
  Result<Added> add_blob(Lease& lease, std::string_view bytes) const;

  // For a blob that a client will refer to in a later request: the collector's grace begins anew.
  // Errors: not_found.
  Result<void> keep_blob(const Digest& digest) const;

  // Writes a manifest under find_or_new(name). Every blob it names must be there with its size.
  // Errors: data_corrupt (which blob), and those of Manifest::parse.
  Result<ModelName> put_manifest(const ModelName& name, std::string_view bytes) const;

  // Errors: not_found.
  Result<ModelName> copy(const ModelName& from, const ModelName& to) const;

  // Removes the name, then what remove_unused says. Errors: not_found.
  Result<RemovedBlobs> remove(const ModelName& name) const;

  // Removes those of `candidates` that no manifest and no lease refers to. Nothing is removed if
  // any manifest cannot be read.
  Result<RemovedBlobs> remove_unused(const std::vector<Digest>& candidates) const;

 private:
  RemovedBlobs remove_unused_locked(const std::vector<Digest>& candidates) const;

  Layout layout_;
};

}  // namespace lar::store
