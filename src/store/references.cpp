#include "store/references.h"

#include <algorithm>
#include <array>
#include <system_error>

#include "store/file.h"

namespace lar::store {
namespace {

constexpr size_t kDepthMax = 8;  // host/namespace/model/tag is four
constexpr size_t kFilesMax = 1'000'000;

std::optional<ModelName> name_of(const std::filesystem::path& relative) {
  std::vector<std::string> parts;
  for (const auto& part : relative) parts.push_back(part.string());
  if (parts.size() != 4) return std::nullopt;
  return ModelName::from_parts(parts[0], parts[1], parts[2], parts[3]);
}

class Walk {
 public:
  explicit Walk(const Layout& layout) : root_(layout.manifests) {}

  void visit(const std::filesystem::path& directory, size_t depth) {
    const std::string relative = directory.lexically_relative(root_).string();
    if (depth > kDepthMax || result_.files.size() > kFilesMax) {
      result_.bad.push_back({relative, Error{Code::kResourceExhausted, "too many directories"}});
      return;
    }
    std::error_code error;
    std::vector<std::filesystem::path> entries;
    for (std::filesystem::directory_iterator it(directory, error), end; !error && it != end;
         it.increment(error)) {
      entries.push_back(it->path());
    }
    if (error) result_.bad.push_back({relative, system_error(error.value(), "manifests").error()});
    std::ranges::sort(entries);
    for (const auto& path : entries) visit_entry(path, depth);
  }

  ManifestFiles take() && { return std::move(result_); }

 private:
  void visit_entry(const std::filesystem::path& path, size_t depth) {
    std::error_code error;
    const bool directory = std::filesystem::is_directory(path, error);
    const auto relative = path.lexically_relative(root_);
    if (directory) {
      visit(path, depth + 1);
    } else {
      result_.files.push_back({path, relative.string(), name_of(relative)});
    }
  }

  std::filesystem::path root_;
  ManifestFiles result_;
};

}  // namespace

Result<ManifestFiles> manifest_files(const Layout& layout) {
  struct stat info{};
  if (stat(layout.manifests.c_str(), &info) != 0) {
    if (errno == ENOENT) return ManifestFiles{};
    return system_error(errno, "manifests");
  }
  Walk walk(layout);
  walk.visit(layout.manifests, 0);
  return std::move(walk).take();
}

Result<References> all_references(const Layout& layout) {
  LAR_TRY(auto found, manifest_files(layout));
  References references;
  references.bad = std::move(found.bad);
  for (const ManifestFile& file : found.files) {
    const auto bytes = read_small_file(file.path, kManifestBytesMax, "manifest");
    if (!bytes && bytes.error().code == Code::kNotFound &&
        !std::filesystem::is_symlink(file.path)) {
      continue;  // removed just now
    }
    if (!bytes) {
      references.bad.push_back({file.relative, bytes.error()});
      continue;
    }
    for (const Digest& digest : digests_in(*bytes)) references.digests.insert(digest);
    if (!file.name) continue;
    ++references.manifests;
    if (const auto manifest = Manifest::parse(*bytes, ManifestSource::kStore); !manifest) {
      references.bad.push_back({file.relative, manifest.error()});
    }
  }
  return references;
}

}  // namespace lar::store
