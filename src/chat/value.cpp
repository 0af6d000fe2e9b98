#include "chat/value.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

namespace lar::chat {
namespace {

constexpr size_t kSmallDict = 8;  // entries searched one by one

struct ListData : Shared {
  using Shared::Shared;
  std::vector<Value> items;
  uint32_t depth = 1;
};

struct DictData : Shared {
  using Shared::Shared;
  Dict entries;
  uint32_t depth = 1;
};

ListData* make_list(std::vector<Value> items, Meter* meter) {
  auto* data = new ListData(meter, sizeof(ListData) + items.size() * sizeof(Value));
  for (const Value& item : items) data->depth = std::max(data->depth, item.depth() + 1);
  data->items = std::move(items);
  return data;
}

bool is_number(const Value& value) {
  return value.is_bool() || value.is_int() || value.is_double();
}

// Exact comparison of an integer with a double, as Python compares them.
bool equal_int_double(int64_t a, double b) {
  return b >= -0x1p63 && b < 0x1p63 && std::trunc(b) == b && static_cast<int64_t>(b) == a;
}

uint64_t mix(uint64_t seed, uint64_t value) {
  return std::rotl(seed ^ (value * 0x9E3779B97F4A7C15ULL), 29) * 0xBF58476D1CE4E5B9ULL;
}

}  // namespace

Value Value::null() {
  return {Kind::kNull, int64_t{0}};
}
Value Value::boolean(bool value) {
  return {Kind::kBool, static_cast<int64_t>(value)};
}
Value Value::integer(int64_t value) {
  return {Kind::kInt, value};
}
Value Value::number(double value) {
  return {Kind::kDouble, std::bit_cast<int64_t>(value)};
}

Value Value::string(std::string text, Origin origin, Meter* meter) {
  auto* data = new StringData(meter, sizeof(StringData) + text.size());
  data->text = std::move(text);
  data->origin = origin;
  return {Kind::kString, data};
}

Value Value::from_string_data(StringData* data) {
  return {Kind::kString, data};
}

Value Value::list(std::vector<Value> items, Meter* meter) {
  return {Kind::kList, make_list(std::move(items), meter)};
}

Value Value::tuple(std::vector<Value> items, Meter* meter) {
  return {Kind::kTuple, make_list(std::move(items), meter)};
}

Value Value::dict(Dict entries, Meter* meter) {
  auto* data = new DictData(meter, sizeof(DictData) + entries.size() * (sizeof(Dict::Entry) + 8));
  for (const auto& [key, value] : entries.entries()) {
    data->depth = std::max({data->depth, key.depth() + 1, value.depth() + 1});
  }
  data->entries = std::move(entries);
  return {Kind::kDict, data};
}

Value Value::object(Object* object) {
  return {Kind::kObject, object};
}
Value Value::undefined(Object* reason) {
  return {Kind::kUndefined, reason};
}

double Value::as_double() const {
  return std::bit_cast<double>(int_);
}
std::string_view Value::text() const {
  return static_cast<StringData*>(shared_)->text;
}
const StringData& Value::string_data() const {
  return *static_cast<StringData*>(shared_);
}
const std::vector<Value>& Value::items() const {
  return static_cast<ListData*>(shared_)->items;
}
const Dict& Value::entries() const {
  return static_cast<DictData*>(shared_)->entries;
}
Object* Value::as_object() const {
  return static_cast<Object*>(shared_);
}

const Value* Value::find(std::string_view key) const {
  return is_dict() ? entries().find(key) : nullptr;
}

uint32_t Value::depth() const {
  switch (kind_) {
    case Kind::kList:
    case Kind::kTuple: return static_cast<ListData*>(shared_)->depth;
    case Kind::kDict: return static_cast<DictData*>(shared_)->depth;
    case Kind::kObject: return as_object()->depth();
    default: return 0;
  }
}

size_t Dict::slot_of(const Value& key, uint64_t hash) const {
  const size_t mask = slots_.size() - 1;
  size_t slot = hash & mask;
  while (slots_[slot] != 0 && !equal(entries_[slots_[slot] - 1].first, key, nullptr)) {
    slot = (slot + 1) & mask;
  }
  return slot;
}

void Dict::rebuild() {
  slots_.assign(std::bit_ceil(entries_.size() * 2 + 2), 0);
  for (size_t i = 0; i < entries_.size(); ++i) {
    const Value& key = entries_[i].first;
    slots_[slot_of(key, hash_value(key))] = static_cast<uint32_t>(i + 1);
  }
}

void Dict::set(Value key, Value value) {
  if (const Value* found = find(key)) {
    *const_cast<Value*>(found) = std::move(value);
    return;
  }
  entries_.emplace_back(std::move(key), std::move(value));
  if (entries_.size() <= kSmallDict) return;
  if (entries_.size() * 2 > slots_.size()) {
    rebuild();
  } else {
    const Value& added = entries_.back().first;
    slots_[slot_of(added, hash_value(added))] = static_cast<uint32_t>(entries_.size());
  }
}

void Dict::set(std::string_view key, Value value) {
  set(Value::string(std::string(key), Origin::kContent), std::move(value));
}

const Value* Dict::find(const Value& key) const {
  if (slots_.empty()) {
    for (const auto& [name, value] : entries_) {
      if (equal(name, key, nullptr)) return &value;
    }
    return nullptr;
  }
  const uint32_t index = slots_[slot_of(key, hash_value(key))];
  return index == 0 ? nullptr : &entries_[index - 1].second;
}

const Value* Dict::find(std::string_view key) const {
  if (slots_.empty()) {
    for (const auto& [name, value] : entries_) {
      if (name.is_string() && name.text() == key) return &value;
    }
    return nullptr;
  }
  const size_t mask = slots_.size() - 1;
  size_t slot = std::hash<std::string_view>()(key) & mask;
  for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
    const auto& [name, value] = entries_[slots_[slot] - 1];
    if (name.is_string() && name.text() == key) return &value;
  }
  return nullptr;
}

