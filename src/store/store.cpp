#include "store/store.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "store/file.h"
#include "store/references.h"
#include "store/sha256.h"
#include "store/temp_file.h"

namespace lar::store {
namespace {

std::unexpected<Error> model_not_found(const ModelName& name) {
  return fail(Code::kNotFound, fmt::format("model \"{}\" not found", name.shortest()));
}

// The entries of a directory that are `wanted` but for case; `wanted` itself first.
std::vector<std::string> spellings(const std::filesystem::path& directory,
                                   const std::string& wanted) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator it(directory, error), end; !error && it != end;
       it.increment(error)) {
    auto name = it->path().filename().string();
    if (equal_ignoring_case(name, wanted)) names.push_back(std::move(name));
  }
  std::ranges::sort(names, {},
                    [&](const std::string& name) { return std::pair(name != wanted, name); });
  return names;
}

using Parts = std::array<std::string, 4>;

// The first spelling of all four parts under which a manifest exists.
bool find_spelling(const std::filesystem::path& directory, size_t depth, Parts& parts) {
  if (depth == parts.size()) return true;
  const std::string wanted = parts[depth];
  for (auto& name : spellings(directory, wanted)) {
    parts[depth] = name;
    if (find_spelling(directory / name, depth + 1, parts)) return true;
  }
  parts[depth] = wanted;
  return false;
}

Parts parts_of(const ModelName& name) {
  return {name.host(), name.name_space(), name.model(), name.tag()};
}

ModelName named(const Parts& parts, const ModelName& fallback) {
  return ModelName::from_parts(parts[0], parts[1], parts[2], parts[3]).value_or(fallback);
}

Result<StoredManifest> read_manifest(const std::filesystem::path& path, const ModelName& name) {
  const std::string what = fmt::format("manifest of \"{}\"", name.shortest());
  LAR_TRY(const auto fd, open_regular(path, what));
  LAR_TRY(const auto info, stat_fd(fd, what));
  LAR_TRY(auto bytes, read_all(fd, kManifestBytesMax, what));
  LAR_TRY(auto manifest, with_context(Manifest::parse(bytes, ManifestSource::kStore), what));
  const Digest digest = sha256(bytes);
  return StoredManifest{name, std::move(bytes), digest, std::move(manifest), modified_ns(info)};
}

// Writes the manifest's file. The caller has a lock.
Result<void> write_manifest(const Layout& layout, const ModelName& name, std::string_view bytes) {
  const std::string what = fmt::format("manifest of \"{}\"", name.shortest());
  LAR_TRY(auto file, TempFile::create(layout, what));
  LAR_TRY(file.append(std::as_bytes(std::span(bytes))));
  const auto relative = std::filesystem::path(name.relative_path());
  LAR_TRY(make_directories(layout.manifests, relative.parent_path(), what));
  return file.commit(layout.manifests / relative);
}

}  // namespace

Result<ModelName> Store::find(const ModelName& name) const {
  std::error_code error;
  if (std::filesystem::exists(layout_.manifest(name), error)) return name;
  Parts parts = parts_of(name);
  if (find_spelling(layout_.manifests, 0, parts)) return named(parts, name);
  return model_not_found(name);
}

ModelName Store::find_or_new(const ModelName& name) const {
  if (auto found = find(name)) return *std::move(found);
  Parts parts = parts_of(name);
  std::filesystem::path directory = layout_.manifests;
  for (std::string& part : parts) {
    const auto names = spellings(directory, part);
    if (names.empty()) break;
    part = names.front();
    directory /= part;
  }
  return named(parts, name);
}

Result<StoredManifest> Store::manifest(const ModelName& name) const {
  LAR_TRY(const auto stored, find(name));
  auto result = read_manifest(layout_.manifest(stored), stored);
  if (!result && result.error().code == Code::kNotFound) return model_not_found(name);
  if (result && name.pin() && *name.pin() != result->digest) {
    return fail(Code::kNotFound, fmt::format("model \"{}\" has digest {}, not {}", name.shortest(),
                                             result->digest.str(), name.pin()->str()));
  }
  return result;
}

Result<Listing> Store::list() const {
  LAR_TRY(auto found, manifest_files(layout_));
  Listing listing;
  listing.bad = std::move(found.bad);
  for (const ManifestFile& file : found.files) {
    if (!file.name) continue;  // not a model's, and not ours to complain about
    auto manifest = read_manifest(file.path, *file.name);
    if (manifest) {
      listing.models.push_back(*std::move(manifest));
    } else {
      listing.bad.push_back({file.relative, std::move(manifest).error()});
    }
  }
  std::ranges::sort(listing.models, {}, [](const StoredManifest& model) {
    return std::pair(-model.modified_ns, model.name.str());
  });
  return listing;
}

