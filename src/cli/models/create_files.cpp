#include "cli/models/create_files.h"

#include <algorithm>

#include "gguf/split.h"
#include "store/file.h"
#include "store/sha256.h"

namespace lar::cli {
namespace fs = std::filesystem;
namespace {

constexpr uint32_t kPartsMax = 1024;
constexpr size_t kReadBytes = size_t{1} << 20U;

fs::path resolve(const std::string& value, const fs::path& directory, const fs::path& home) {
  if (value == "~") return home;
  if (value.starts_with("~/")) return home / value.substr(2);
  const fs::path path(value);
  return path.is_absolute() ? path : directory / path;
}

std::vector<fs::path> with_all_parts(const fs::path& file) {
  const auto split = gguf::parse_split_name(file.string());
  if (!split || split->number != 1 || split->count > kPartsMax) return {file};
  std::vector<fs::path> files;
  for (uint32_t part = 1; part <= split->count; ++part) {
    files.emplace_back(gguf::split_path(*split, part));
  }
  return files;
}

bool leads_out_of(const fs::path& directory, const fs::path& file) {
  std::error_code error;
  const fs::path real = fs::canonical(file, error);
  const fs::path root = fs::canonical(directory, error);
  const auto [end, _] = std::mismatch(root.begin(), root.end(), real.begin(), real.end());
  return error || end != root.end();
}

Result<std::vector<fs::path>> files_of_directory(const fs::path& directory) {
  std::error_code error;
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (entry.is_regular_file()) all.push_back(entry.path());
  }
  std::ranges::sort(all);
  const auto with_extension = [&](std::string_view extension) {
    std::vector<fs::path> found;
    for (const fs::path& file : all) {
      if (file.extension() == extension) found.push_back(file);
    }
    return found;
  };
  std::vector<fs::path> files = with_extension(".safetensors");
  if (!files.empty()) {
    for (const fs::path& file : with_extension(".json")) files.push_back(file);
    for (const char* name : {"tokenizer.model", "chat_template.jinja"}) {
      if (fs::exists(directory / name)) files.push_back(directory / name);
    }
  } else {
    files = with_extension(".gguf");
  }
  if (files.empty()) return fail(Code::kNotFound, "no Modelfile or safetensors files found");
  for (const fs::path& file : files) {
    if (leads_out_of(directory, file)) {
      return fail(Code::kInvalidArgument, file.string() + ": leads out of its directory");
    }
  }
  return files;
}

}  // namespace

Result<std::vector<fs::path>> model_files(const std::string& value,
                                          const fs::path& directory,
                                          const fs::path& home) {
  const fs::path path = resolve(value, directory, home);
  std::error_code error;
  if (fs::is_directory(path, error)) return files_of_directory(path);
  if (fs::is_regular_file(path, error)) return with_all_parts(path);
  if (fs::exists(path, error)) {
    return fail(Code::kInvalidArgument, path.string() + ": is no regular file");
  }
  return std::vector<fs::path>{};
}

std::map<fs::path, std::string> request_names(const std::vector<fs::path>& files) {
  if (files.empty()) return {};
  fs::path root = fs::absolute(files[0]).lexically_normal().parent_path();
  for (const fs::path& file : files) {
    const fs::path normal = fs::absolute(file).lexically_normal();
    while (std::mismatch(root.begin(), root.end(), normal.begin(), normal.end()).first !=
           root.end()) {
      root = root.parent_path();
    }
  }
  std::map<fs::path, std::string> names;
  for (const fs::path& file : files) {
    names[file] = fs::absolute(file).lexically_normal().lexically_relative(root).generic_string();
  }
  return names;
}

Result<std::string> file_digest(const fs::path& file) {
  LAR_TRY(const store::Fd fd, store::open_regular(file, file.string()));
  std::vector<std::byte> buffer(kReadBytes);
  store::Sha256 hash;
  for (uint64_t offset = 0;;) {
    LAR_TRY(const size_t count, store::read_at(fd, offset, buffer, file.string()));
    if (count == 0) break;
    hash.update(std::span(buffer).first(count));
    offset += count;
  }
  return hash.finish().str();
}

}  // namespace lar::cli
