// Makes the bytes of GGUF files field by field, right or wrong: independent of the writer, and able
// to say what no writer would. Remembers where every length and count stands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gguf/value.h"
#include "tensor/dtype.h"

namespace lar::gguf::test {

class RawFile {
 public:
  // The header; counts are written as given, whatever follows.
  RawFile(uint64_t tensors, uint64_t keys, uint32_t version = 3, std::string_view magic = "GGUF") {
    text(magic);
    put(version);
    length(tensors);
    length(keys);
  }

  template <class T>
  RawFile& put(T value) {
    const auto bytes = std::as_bytes(std::span(&value, 1));
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }

  RawFile& text(std::string_view characters) {
    const auto bytes = std::as_bytes(std::span(characters));
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }

  RawFile& length(uint64_t value) {
    lengths_.push_back(bytes_.size());
    return put(value);
  }

  RawFile& string(std::string_view characters) {
    return length(characters.size()).text(characters);
  }

  RawFile& key(std::string_view name, ValueType type) {
    return string(name).put(static_cast<uint32_t>(type));
  }

  template <class T>
  RawFile& scalar(std::string_view name, ValueType type, T value) {
    return key(name, type).put(value);
  }

  RawFile& string_key(std::string_view name, std::string_view value) {
    return key(name, ValueType::kString).string(value);
  }

  template <class T>
  RawFile& array(std::string_view name, ValueType element, const std::vector<T>& values) {
    key(name, ValueType::kArray).put(static_cast<uint32_t>(element)).length(values.size());
    for (const T& value : values) put(value);
    return *this;
  }

  RawFile& string_array(std::string_view name, const std::vector<std::string>& values) {
    key(name, ValueType::kArray).put(static_cast<uint32_t>(ValueType::kString));
    length(values.size());
    for (const std::string& value : values) string(value);
    return *this;
  }

  RawFile& tensor(std::string_view name,
                  const std::vector<uint64_t>& dims,
                  uint32_t type,
                  uint64_t offset) {
    string(name).put(static_cast<uint32_t>(dims.size()));
    for (const uint64_t dim : dims) length(dim);
    return put(type).length(offset);
  }

  RawFile& tensor(std::string_view name,
                  const std::vector<uint64_t>& dims,
                  DType type,
                  uint64_t offset) {
    return tensor(name, dims, static_cast<uint32_t>(type), offset);
  }

  RawFile& pad(size_t alignment = 32) {
    while (bytes_.size() % alignment != 0) bytes_.push_back(std::byte{0});
    return *this;
  }

  // `count` bytes of data: 0, 1, 2, ...
  RawFile& data(size_t count) {
    for (size_t i = 0; i < count; ++i) bytes_.push_back(static_cast<std::byte>(i));
    return *this;
  }

  const std::vector<std::byte>& bytes() const { return bytes_; }
  const std::vector<size_t>& lengths() const { return lengths_; }  // places of 64-bit lengths

  static std::vector<std::byte> with_u64(std::vector<std::byte> bytes,
                                         size_t place,
                                         uint64_t value) {
    std::memcpy(bytes.data() + place, &value, sizeof(value));
    return bytes;
  }

 private:
  std::vector<std::byte> bytes_;
  std::vector<size_t> lengths_;
};

// A file with a key of every type and two tensors, the last of which ends with the file.
inline RawFile sample_file(uint32_t version = 3) {
  RawFile file(2, 16, version);
  file.string_key("general.architecture", "llama")
      .scalar("k.uint8", ValueType::kUint8, uint8_t{200})
      .scalar("k.int8", ValueType::kInt8, int8_t{-5})
      .scalar("k.uint16", ValueType::kUint16, uint16_t{60000})
      .scalar("k.int16", ValueType::kInt16, int16_t{-600})
      .scalar("k.uint32", ValueType::kUint32, uint32_t{4000000000U})
      .scalar("k.int32", ValueType::kInt32, int32_t{-70000})
      .scalar("k.float32", ValueType::kFloat32, 0.25F)
      .scalar("k.bool", ValueType::kBool, uint8_t{1})
      .scalar("k.uint64", ValueType::kUint64, ~uint64_t{0})
      .scalar("k.int64", ValueType::kInt64, int64_t{-1} << 40)
      .scalar("k.float64", ValueType::kFloat64, 1e100)
      .string_array("k.strings", {"a", "", "ccc"})
      .array<int32_t>("k.ints", ValueType::kInt32, {1, -2, 3})
      .array<float>("k.floats", ValueType::kFloat32, {0.5F, -1.5F})
      .array<uint8_t>("k.bools", ValueType::kBool, {0, 1, 7});
  file.tensor("token_embd.weight", {32, 3}, DType::kQ8_0, 0)
      .tensor("output_norm.weight", {8}, DType::kF32, 128);
  file.pad().data(128 + 32);
  return file;
}

}  // namespace lar::gguf::test