Result<std::string> Store::read_blob(const Digest& digest, size_t bytes_max) const {
  const std::string what = "blob " + digest.str();
  LAR_TRY(const auto file, find_blob(layout_, digest));
  LAR_TRY(auto bytes, read_small_file(file.path, bytes_max, what));
  const Digest actual = sha256(bytes);
  if (actual != digest) {
    return fail(Code::kDataCorrupt, what + " is damaged: its content has digest " + actual.str());
  }
  return bytes;
}

Result<Store::Added> Store::add_blob(Lease& lease, std::string_view bytes) const {
  const Digest digest = sha256(bytes);
  LAR_TRY(lease.pin(digest));
  if (read_blob(digest, bytes.size())) return Added{digest, true};
  LAR_TRY(auto writer, blob_writer(bytes.size()));
  LAR_TRY(writer.append(bytes));
  LAR_TRY(writer.commit(digest));
  return Added{digest, false};
}

Result<void> Store::keep_blob(const Digest& digest) const {
  const std::string what = "blob " + digest.str();
  LAR_TRY(const auto lock, StoreLock::acquire(layout_, LockMode::kShared));
  LAR_TRY(const auto file, find_blob(layout_, digest));
  LAR_TRY(const auto fd, open_regular(file.path, what));
  const bool verified = is_verified(layout_, digest, fd);
  if (futimens(fd.get(), nullptr) != 0) return system_error(errno, what);
  if (verified) mark_verified(layout_, digest, fd);
  return {};
}

Result<ModelName> Store::put_manifest(const ModelName& name, std::string_view bytes) const {
  LAR_TRY(const auto manifest, Manifest::parse(bytes, ManifestSource::kStore));
  LAR_TRY(const auto lock, StoreLock::acquire(layout_, LockMode::kShared));
  for (const Layer& layer : manifest.blobs()) {
    const auto blob = find_blob(layout_, layer.digest);
    if (!blob || blob->bytes != layer.size) {
      return fail(Code::kDataCorrupt,
                  fmt::format("manifest of \"{}\": blob {} is {}", name.shortest(),
                              layer.digest.str(), blob ? "not of the size it names" : "missing"));
    }
  }
  auto stored = find_or_new(name);
  LAR_TRY(write_manifest(layout_, stored, bytes));
  return stored;
}

Result<ModelName> Store::copy(const ModelName& from, const ModelName& to) const {
  LAR_TRY(const auto lock, StoreLock::acquire(layout_, LockMode::kShared));
  LAR_TRY(const auto source, manifest(from));
  auto target = find_or_new(to);
  if (target.relative_path() == source.name.relative_path()) return target;
  LAR_TRY(write_manifest(layout_, target, source.bytes));
  return target;
}

Result<RemovedBlobs> Store::remove(const ModelName& name) const {
  LAR_TRY(const auto stored, find(name));
  LAR_TRY(const auto lock, StoreLock::acquire(layout_, LockMode::kExclusive));
  const auto path = layout_.manifest(stored);
  const std::string what = fmt::format("manifest of \"{}\"", stored.shortest());
  const auto bytes = read_small_file(path, kManifestBytesMax, what);
  if (unlink(path.c_str()) != 0) {
    if (errno == ENOENT) return model_not_found(name);
    return system_error(errno, what);
  }
  LAR_TRY(sync_directory(path.parent_path(), what));
  for (auto parent = path.parent_path(); parent != layout_.manifests;
       parent = parent.parent_path()) {
    if (rmdir(parent.c_str()) != 0) break;  // not empty
  }
  return remove_unused_locked(bytes ? digests_in(*bytes) : std::vector<Digest>());
}

Result<RemovedBlobs> Store::remove_unused(const std::vector<Digest>& candidates) const {
  LAR_TRY(const auto lock, StoreLock::acquire(layout_, LockMode::kExclusive));
  return remove_unused_locked(candidates);
}

// A blob that stays although it is not needed is the collector's to find: nothing here is an error.
RemovedBlobs Store::remove_unused_locked(const std::vector<Digest>& candidates) const {
  RemovedBlobs removed;
  const auto references = all_references(layout_);
  const auto leased = leased_digests(layout_);
  if (!references || !leased) {
    removed.bad.push_back({"", !references ? references.error() : leased.error()});
    return removed;
  }
  removed.bad = references->bad;
  if (!references->complete()) return removed;
  for (const Digest& digest : std::set(candidates.begin(), candidates.end())) {
    if (references->digests.contains(digest) || leased->contains(digest)) continue;
    const auto file = find_blob(layout_, digest);
    if (!file || unlink(file->path.c_str()) != 0) continue;
    removed.digests.push_back(digest);
    removed.bytes += file->bytes;
    unlink((layout_.verified() / digest.hex()).c_str());
  }
  return removed;
}

}  // namespace lar::store
