// The values of GGUF metadata, as views into the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace lar::gguf {

// Ids as in the file.
enum class ValueType : uint32_t {
  kUint8 = 0,
  kInt8 = 1,
  kUint16 = 2,
  kInt16 = 3,
  kUint32 = 4,
  kInt32 = 5,
  kFloat32 = 6,
  kBool = 7,
  kString = 8,
  kArray = 9,
  kUint64 = 10,
  kInt64 = 11,
  kFloat64 = 12,
};

std::string_view value_type_name(ValueType type);

// Bytes of a fixed-size value; 0 for strings and arrays.
size_t value_type_bytes(ValueType type);

// One value. `data` points at its bytes in the mapping (little-endian, maybe unaligned):
// a scalar, a string's characters, or an array's elements as the file stores them.
// The reader has checked every length before it makes a Value.
class Value {
 public:
  ValueType type = ValueType::kUint8;
  ValueType element_type = ValueType::kUint8;  // of an array
  uint64_t count = 0;                          // bytes of a string, elements of an array
  std::span<const std::byte> data;

  // nullopt where the type differs (or, for numbers, the value does not fit).
  std::optional<uint64_t> as_uint() const;
  std::optional<int64_t> as_int() const;
  std::optional<double> as_float() const;  // integers too
  std::optional<bool> as_bool() const;
  std::optional<std::string_view> as_string() const;

  bool is_array_of(ValueType element) const;
  // Element i of an array of numbers or bools; nullopt out of range or of another kind.
  std::optional<int64_t> int_at(uint64_t i) const;
  std::optional<double> float_at(uint64_t i) const;
};

// Walks an array of strings in order (the file gives no index to jump by).
class StringArray {
 public:
  // nullopt where value is not an array of strings.
  static std::optional<StringArray> of(const Value& value);
  uint64_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  // The next string; call at most size() times.
  std::string_view next();

 private:
  std::span<const std::byte> rest_;
  uint64_t count_ = 0;
};

struct KeyValue {
  std::string_view key;
  Value value;
};

}  // namespace lar::gguf
