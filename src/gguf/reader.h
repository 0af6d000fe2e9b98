// Reads a GGUF file (version 2 or 3, little-endian; parts -00001-of-0000N joined) over read-only
// mappings. A file is untrusted: sizes go through checked arithmetic and the limits below, and a
// bad file is one Error that names the key or tensor. Spec: docs/gguf.md of the ggml project.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/mapped_file.h"
#include "base/result.h"
#include "gguf/value.h"
#include "tensor/view.h"

namespace lar::gguf {

// What no real file comes near; a file beyond them is refused.
struct Limits {
  static constexpr uint64_t kMaxKeys = 65'536;
  static constexpr uint64_t kMaxTensors = 262'144;
  static constexpr uint64_t kMaxKeyBytes = 65'535;
  static constexpr uint64_t kMaxStringBytes = 16ULL << 20;
  static constexpr uint64_t kMaxArrayElements = 64ULL << 20;
  static constexpr uint64_t kMaxTensorNameBytes = 64;  // ggml's limit is 63 and a zero
  static constexpr uint32_t kMaxAlignment = 1U << 20;
  static constexpr uint32_t kMaxParts = 999;
};

// A file (or the joined parts) as metadata and tensors. Immutable after open; safe to share
// between threads. Strings and arrays are views into the mapping: nothing is copied.
class File {
 public:
  // Opens PATH; where it is part 1 of N, the other parts beside it too. Any other part is
  // refused with the name of the first.
  static Result<std::shared_ptr<const File>> open(const std::string& path);

  // From already open descriptors in order of parts (the runner gets these); `name` for messages.
  static Result<std::shared_ptr<const File>> open_fds(std::span<const int> fds, std::string name);

  // From bytes that outlive the File (tests, fuzzing, the embedded model).
  static Result<std::shared_ptr<const File>> parse(std::span<const std::byte> bytes,
                                                   std::string name);

  const std::string& name() const;
  uint32_t version() const;
  uint32_t alignment() const;
  uint64_t file_bytes() const;  // of all parts
  bool has_data() const;        // false: only headers were read, the tensors' bytes are zeros

  // Keys in file order.
  std::span<const KeyValue> metadata() const;
  const Value* find(std::string_view key) const;

  // Typed access; errors name the key. Integers of any width and sign are accepted where the
  // value fits, as writers differ in the widths that they choose.
  Result<uint64_t> require_uint(std::string_view key) const;
  Result<std::string_view> require_string(std::string_view key) const;
  // nullopt where the key is absent; an Error where it has the wrong type.
  Result<std::optional<uint64_t>> optional_uint(std::string_view key) const;
  Result<std::optional<double>> optional_float(std::string_view key) const;
  Result<std::optional<bool>> optional_bool(std::string_view key) const;
  Result<std::optional<std::string_view>> optional_string(std::string_view key) const;

  // Where the bytes of one of its tensors begin: in which of the parts (from 0), and how far from
  // the part's first byte.
  struct Place {
    size_t part = 0;
    uint64_t offset = 0;
  };
  Place place_of(const TensorView& tensor) const;

  std::span<const TensorView> tensors() const;
  const TensorView* find_tensor(std::string_view name) const;

 private:
  friend class Assembly;  // makes Files
  struct Impl;
  explicit File(std::unique_ptr<Impl> impl);

 public:
  ~File();

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace lar::gguf
