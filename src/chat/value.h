// The values that chat templates work on: JSON with ordered dictionaries, plus Python's tuple, an
// undefined value and opaque objects of a template engine. Values are immutable once built and
// cheap to copy; one may be shared between threads.
//
// A string knows which of its bytes came from the caller (messages, tools) and which the template
// itself wrote, so that a message that says "<|im_start|>" never becomes a control token.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chat/meter.h"

namespace lar::chat {

enum class Origin : uint8_t { kTemplate, kContent };

// The bytes of a string up to `end` (from the end of the run before) have this origin.
struct Run {
  uint32_t end = 0;
  Origin origin = Origin::kTemplate;
};

enum class Kind : uint8_t {
  kUndefined,
  kNull,
  kBool,
  kInt,
  kDouble,
  kString,
  kList,
  kTuple,
  kDict,
  kObject,
};

// What a Value points to. Counted by reference; destroyed by the last Value.
class Shared {
 public:
  Shared() = default;
  explicit Shared(Meter* meter, size_t bytes) : held_(meter, bytes) {}
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  virtual ~Shared() = default;

  void retain() { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }
  bool unique() const { return references_.load(std::memory_order_acquire) == 1; }

 protected:
  HeldBytes held_;

 private:
  std::atomic<uint32_t> references_{0};
};

// An engine's own value: a macro, a loop, an iterator. `depth` as Value::depth.
class Object : public Shared {
 public:
  using Shared::Shared;
  virtual std::string_view type_name() const = 0;
  virtual uint32_t depth() const { return 1; }
};

class Dict;
struct StringData;

class Value {
 public:
  Value() : int_(0) {}  // undefined
  Value(const Value& other) : kind_(other.kind_), int_(other.int_) {
    if (has_pointer()) shared_->retain();
  }
  Value(Value&& other) noexcept : kind_(other.kind_), int_(other.int_) {
    other.kind_ = Kind::kUndefined;
    other.int_ = 0;
  }
  Value& operator=(Value other) noexcept {
    std::swap(kind_, other.kind_);
    std::swap(int_, other.int_);
    return *this;
  }
  ~Value() {
    if (has_pointer()) shared_->release();
  }

  static Value null();
  static Value boolean(bool value);
  static Value integer(int64_t value);
  static Value number(double value);
  static Value string(std::string text, Origin origin, Meter* meter = nullptr);
  static Value from_string_data(StringData* data);  // takes it over
  static Value list(std::vector<Value> items, Meter* meter = nullptr);
  static Value tuple(std::vector<Value> items, Meter* meter = nullptr);
  static Value dict(Dict entries, Meter* meter = nullptr);
  static Value object(Object* object);
  // An undefined value that remembers how it came about (an Object of the engine).
  static Value undefined(Object* reason);

  Kind kind() const { return kind_; }
  bool is_undefined() const { return kind_ == Kind::kUndefined; }
  bool is_null() const { return kind_ == Kind::kNull; }
  bool is_bool() const { return kind_ == Kind::kBool; }
  bool is_int() const { return kind_ == Kind::kInt; }
  bool is_double() const { return kind_ == Kind::kDouble; }
  bool is_string() const { return kind_ == Kind::kString; }
  bool is_sequence() const { return kind_ == Kind::kList || kind_ == Kind::kTuple; }
  bool is_list() const { return kind_ == Kind::kList; }
  bool is_tuple() const { return kind_ == Kind::kTuple; }
  bool is_dict() const { return kind_ == Kind::kDict; }
  bool is_object() const { return kind_ == Kind::kObject; }

  // Each is defined only for its kind (as_int also for bool).
  bool as_bool() const { return int_ != 0; }
  int64_t as_int() const { return int_; }
  double as_double() const;
  std::string_view text() const;
  const StringData& string_data() const;
  const std::vector<Value>& items() const;
  const Dict& entries() const;
  // Null for an undefined value without a reason.
  Object* as_object() const;

  // The member `key` of a dictionary; null if this is none or lacks it.
  const Value* find(std::string_view key) const;

  // Levels of containers: 0 for a scalar, 1 for a list of scalars.
  uint32_t depth() const;

  // Whether both are the same scalar or share the same storage.
  bool same(const Value& other) const { return kind_ == other.kind_ && int_ == other.int_; }

 private:
  Value(Kind kind, int64_t value) : kind_(kind), int_(value) {}
  Value(Kind kind, Shared* shared) : kind_(kind), int_(0) {
    shared_ = shared;
    if (shared_ != nullptr) shared_->retain();
  }
  bool has_pointer() const {
    return (kind_ >= Kind::kString || kind_ == Kind::kUndefined) && int_ != 0;
  }

  Kind kind_ = Kind::kUndefined;
  union {
    int64_t int_;  // also the bits of a double
    Shared* shared_;
  };
  static_assert(sizeof(Shared*) == sizeof(int64_t));
};

// An ordered dictionary with Python's rules for keys: 1, 1.0 and True are one key.
class Dict {
 public:
  using Entry = std::pair<Value, Value>;

  // Keeps the place of a key that is there already. `key` is hashable (see hashable()).
  void set(Value key, Value value);
  void set(std::string_view key, Value value);  // a key of content
  const Value* find(const Value& key) const;
  const Value* find(std::string_view key) const;

  const std::vector<Entry>& entries() const { return entries_; }
  size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  void clear();

 private:
  size_t slot_of(const Value& key, uint64_t hash) const;
  void rebuild();

  std::vector<Entry> entries_;
  std::vector<uint32_t> slots_;  // entry index + 1, empty while the dictionary is small
};

struct StringData : Shared {
  using Shared::Shared;
  std::string text;
  std::vector<Run> runs;  // empty: all of `origin`
  Origin origin = Origin::kTemplate;
  bool markup = false;  // markupsafe.Markup: already escaped for HTML

  Origin origin_at(size_t offset) const;
};

// kContent if any byte of the string is.
Origin origin_of(const Value& string);

// Python's == on keys and values without undefined operands; meter bounds the walk.
bool equal(const Value& a, const Value& b, Meter* meter);
bool hashable(const Value& value);
uint64_t hash_value(const Value& value);

}  // namespace lar::chat
