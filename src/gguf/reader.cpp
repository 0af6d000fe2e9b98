#include "gguf/reader.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <new>
#include <utility>

#include "base/check.h"
#include "gguf/header.h"
#include "gguf/header_copy.h"
#include "gguf/name_index.h"
#include "gguf/parser.h"
#include "gguf/quote.h"
#include "gguf/split.h"

namespace lar::gguf {

struct File::Impl {
  std::string name;
  std::vector<MappedFile> mappings;  // these and the copies keep the bytes of all views
  std::vector<HeaderCopy> copies;
  uint32_t version = 0;
  uint32_t alignment = 0;
  uint64_t file_bytes = 0;
  std::vector<std::span<const std::byte>> parts;
  std::vector<KeyValue> metadata;  // of the first part
  std::vector<TensorView> tensors;
  NameIndex keys;
  NameIndex tensor_names;

  // Lets std::make_shared reach the private constructor.
  struct Opened : File {
    explicit Opened(std::unique_ptr<Impl> impl) : File(std::move(impl)) {}
  };
};

namespace {

using Bytes = std::span<const std::byte>;

struct ParsedPart {
  Part part;
  SplitInfo split;
};

Result<ParsedPart> parse_named(Bytes bytes, const std::string& name) {
  auto part = parse_part(bytes);
  if (!part) return std::unexpected(std::move(part).error().with_context(name));
  auto split = read_split_info(*part);
  if (!split) return std::unexpected(std::move(split).error().with_context(name));
  return ParsedPart{std::move(*part), *split};
}

bool begins_like_gguf(Bytes bytes) {
  constexpr std::string_view kMagic = "GGUF";
  return bytes.size() >= kMagic.size() &&
         std::ranges::equal(bytes.first(kMagic.size()), std::as_bytes(std::span(kMagic)));
}

std::string count_of(uint64_t count, std::string_view thing) {
  return std::to_string(count) + " " + std::string(thing) + (count == 1 ? "" : "s");
}

// Part `index` of the files that begin with `first` says that it is just that.
Result<void> check_part(const SplitInfo& part,
                        const SplitInfo& first,
                        size_t index,
                        const std::string& name) {
  if (part.count == first.count && part.index == index) return {};
  return fail(Code::kDataCorrupt, name + ": is part " + std::to_string(part.index + 1) + " of " +
                                      std::to_string(part.count) + ", not part " +
                                      std::to_string(index + 1) + " of " +
                                      std::to_string(first.count));
}

// Where to find the first part, for somebody who named another.
std::unexpected<Error> not_the_first(const std::string& path, const SplitInfo& split) {
  std::string message = path + ": is part " + std::to_string(split.index + 1) + " of " +
                        std::to_string(split.count) + "; open the first part instead";
  if (const auto name = parse_split_name(path)) message += ": " + split_path(*name, 1);
  return fail(Code::kInvalidArgument, std::move(message));
}

// Our containers are all that can throw here. The message must not need memory itself: it fits in
// the string object.
template <class Make>
auto without_exceptions(Make make) -> decltype(make()) {
  try {
    return make();
  } catch (const std::bad_alloc&) {
    return fail(Code::kResourceExhausted, "out of memory");
  }
}

}  // namespace

// Joins the parts into an open file.
class Assembly {
 public:
  explicit Assembly(std::string name) : impl_(std::make_unique<File::Impl>()) {
    impl_->name = std::move(name);
  }

  Result<void> add(MappedFile mapping, const std::string& name) {
    const Bytes bytes = mapping.bytes();
    impl_->mappings.push_back(std::move(mapping));
    return add(bytes, name);
  }

  Result<void> add(HeaderCopy copy, const std::string& name) {
    while (!copy.is_complete() && begins_like_gguf(copy.bytes())) {
      const auto part = parse_part(copy.bytes());
      if (part && part->header_bytes <= copy.copied()) break;
      LAR_TRY(copy.copy_more());
    }
    const Bytes bytes = copy.bytes();
    impl_->copies.push_back(std::move(copy));
    return add(bytes, name);
  }

