#include "server/create/gguf_import.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "gguf/header.h"
#include "gguf/split.h"
#include "gguf/writer.h"

namespace lar::server {
namespace {

struct NamedBlob {
  std::string name;
  store::Digest digest;
};

// A digest that is no digest, and a blob that was never uploaded, are 500 in Ollama.
Result<store::Digest> parse_digest(const std::string& text) {
  auto digest = store::Digest::parse(text);
  if (!digest) return fail(Code::kInternal, "invalid digest format");
  return digest;
}

Result<Fd> open_pinned(const store::Store& store,
                       store::Lease& lease,
                       const store::Digest& digest) {
  LAR_TRY(lease.pin(digest));
  auto fd = store.open_blob(digest);
  if (!fd && fd.error().code == Code::kNotFound) {
    return fail(Code::kDataCorrupt, "blob " + digest.str() + " is missing: upload it first");
  }
  return fd;
}

bool begins_like_gguf(const Fd& fd) {
  std::array<std::byte, 4> magic{};
  const auto count = store::read_at(fd, 0, magic, "blob");
  constexpr std::string_view kMagic = "GGUF";
  return count && *count == magic.size() &&
         std::ranges::equal(magic, std::as_bytes(std::span(kMagic)));
}

// Of one file or of all parts. Nothing is mapped: a file that is cut off in the meantime does no
// harm.
Result<std::shared_ptr<const gguf::File>> read_headers(std::span<const int> fds,
                                                       const std::string& name) {
  auto file = gguf::read_headers(fds, name);
  // Whatever is wrong inside the file is wrong with what the client sent.
  if (!file) return fail(Code::kInvalidArgument, file.error().message);
  return file;
}

Result<Fd> open_gguf(const store::Store& store, store::Lease& lease, const store::Digest& digest) {
  LAR_TRY(auto fd, open_pinned(store, lease, digest));
  if (begins_like_gguf(fd)) return fd;
  return fail(Code::kInvalidArgument, "supplied file was not in GGUF format");
}

store::LayerKind kind_of(const gguf::File& file) {
  const auto* architecture = file.find("general.architecture");
  const auto* type = file.find("general.type");
  const auto text = [](const gguf::Value* value) {
    return value == nullptr ? std::string_view{} : value->as_string().value_or("");
  };
  if (text(type) == "adapter") return store::LayerKind::kAdapter;
  if (text(architecture) == "clip" || text(type) == "mmproj") return store::LayerKind::kProjector;
  return store::LayerKind::kModel;
}

store::Layer layer_of(store::LayerKind kind, const store::Digest& digest, uint64_t bytes) {
  return {std::string(store::media_type(kind)), digest, bytes, {}, {}};
}

Result<ImportedFile> import_one(const store::Store& store,
                                store::Lease& lease,
                                const NamedBlob& blob,
                                std::optional<store::LayerKind> kind) {
  LAR_TRY(const auto fd, open_gguf(store, lease, blob.digest));
  const int number = fd.get();
  LAR_TRY(auto file, read_headers(std::span(&number, 1), blob.name));
  LAR_TRY(const auto info, store::stat_fd(fd, "blob"));
  const auto bytes = store::file_bytes(info);
  return ImportedFile{layer_of(kind.value_or(kind_of(*file)), blob.digest, bytes), std::move(file)};
}

class BlobSink final : public gguf::ByteSink {
 public:
  explicit BlobSink(store::BlobWriter& blob) : blob_(blob) {}
  Result<void> write(std::span<const std::byte> bytes) override { return blob_.append(bytes); }

