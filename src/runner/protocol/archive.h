// Values to bytes and back. A struct lists its fields once, in a function `fields(archive, value)`;
// Writer and Reader walk the same list, so the two directions cannot differ. Little-endian, sizes
// in front of what they count. Both ends are the same program: there are no versions.
#pragma once

#include <bit>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

namespace lar::runner {

static_assert(std::endian::native == std::endian::little);

template <class T>
concept PlainValue = std::is_arithmetic_v<T> || std::is_enum_v<T>;

class Writer {
 public:
  explicit Writer(std::vector<uint8_t>& out) : out_(out) {}

  template <class... T>
  void operator()(const T&... values) {
    (put(values), ...);
  }

 private:
  void raw(const void* bytes, size_t count) {
    const auto* first = static_cast<const uint8_t*>(bytes);
    out_.insert(out_.end(), first, first + count);
  }
  void put_count(size_t count) {
    const auto narrow = static_cast<uint32_t>(count);  // frames are shorter than 4 GiB
    raw(&narrow, sizeof(narrow));
  }

  template <PlainValue T>
  void put(const T& value) {
    raw(&value, sizeof(value));
  }
  void put(const std::string& text) {
    put_count(text.size());
    raw(text.data(), text.size());
  }
  void put(const std::chrono::nanoseconds& duration) { put(int64_t{duration.count()}); }
  template <class T>
  void put(const std::vector<T>& items) {
    put_count(items.size());
    if constexpr (PlainValue<T>) {
      raw(items.data(), items.size() * sizeof(T));
    } else {
      for (const T& item : items) put(item);
    }
  }
  template <class T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <class... T>
  void put(const std::variant<T...>& value) {
    put(static_cast<uint8_t>(value.index()));
    std::visit([&](const auto& alternative) { this->put(alternative); }, value);
  }
  template <class T>
    requires(std::is_class_v<T>)
  void put(const T& value) {
    // Fields are listed for changeable values; a writer changes none.
    fields(*this, const_cast<T&>(value));
  }

  std::vector<uint8_t>& out_;
};

// Reads what a Writer wrote; anything else makes it fail, and from then on values stay as they are.
// What is built is never much bigger than the bytes it is read from.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <class... T>
  void operator()(T&... values) {
    (get(values), ...);
  }

  void reject() { failed_ = true; }
  bool failed() const { return failed_; }
  bool done() const { return !failed_ && rest_.empty(); }

 private:
  bool raw(void* to, size_t count) {
    if (failed_ || count > rest_.size()) {
      failed_ = true;
      return false;
    }
    if (count > 0) std::memcpy(to, rest_.data(), count);
    rest_.remove_prefix(count);
    return true;
  }
  // A count of items of at least `item_bytes` each; 0 where the bytes cannot hold them.
  size_t count_of(size_t item_bytes) {
    uint32_t count = 0;
    raw(&count, sizeof(count));
    if (count > rest_.size() / item_bytes) failed_ = true;
    return failed_ ? 0 : count;
  }

  template <PlainValue T>
  void get(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      uint8_t byte = 0;
      if (raw(&byte, 1)) value = byte != 0;
      if (byte > 1) failed_ = true;
    } else if constexpr (std::is_enum_v<T>) {
      std::underlying_type_t<T> number{};
      if (!raw(&number, sizeof(number))) return;
      if (!valid_enum(static_cast<T>(number))) {
        failed_ = true;
        return;
      }
      value = static_cast<T>(number);
    } else {
      raw(&value, sizeof(value));
    }
  }
  void get(std::string& text) {
    const size_t count = count_of(1);
    text.assign(rest_.substr(0, count));
    rest_.remove_prefix(count);
  }
  void get(std::chrono::nanoseconds& duration) {
    int64_t count = 0;
    get(count);
    duration = std::chrono::nanoseconds(count);
  }
  template <class T>
  void get(std::vector<T>& items) {
    if constexpr (PlainValue<T>) {
      const size_t count = count_of(sizeof(T));
      items.resize(count);
      raw(items.data(), count * sizeof(T));
    } else {
      const size_t count = count_of(1);
      items.clear();
      for (size_t i = 0; i < count && !failed_; ++i) get(items.emplace_back());
    }
  }
  template <class T>
  void get(std::optional<T>& value) {
    bool present = false;
    get(present);
    value.reset();
    if (present && !failed_) get(value.emplace());
  }
  template <class... T>
  void get(std::variant<T...>& value) {
    uint8_t index = 0;
    get(index);
    if (index >= sizeof...(T)) failed_ = true;
    if (failed_) return;
    emplace(value, index, std::index_sequence_for<T...>{});
  }
  template <class Variant, size_t... I>
  void emplace(Variant& value, size_t index, std::index_sequence<I...>) {
    ((index == I ? get(value.template emplace<I>()) : void()), ...);
  }
  template <class T>
    requires(std::is_class_v<T>)
  void get(T& value) {
    fields(*this, value);
  }

  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace lar::runner
