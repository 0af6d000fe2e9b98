// The string values of a GGUF file's header: enough to find a model's chat template in a test.
#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <string_view>

namespace lar::chat::test {

class GgufStrings {
 public:
  explicit GgufStrings(std::string_view file) : file_(file) {
    at_ = 16;
    const auto count = number<uint64_t>();
    for (uint64_t i = 0; i < count; ++i) {
      const std::string key(string());
      skip_value(number<uint32_t>(), key);
    }
  }
  const std::string& operator[](const std::string& key) { return values_[key]; }

 private:
  static constexpr uint32_t kString = 8;
  static constexpr uint32_t kArray = 9;

  template <class T>
  T number() {
    T value{};
    std::memcpy(&value, file_.data() + at_, sizeof value);
    at_ += sizeof value;
    return value;
  }
  std::string_view string() {
    const auto size = number<uint64_t>();
    at_ += size;
    return file_.substr(at_ - size, size);
  }
  void skip_value(uint32_t type, const std::string& key) {
    static constexpr size_t kSizes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
    if (type == kString) {
      values_[key] = string();
    } else if (type == kArray) {
      const auto item = number<uint32_t>();
      const auto count = number<uint64_t>();
      for (uint64_t i = 0; i < count; ++i) skip_value(item, key + "[]");
    } else {
      at_ += kSizes[type];
    }
  }

  std::string_view file_;
  size_t at_ = 0;
  std::map<std::string, std::string> values_;
};

}  // namespace lar::chat::test