 private:
  store::BlobWriter& blob_;
};

// The parts of one split model, as one file.
Result<ImportedFile> import_split(const store::Store& store,
                                  store::Lease& lease,
                                  const std::string& name,
                                  const std::map<uint32_t, NamedBlob>& parts,
                                  uint32_t count) {
  std::vector<Fd> open;
  std::vector<int> fds;
  uint64_t bytes = 0;
  for (uint32_t number = 1; number <= count; ++number) {
    const auto part = parts.find(number);
    if (part == parts.end()) {
      return fail(Code::kInvalidArgument,
                  fmt::format("part {} of {} of the split model is missing", number, count));
    }
    LAR_TRY(auto fd, open_gguf(store, lease, part->second.digest));
    LAR_TRY(const auto info, store::stat_fd(fd, "blob"));
    bytes += store::file_bytes(info);
    fds.push_back(fd.get());
    open.push_back(std::move(fd));
  }
  LAR_TRY(const auto headers, read_headers(fds, name));
  LAR_TRY(auto blob, store.blob_writer(bytes));
  BlobSink sink(blob);
  LAR_TRY(gguf::write_joined(*headers, fds, sink));
  LAR_TRY(const auto digest, blob.commit(std::nullopt));
  return import_one(store, lease, {name, digest}, std::nullopt);
}

Result<std::vector<ImportedFile>> import(const store::Store& store,
                                         store::Lease& lease,
                                         const std::map<std::string, std::string>& files,
                                         std::optional<store::LayerKind> kind) {
  struct SplitModel {
    uint32_t count = 0;
    std::map<uint32_t, NamedBlob> parts;
  };
  std::map<std::string, SplitModel> splits;
  std::vector<ImportedFile> imported;
  for (const auto& [name, text] : files) {
    if (name.ends_with(".safetensors")) {
      return fail(Code::kUnsupported, "safetensors files are not supported yet: convert to GGUF");
    }
    LAR_TRY(const auto digest, parse_digest(text));
    const auto split = gguf::parse_split_name(name);
    if (split && split->count > 1 && !kind) {
      SplitModel& model = splits[split->prefix];
      if (split->count > gguf::Limits::kMaxParts) {
        return fail(Code::kInvalidArgument, "a split model of too many parts");
      }
      model.count = std::max(model.count, split->count);
      model.parts.emplace(split->number, NamedBlob{name, digest});
      continue;
    }
    LAR_TRY(auto file, import_one(store, lease, {name, digest}, kind));
    imported.push_back(std::move(file));
  }
  for (const auto& [prefix, model] : splits) {
    LAR_TRY(auto file, import_split(store, lease, prefix + ".gguf", model.parts, model.count));
    imported.push_back(std::move(file));
  }
  return imported;
}

}  // namespace

Result<std::vector<ImportedFile>> import_files(const store::Store& store,
                                               store::Lease& lease,
                                               const std::map<std::string, std::string>& files) {
  return import(store, lease, files, std::nullopt);
}

Result<std::vector<ImportedFile>> import_as(const store::Store& store,
                                            store::Lease& lease,
                                            const std::map<std::string, std::string>& files,
                                            store::LayerKind kind) {
  return import(store, lease, files, kind);
}

std::string_view file_type_name(const gguf::File& file) {
  // By number, as the format's description lists them; gaps were given up.
  constexpr std::string_view kNames[] = {
      "F32",    "F16",    "Q4_0",  "Q4_1",    "",       "",       "",       "Q8_0",
      "Q5_0",   "Q5_1",   "Q2_K",  "Q3_K_S",  "Q3_K_M", "Q3_K_L", "Q4_K_S", "Q4_K_M",
      "Q5_K_S", "Q5_K_M", "Q6_K",  "IQ2_XXS", "IQ2_XS", "Q2_K_S", "IQ3_XS", "IQ3_XXS",
      "IQ1_S",  "IQ4_NL", "IQ3_S", "IQ3_M",   "IQ2_S",  "IQ2_M",  "IQ4_XS", "IQ1_M",
      "BF16",   "",       "",      "",        "TQ1_0",  "TQ2_0",  "MXFP4"};
  const auto* value = file.find("general.file_type");
  const auto number = value == nullptr ? std::nullopt : value->as_uint();
  if (!number || *number >= std::size(kNames) || kNames[*number].empty()) return "unknown";
  return kNames[*number];
}

}  // namespace lar::server