  Result<void> add(Bytes bytes, const std::string& name) {
    LAR_TRY(auto parsed, parse_named(bytes, name));
    if (parts_ == 0) {
      split_ = parsed.split;
      if (split_.index != 0) return not_the_first(name, split_);
      impl_->version = parsed.part.version;
      impl_->alignment = parsed.part.alignment;
      impl_->metadata = std::move(parsed.part.metadata);
      impl_->tensors = std::move(parsed.part.tensors);
    } else {
      LAR_TRY(check_part(parsed.split, split_, parts_, name));
      for (TensorView& tensor : parsed.part.tensors) impl_->tensors.push_back(std::move(tensor));
    }
    impl_->file_bytes += bytes.size();
    impl_->parts.push_back(bytes);
    ++parts_;
    return {};
  }

  const SplitInfo& split() const { return split_; }

  Result<std::shared_ptr<const File>> finish() {
    File::Impl& impl = *impl_;
    if (parts_ != split_.count) {
      return fail(Code::kInvalidArgument, impl.name + ": is split in " +
                                              count_of(split_.count, "part") +
                                              "; files given: " + std::to_string(parts_));
    }
    if (impl.tensors.size() > Limits::kMaxTensors) {
      return fail(Code::kDataCorrupt,
                  impl.name + ": its parts have " + count_of(impl.tensors.size(), "tensor") +
                      ", more than the limit of " + std::to_string(Limits::kMaxTensors));
    }
    if (split_.tensors != 0 && split_.tensors != impl.tensors.size()) {
      return fail(Code::kDataCorrupt,
                  impl.name + ": its parts have " + count_of(impl.tensors.size(), "tensor") +
                      ", but split.tensors.count says " + std::to_string(split_.tensors));
    }
    impl.keys = NameIndex(impl.metadata.size(), [&](size_t i) { return impl.metadata[i].key; });
    impl.tensor_names = NameIndex(impl.tensors.size(),
                                  [&](size_t i) { return std::string_view(impl.tensors[i].name); });
    if (const auto twice = impl.tensor_names.duplicate()) {
      return fail(Code::kDataCorrupt,
                  impl.name + ": tensor " + quote(*twice) + " stands in two parts");
    }
    return std::make_shared<const File::Impl::Opened>(std::move(impl_));
  }

