#include "gguf/parser.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <string>

#include "base/checked.h"
#include "gguf/cursor.h"
#include "gguf/name_index.h"
#include "gguf/quote.h"
#include "gguf/reader.h"
#include "quant/traits.h"

namespace lar::gguf {
namespace {

static_assert(std::endian::native == std::endian::little, "files are read in place");

// The fewest bytes of a key (length, one character, type, value) and of a tensor (length of its
// name, number of dims, type, offset): more of them than fit cannot follow.
constexpr uint64_t kKeyBytesMin = 8 + 1 + 4 + 1;
constexpr uint64_t kTensorBytesMin = 8 + 4 + 4 + 8;

constexpr std::string_view kAlignmentKey = "general.alignment";

std::unexpected<Error> corrupt(std::string message) {
  return fail(Code::kDataCorrupt, std::move(message));
}

Result<void> check_count(uint64_t count,
                         uint64_t limit,
                         uint64_t bytes_min,
                         uint64_t remaining,
                         const std::string& what) {
  if (count > limit) {
    return corrupt(std::to_string(count) + " " + what + " are more than the limit of " +
                   std::to_string(limit));
  }
  if (count > remaining / bytes_min) {
    return corrupt(std::to_string(count) + " " + what + " do not fit in the " +
                   std::to_string(remaining) + " bytes that follow");
  }
  return {};
}

Result<uint32_t> parse_version(Cursor& cursor) {
  if (cursor.remaining() < 4) return corrupt("too short for a GGUF file");
  LAR_TRY(const auto magic, cursor.take(4, "the magic"));
  const std::string_view text(reinterpret_cast<const char*>(magic.data()), magic.size());
  if (text != "GGUF") return corrupt("not a GGUF file: it begins with " + quote(text));
  LAR_TRY(const uint32_t version, cursor.u32("the version"));
  if (version == 2 || version == 3) return version;
  if (version == 1) {
    return fail(Code::kUnsupported, "GGUF version 1 is not supported: convert the file again");
  }
  if (const uint32_t swapped = std::byteswap(version); swapped >= 1 && swapped < 0x10000) {
    return fail(Code::kUnsupported, "big-endian GGUF files are not supported");
  }
  return fail(Code::kUnsupported,
              "GGUF version " + std::to_string(version) + " is not supported, only 2 and 3");
}

Result<ValueType> parse_type(Cursor& cursor, std::string_view what) {
  LAR_TRY(const uint32_t id, cursor.u32(what));
  if (id > static_cast<uint32_t>(ValueType::kFloat64)) {
    return corrupt(std::string(what) + " " + std::to_string(id) + " is unknown");
  }
  return static_cast<ValueType>(id);
}

Result<std::span<const std::byte>> parse_elements(Cursor& cursor, const Value& array) {
  if (array.element_type != ValueType::kString) {
    const auto bytes = checked_mul<uint64_t>(array.count, value_type_bytes(array.element_type));
    if (!bytes) return corrupt("an array of " + std::to_string(array.count) + " elements");
    return cursor.take(*bytes, "the array");
  }
  if (array.count > cursor.remaining() / sizeof(uint64_t)) {
    return corrupt("an array of " + std::to_string(array.count) + " strings does not fit in the " +
                   std::to_string(cursor.remaining()) + " bytes that follow");
  }
  Cursor ahead = cursor;
  for (uint64_t i = 0; i < array.count; ++i) {
    LAR_TRY(ahead.string(Limits::kMaxStringBytes, "a string of the array"));
  }
  return cursor.take(ahead.position() - cursor.position(), "the array");
}

Result<Value> parse_value(Cursor& cursor) {
  Value value;
  LAR_TRY(value.type, parse_type(cursor, "value type"));
  if (value.type == ValueType::kString) {
    LAR_TRY(const auto text, cursor.string(Limits::kMaxStringBytes, "the string"));
    value.data = std::as_bytes(std::span(text));
    value.count = text.size();
    return value;
  }
  if (value.type != ValueType::kArray) {
    LAR_TRY(value.data, cursor.take(value_type_bytes(value.type), "the value"));
    value.count = 1;
    return value;
  }
  LAR_TRY(value.element_type, parse_type(cursor, "element type"));
  if (value.element_type == ValueType::kArray) return corrupt("an array of arrays is not allowed");
  LAR_TRY(value.count, cursor.u64("the array length"));
  if (value.count > Limits::kMaxArrayElements) {
    return corrupt("an array of " + std::to_string(value.count) +
                   " elements is longer than the limit of " +
                   std::to_string(Limits::kMaxArrayElements));
  }
  LAR_TRY(value.data, parse_elements(cursor, value));
  return value;
}

Result<void> parse_metadata(Cursor& cursor, uint64_t count, Part& part) {
  for (uint64_t i = 0; i < count; ++i) {
    auto key = cursor.string(Limits::kMaxKeyBytes, "the key");
    if (key && key->empty()) key = corrupt("the key is empty");
    if (!key)
      return std::unexpected(
          std::move(key).error().with_context("key number " + std::to_string(i)));
    auto value = parse_value(cursor);
    if (!value) return std::unexpected(std::move(value).error().with_context("key " + quote(*key)));
    part.metadata.push_back({*key, *value});
  }
  const NameIndex index(part.metadata.size(), [&](size_t i) { return part.metadata[i].key; });
  if (const auto twice = index.duplicate())
    return corrupt("key " + quote(*twice) + " stands twice");
  return {};
}

Result<uint32_t> parse_alignment(const Part& part) {
  const Value* value = find_value(part, kAlignmentKey);
  if (value == nullptr) return part.alignment;
  const std::string key = "key " + quote(kAlignmentKey) + ": ";
  if (value->type != ValueType::kUint32) {
    return corrupt(key + "must be uint32, not " + std::string(value_type_name(value->type)));
  }
  const auto alignment = static_cast<uint32_t>(value->as_uint().value_or(0));
  if (!std::has_single_bit(alignment) || alignment > Limits::kMaxAlignment) {
    return corrupt(key + std::to_string(alignment) + " is no power of two up to " +
                   std::to_string(Limits::kMaxAlignment));
  }
  return alignment;
}

// A tensor before the place of the data is known.
struct TensorInfo {
  std::string_view name;
  const quant::Traits* type = nullptr;
  Shape shape;
  uint64_t bytes = 0;
  uint64_t offset = 0;  // from the begin of the data
};

Result<void> parse_tensor_body(Cursor& cursor, TensorInfo& info) {
  LAR_TRY(const uint32_t rank, cursor.u32("the number of dims"));
  if (rank > Shape::kMaxDims) {
    return corrupt(std::to_string(rank) + " dims are more than " + std::to_string(Shape::kMaxDims));
  }
  info.shape.rank = static_cast<int>(rank);
  for (uint32_t i = 0; i < rank; ++i) {
    LAR_TRY(info.shape.dims[i], cursor.u64("a dim"));
  }
  LAR_TRY(const uint32_t type_id, cursor.u32("the type"));
  info.type = quant::find_traits(type_id);
  if (info.type == nullptr) {
    return fail(Code::kUnsupported, "type " + std::to_string(type_id) + " is unknown");
  }
  const std::string shape = to_string(info.shape) + " of " + std::string(info.type->name);
  if (info.shape.cols() % info.type->block_elements != 0) {
    return corrupt("shape " + shape + ": rows are no whole number of blocks of " +
                   std::to_string(info.type->block_elements));
  }
  const auto bytes = quant::tensor_bytes(*info.type, info.shape);
  if (!bytes) return corrupt("shape " + shape + " is too large");
  info.bytes = *bytes;
  LAR_TRY(info.offset, cursor.u64("the offset"));
  return {};
}

Result<std::vector<TensorInfo>> parse_tensor_infos(Cursor& cursor, uint64_t count) {
  std::vector<TensorInfo> infos;
  for (uint64_t i = 0; i < count; ++i) {
    TensorInfo info;
    auto name = cursor.string(Limits::kMaxTensorNameBytes - 1, "the name");
    if (!name)
      return std::unexpected(
          std::move(name).error().with_context("tensor number " + std::to_string(i)));
    info.name = *name;
    if (auto body = parse_tensor_body(cursor, info); !body) {
      return std::unexpected(std::move(body).error().with_context("tensor " + quote(*name)));
    }
    infos.push_back(info);
  }
  const NameIndex index(infos.size(), [&](size_t i) { return infos[i].name; });
  if (const auto twice = index.duplicate()) {
    return corrupt("tensor " + quote(*twice) + " stands twice");
  }
  return infos;
}

// Where the data of a tensor begins in the file; its end has been checked.
Result<uint64_t> place(const TensorInfo& info,
                       uint64_t data_begin,
                       uint32_t alignment,
                       uint64_t file_bytes) {
  const std::string name = "tensor " + quote(info.name) + ": ";
  if (info.offset % alignment != 0) {
    return corrupt(name + "offset " + std::to_string(info.offset) +
                   " is no multiple of the alignment " + std::to_string(alignment));
  }
  const auto begin = checked_add(data_begin, info.offset);
  const auto end = begin ? checked_add(*begin, info.bytes) : begin;
  if (!end) return corrupt(name + "offset " + std::to_string(info.offset) + " is out of range");
  if (*end > file_bytes) {
    return corrupt(name + "data ends at " + std::to_string(*end) +
                   ", beyond the end of the file (" + std::to_string(file_bytes) + " bytes)");
  }
  return *begin;
}

Result<void> check_overlaps(const std::vector<TensorView>& tensors) {
  std::vector<const TensorView*> order;
  for (const TensorView& tensor : tensors) {
    if (!tensor.bytes.empty()) order.push_back(&tensor);
  }
  std::ranges::sort(order, {}, [](const TensorView* tensor) { return tensor->bytes.data(); });
  for (size_t i = 1; i < order.size(); ++i) {
    const auto before = order[i - 1]->bytes;
    if (before.data() + before.size() > order[i]->bytes.data()) {
      return corrupt("tensor " + quote(order[i]->name) + ": data overlaps that of tensor " +
                     quote(order[i - 1]->name));
    }
  }
  return {};
}

Result<void> parse_tensors(Cursor& cursor,
                           uint64_t count,
                           std::span<const std::byte> bytes,
                           Part& part) {
  LAR_TRY(const auto infos, parse_tensor_infos(cursor, count));
  part.header_bytes = cursor.position();
  if (infos.empty()) return {};
  const auto data_begin = checked_align_up<uint64_t>(cursor.position(), part.alignment);
  if (!data_begin || *data_begin > bytes.size()) {
    return corrupt("the file ends before the data of its tensors");
  }
  for (const TensorInfo& info : infos) {
    LAR_TRY(const uint64_t begin, place(info, *data_begin, part.alignment, bytes.size()));
    part.tensors.push_back({.name = std::string(info.name),
                            .dtype = info.type->dtype,
                            .shape = info.shape,
                            .bytes = bytes.subspan(begin, info.bytes)});
  }
  return check_overlaps(part.tensors);
}

}  // namespace

Result<Part> parse_part(std::span<const std::byte> bytes) {
  Part part;
  Cursor cursor(bytes);
  LAR_TRY(part.version, parse_version(cursor));
  LAR_TRY(const uint64_t tensors, cursor.u64("the number of tensors"));
  LAR_TRY(const uint64_t keys, cursor.u64("the number of keys"));
  LAR_TRY(check_count(keys, Limits::kMaxKeys, kKeyBytesMin, cursor.remaining(), "keys"));
  LAR_TRY(
      check_count(tensors, Limits::kMaxTensors, kTensorBytesMin, cursor.remaining(), "tensors"));
  LAR_TRY(parse_metadata(cursor, keys, part));
  LAR_TRY(part.alignment, parse_alignment(part));
  LAR_TRY(parse_tensors(cursor, tensors, bytes, part));
  return part;
}

const Value* find_value(const Part& part, std::string_view key) {
  const auto found = std::ranges::find(part.metadata, key, &KeyValue::key);
  return found == part.metadata.end() ? nullptr : &found->value;
}

}  // namespace lar::gguf
