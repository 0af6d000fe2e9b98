// Makes a GGUF file: keys and tensors in the order in which they are added, and what the reader
// checks is checked here too. Tensor bytes are borrowed, or made by a callback while the file is
// written, so that a model larger than memory can pass through.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gguf/file_sink.h"
#include "gguf/reader.h"
#include "gguf/value.h"
#include "tensor/view.h"

namespace lar::gguf {

template <class T>
concept Number = std::is_arithmetic_v<T> && !std::is_same_v<T, bool> && sizeof(T) <= 8;

// The type of a value that holds a T.
template <Number T>
constexpr ValueType number_type() {
  if constexpr (std::is_floating_point_v<T>) {
    return sizeof(T) == 4 ? ValueType::kFloat32 : ValueType::kFloat64;
  } else {
    constexpr ValueType kUnsigned[] = {ValueType::kUint8, ValueType::kUint16, ValueType::kUint32,
                                       ValueType::kUint64};
    constexpr ValueType kSigned[] = {ValueType::kInt8, ValueType::kInt16, ValueType::kInt32,
                                     ValueType::kInt64};
    const auto log = static_cast<size_t>(__builtin_ctzll(sizeof(T)));
    return std::is_signed_v<T> ? kSigned[log] : kUnsigned[log];
  }
}

class Writer {
 public:
  // Writes exactly the bytes of one tensor to the sink.
  using TensorSource = std::function<Result<void>(ByteSink&)>;

  // `version` is 2 or 3.
  explicit Writer(uint32_t version = 3) : version_(version) {}

  // All keys and tensors of `file`, whose bytes are borrowed until the last write. The keys of
  // split.* are left out: the copy is whole.
  static Writer copy_of(const File& file);
  // The keys alone.
  static Writer keys_of(const File& file);

  // Sets a key: in its place if it is there, else at the end. "general.alignment" (a uint32) rules
  // the file that is written.
  template <Number T>
  void set_number(std::string_view key, T value) {
    set_raw(key, number_type<T>(), std::as_bytes(std::span(&value, 1)));
  }
  template <Number T>
  void set_numbers(std::string_view key, std::span<const T> values) {
    set_array(key, number_type<T>(), values.size(), std::as_bytes(values));
  }
  void set_bool(std::string_view key, bool value);
  void set_string(std::string_view key, std::string_view value);
  void set_strings(std::string_view key, std::span<const std::string> values);
  void set_value(std::string_view key, const Value& value);
  void remove(std::string_view key);

  void add_tensor(const TensorView& tensor);  // its bytes are borrowed until the last write
  void add_tensor(std::string name, DType dtype, const Shape& shape, TensorSource source);

  // Errors name the key or tensor; invalid_argument where the content makes no valid file.
  Result<void> write(ByteSink& sink) const;
  Result<void> write_file(const std::string& path) const;  // whole or not at all
  Result<std::vector<std::byte>> to_bytes() const;

 private:
  struct Key {
    std::string name;
    ValueType type = ValueType::kUint8;
    std::vector<std::byte> encoded;  // the value as in the file, after its type
  };
  struct Tensor {
    std::string name;
    DType dtype = DType::kF32;
    Shape shape;
    TensorSource source;
  };

  static Key make_key(std::string_view key, const Value& value);
  void set(Key key);
  void set_raw(std::string_view key, ValueType type, std::span<const std::byte> encoded);
  void set_array(std::string_view key,
                 ValueType element,
                 uint64_t count,
                 std::span<const std::byte> encoded);
  Result<uint32_t> alignment() const;
  Result<void> check() const;

  uint32_t version_;
  std::vector<Key> keys_;
  std::vector<Tensor> tensors_;
};

}  // namespace lar::gguf
