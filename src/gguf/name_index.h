// Finds things by name: the places of a vector's items in the order of their names.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace lar::gguf {

class NameIndex {
 public:
  NameIndex() = default;

  // `name_of(i)` is the name of item i < count and stays valid as long as the index is used.
  template <class NameOf>
  NameIndex(size_t count, NameOf name_of) {
    for (size_t i = 0; i < count; ++i) entries_.push_back({name_of(i), i});
    std::ranges::sort(entries_, {}, [](const Entry& entry) { return entry.name; });
  }

  std::optional<size_t> find(std::string_view name) const {
    const auto found = std::ranges::lower_bound(entries_, name, {}, &Entry::name);
    if (found == entries_.end() || found->name != name) return std::nullopt;
    return found->item;
  }

  // A name that two items have.
  std::optional<std::string_view> duplicate() const {
    const auto found = std::ranges::adjacent_find(entries_, {}, &Entry::name);
    if (found == entries_.end()) return std::nullopt;
    return found->name;
  }

 private:
  struct Entry {
    std::string_view name;
    size_t item = 0;
  };
  std::vector<Entry> entries_;
};

}  // namespace lar::gguf
