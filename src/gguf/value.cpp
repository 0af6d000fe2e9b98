#include "gguf/value.h"

#include <cstring>
#include <type_traits>

#include "base/checked.h"

namespace lar::gguf {
namespace {

struct TypeRow {
  std::string_view name;
  size_t bytes;
};

// In the order of the ids.
constexpr TypeRow kTypes[] = {
    {"uint8", 1},  {"int8", 1},    {"uint16", 2},  {"int16", 2},  {"uint32", 4},
    {"int32", 4},  {"float32", 4}, {"bool", 1},    {"string", 0}, {"array", 0},
    {"uint64", 8}, {"int64", 8},   {"float64", 8},
};

const TypeRow* find_type(ValueType type) {
  const auto id = static_cast<size_t>(type);
  return id < std::size(kTypes) ? &kTypes[id] : nullptr;
}

template <class T>
T load(const std::byte* bytes) {
  T value{};
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

// Calls use(number) with the number at `bytes` in its own type (bool as bool); a default result
// for strings, arrays and unknown types.
template <class Use>
auto with_number(ValueType type, const std::byte* bytes, Use use) -> decltype(use(uint64_t{})) {
  switch (type) {
    case ValueType::kUint8: return use(load<uint8_t>(bytes));
    case ValueType::kInt8: return use(load<int8_t>(bytes));
    case ValueType::kUint16: return use(load<uint16_t>(bytes));
    case ValueType::kInt16: return use(load<int16_t>(bytes));
    case ValueType::kUint32: return use(load<uint32_t>(bytes));
    case ValueType::kInt32: return use(load<int32_t>(bytes));
    case ValueType::kUint64: return use(load<uint64_t>(bytes));
    case ValueType::kInt64: return use(load<int64_t>(bytes));
    case ValueType::kFloat32: return use(load<float>(bytes));
    case ValueType::kFloat64: return use(load<double>(bytes));
    case ValueType::kBool: return use(load<uint8_t>(bytes) != 0);
    case ValueType::kString:
    case ValueType::kArray: break;
  }
  return {};
}

template <class Integer>
std::optional<Integer> integer_at(ValueType type, const std::byte* bytes) {
  return with_number(type, bytes, [](auto number) -> std::optional<Integer> {
    if constexpr (std::is_integral_v<decltype(number)> && !std::is_same_v<decltype(number), bool>) {
      return checked_cast<Integer>(number);
    } else {
      return std::nullopt;
    }
  });
}

}  // namespace

std::string_view value_type_name(ValueType type) {
  const TypeRow* row = find_type(type);
  return row != nullptr ? row->name : "unknown";
}

size_t value_type_bytes(ValueType type) {
  const TypeRow* row = find_type(type);
  return row != nullptr ? row->bytes : 0;
}

std::optional<uint64_t> Value::as_uint() const {
  return integer_at<uint64_t>(type, data.data());
}

std::optional<int64_t> Value::as_int() const {
  return integer_at<int64_t>(type, data.data());
}

std::optional<double> Value::as_float() const {
  return with_number(type, data.data(), [](auto number) -> std::optional<double> {
    if constexpr (std::is_same_v<decltype(number), bool>) {
      return std::nullopt;
    } else {
      return static_cast<double>(number);
    }
  });
}

std::optional<bool> Value::as_bool() const {
  if (type != ValueType::kBool) return std::nullopt;
  return load<uint8_t>(data.data()) != 0;
}

std::optional<std::string_view> Value::as_string() const {
  if (type != ValueType::kString) return std::nullopt;
  return std::string_view(reinterpret_cast<const char*>(data.data()), data.size());
}

bool Value::is_array_of(ValueType element) const {
  return type == ValueType::kArray && element_type == element;
}

std::optional<int64_t> Value::int_at(uint64_t i) const {
  if (type != ValueType::kArray || i >= count) return std::nullopt;
  const std::byte* element = data.data() + i * value_type_bytes(element_type);
  if (element_type == ValueType::kBool) return load<uint8_t>(element) != 0 ? 1 : 0;
  return integer_at<int64_t>(element_type, element);
}

std::optional<double> Value::float_at(uint64_t i) const {
  if (type != ValueType::kArray || i >= count) return std::nullopt;
  const std::byte* element = data.data() + i * value_type_bytes(element_type);
  return with_number(element_type, element, [](auto number) -> std::optional<double> {
    return static_cast<double>(number);
  });
}

std::optional<StringArray> StringArray::of(const Value& value) {
  if (!value.is_array_of(ValueType::kString)) return std::nullopt;
  StringArray array;
  array.rest_ = value.data;
  array.count_ = value.count;
  return array;
}

std::string_view StringArray::next() {
  if (rest_.empty()) return {};
  const auto length = load<uint64_t>(rest_.data());
  const auto text = rest_.subspan(sizeof(length), length);
  rest_ = rest_.subspan(sizeof(length) + length);
  return {reinterpret_cast<const char*>(text.data()), text.size()};
}

}  // namespace lar::gguf