 private:
  std::unique_ptr<File::Impl> impl_;
  SplitInfo split_;
  uint32_t parts_ = 0;
};

namespace {

Result<std::shared_ptr<const File>> open_parts(const std::string& path) {
  Assembly assembly(path);
  LAR_TRY(auto first, MappedFile::open(path));
  LAR_TRY(assembly.add(std::move(first), path));
  const uint32_t count = assembly.split().count;
  if (count > 1) {
    const auto name = parse_split_name(path);
    if (!name || name->count != count || name->number != 1) {
      return fail(Code::kInvalidArgument,
                  path + ": is part 1 of " + std::to_string(count) +
                      ", but its name does not end in -00001-of-" +
                      split_path({"", 1, count}, 1).substr(std::string_view("-00001-of-").size()));
    }
    for (uint32_t number = 2; number <= count; ++number) {
      const std::string part = split_path(*name, number);
      LAR_TRY(auto mapping, MappedFile::open(part));
      LAR_TRY(assembly.add(std::move(mapping), part));
    }
  }
  return assembly.finish();
}

}  // namespace

Result<std::shared_ptr<const File>> File::open(const std::string& path) {
  return without_exceptions([&] { return open_parts(path); });
}

namespace {

// `open` makes of a descriptor and a name what an Assembly takes.
template <class Open>
Result<std::shared_ptr<const File>> join_fds(std::span<const int> fds,
                                             const std::string& name,
                                             Open open) {
  return without_exceptions([&]() -> Result<std::shared_ptr<const File>> {
    if (fds.empty()) return fail(Code::kInvalidArgument, name + ": no file is given");
    Assembly assembly(name);
    for (size_t i = 0; i < fds.size(); ++i) {
      const std::string part =
          fds.size() == 1 ? name : name + " (part " + std::to_string(i + 1) + ")";
      LAR_TRY(auto opened, open(fds[i], part));
      LAR_TRY(assembly.add(std::move(opened), part));
    }
    return assembly.finish();
  });
}

}  // namespace

Result<std::shared_ptr<const File>> File::open_fds(std::span<const int> fds, std::string name) {
  return join_fds(fds, name, MappedFile::map_fd);
}

Result<std::shared_ptr<const File>> read_headers(std::span<const int> fds, std::string name) {
  return join_fds(fds, name, HeaderCopy::of);
}

Result<std::shared_ptr<const File>> File::parse(std::span<const std::byte> bytes,
                                                std::string name) {
  return without_exceptions([&]() -> Result<std::shared_ptr<const File>> {
    Assembly assembly(name);
    LAR_TRY(assembly.add(bytes, name));
    return assembly.finish();
  });
}

File::File(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
File::~File() = default;

const std::string& File::name() const {
  return impl_->name;
}
uint32_t File::version() const {
  return impl_->version;
}
uint32_t File::alignment() const {
  return impl_->alignment;
}
bool File::has_data() const {
  return impl_->copies.empty();
}

uint64_t File::file_bytes() const {
  return impl_->file_bytes;
}
std::span<const KeyValue> File::metadata() const {
  return impl_->metadata;
}
File::Place File::place_of(const TensorView& tensor) const {
  const std::byte* const begin = tensor.bytes.data();
  for (size_t i = 0; i < impl_->parts.size(); ++i) {
    const std::span<const std::byte> part = impl_->parts[i];
    const bool after = std::greater_equal<>{}(begin, part.data());
    if (after && std::less_equal<>{}(begin, part.data() + part.size())) {
      return {i, static_cast<uint64_t>(begin - part.data())};
    }
  }
  LAR_CHECK(false);  // not a tensor of this file
}

std::span<const TensorView> File::tensors() const {
  return impl_->tensors;
}

const Value* File::find(std::string_view key) const {
  const auto found = impl_->keys.find(key);
  return found ? &impl_->metadata[*found].value : nullptr;
}

const TensorView* File::find_tensor(std::string_view name) const {
  const auto found = impl_->tensor_names.find(name);
  return found ? &impl_->tensors[*found] : nullptr;
}

namespace {

// The value of `key` as `as` reads it: nullopt where the key is absent, an Error where `as` gives
// nothing.
template <class T>
Result<std::optional<T>> typed(const File& file,
                               std::string_view key,
                               std::optional<T> (Value::*as)() const,
                               std::string_view wanted) {
  const Value* value = file.find(key);
  if (value == nullptr) return std::nullopt;
  if (auto found = (value->*as)()) return found;
  return fail(Code::kDataCorrupt, "key " + quote(key) + ": expected " + std::string(wanted) +
                                      ", found " + std::string(value_type_name(value->type)));
}

template <class T>
Result<T> required(Result<std::optional<T>> value, std::string_view key) {
  if (!value) return std::unexpected(std::move(value).error());
  if (!*value) return fail(Code::kDataCorrupt, "key " + quote(key) + " is missing");
  return std::move(**value);
}

}  // namespace

Result<uint64_t> File::require_uint(std::string_view key) const {
  return required(optional_uint(key), key);
}

Result<std::string_view> File::require_string(std::string_view key) const {
  return required(optional_string(key), key);
}

Result<std::optional<uint64_t>> File::optional_uint(std::string_view key) const {
  return typed(*this, key, &Value::as_uint, "a whole number from 0");
}

Result<std::optional<double>> File::optional_float(std::string_view key) const {
  return typed(*this, key, &Value::as_float, "a number");
}

Result<std::optional<bool>> File::optional_bool(std::string_view key) const {
  return typed(*this, key, &Value::as_bool, "a bool");
}

Result<std::optional<std::string_view>> File::optional_string(std::string_view key) const {
  return typed(*this, key, &Value::as_string, "a string");
}

}  // namespace lar::gguf