void Dict::clear() {
  entries_.clear();
  slots_.clear();
}

Origin StringData::origin_at(size_t offset) const {
  for (const Run& run : runs) {
    if (offset < run.end) return run.origin;
  }
  return origin;
}

Origin origin_of(const Value& string) {
  const StringData& data = string.string_data();
  for (const Run& run : data.runs) {
    if (run.origin == Origin::kContent) return Origin::kContent;
  }
  return data.runs.empty() ? data.origin : Origin::kTemplate;
}

bool equal(const Value& a, const Value& b, Meter* meter) {
  if (meter != nullptr && !meter->work(1)) return false;
  if (is_number(a) && is_number(b)) {
    if (!a.is_double() && !b.is_double()) return a.as_int() == b.as_int();
    if (a.is_double() && b.is_double()) return a.as_double() == b.as_double();
    return a.is_double() ? equal_int_double(b.as_int(), a.as_double())
                         : equal_int_double(a.as_int(), b.as_double());
  }
  if (a.kind() != b.kind()) return false;
  if (a.is_undefined() || a.same(b)) return true;
  switch (a.kind()) {
    case Kind::kString:
      if (a.text().size() != b.text().size()) return false;
      if (meter != nullptr && !meter->work(a.text().size() / 64)) return false;
      return a.text() == b.text();
    case Kind::kList:
    case Kind::kTuple: {
      const auto& left = a.items();
      const auto& right = b.items();
      if (left.size() != right.size()) return false;
      for (size_t i = 0; i < left.size(); ++i) {
        if (!equal(left[i], right[i], meter)) return false;
      }
      return true;
    }
    case Kind::kDict: {
      if (a.entries().size() != b.entries().size()) return false;
      for (const auto& [key, value] : a.entries().entries()) {
        const Value* other = b.entries().find(key);
        if (other == nullptr || !equal(value, *other, meter)) return false;
      }
      return true;
    }
    default: return false;
  }
}

bool hashable(const Value& value) {
  if (value.is_list() || value.is_dict()) return false;
  if (!value.is_tuple()) return true;
  return std::ranges::all_of(value.items(), hashable);
}

uint64_t hash_value(const Value& value) {
  switch (value.kind()) {
    case Kind::kBool:
    case Kind::kInt: return mix(1, static_cast<uint64_t>(value.as_int()));
    case Kind::kDouble: {
      const double number = value.as_double();
      if (number >= -0x1p63 && number < 0x1p63 && std::trunc(number) == number) {
        return mix(1, static_cast<uint64_t>(static_cast<int64_t>(number)));
      }
      return mix(2, std::bit_cast<uint64_t>(number));
    }
    case Kind::kString: return std::hash<std::string_view>()(value.text());
    case Kind::kTuple: {
      uint64_t hash = value.items().size();
      for (const Value& item : value.items()) hash = mix(hash, hash_value(item));
      return hash;
    }
    case Kind::kObject: return mix(3, std::bit_cast<uintptr_t>(value.as_object()));
    default: return mix(4, static_cast<uint64_t>(value.kind()));
  }
}

}  // namespace lar::chat
