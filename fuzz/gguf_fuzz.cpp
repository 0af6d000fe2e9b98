// Any bytes as a model file: whatever opens can be walked and decoded, and a copy of it made by the
// writer says the same.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "base/check.h"
#include "gguf/reader.h"
#include "gguf/writer.h"
#include "quant/traits.h"

namespace lar::gguf {
namespace {

// Reads every byte, so that a sanitizer sees a view that is too long.
uint64_t touch(std::span<const std::byte> bytes) {
  uint64_t sum = 0;
  for (const std::byte byte : bytes) sum += static_cast<uint64_t>(byte);
  return sum;
}

uint64_t walk_value(const Value& value) {
  uint64_t sum = touch(value.data);
  sum += value.as_uint().value_or(0) + static_cast<uint64_t>(value.as_int().value_or(0));
  sum += value.as_bool().value_or(false) ? 1U : 0U;
  sum += value.as_float().has_value() ? 1U : 0U;
  sum += value.as_string().value_or("").size();
  if (auto strings = StringArray::of(value)) {
    for (uint64_t i = 0; i < strings->size(); ++i)
      sum += touch(std::as_bytes(std::span(strings->next())));
  }
  for (uint64_t i = 0; i <= value.count && i < 1000; ++i) {
    sum += static_cast<uint64_t>(value.int_at(i).value_or(0));
    sum += value.float_at(i).has_value() ? 1U : 0U;
  }
  return sum;
}

void walk(const File& file) {
  volatile uint64_t sum = 0;
  for (const KeyValue& entry : file.metadata()) {
    LAR_CHECK(file.find(entry.key) == &entry.value);
    sum = sum + walk_value(entry.value);
  }
  for (const TensorView& tensor : file.tensors()) {
    LAR_CHECK(file.find_tensor(tensor.name) == &tensor);
    const quant::Traits& type = quant::traits(tensor.dtype);
    LAR_CHECK(quant::tensor_bytes(type, tensor.shape) == tensor.bytes.size());
    sum = sum + touch(tensor.bytes);
    if (type.decode == nullptr || tensor.bytes.empty()) continue;
    std::vector<float> floats(type.block_elements);
    type.decode(tensor.bytes.data(), floats.data(), floats.size());
  }
}

bool same(std::span<const std::byte> a, std::span<const std::byte> b) {
  return std::ranges::equal(a, b);
}

void check_copy(const File& file) {
  const auto bytes = Writer::copy_of(file).to_bytes();
  LAR_CHECK(bytes.has_value());
  const auto copy = File::parse(*bytes, "copy");
  LAR_CHECK(copy.has_value());
  LAR_CHECK((*copy)->metadata().size() <= file.metadata().size());  // split.* stays behind
  for (const KeyValue& entry : (*copy)->metadata()) {
    const Value* original = file.find(entry.key);
    LAR_CHECK(original != nullptr && original->type == entry.value.type);
    LAR_CHECK(same(original->data, entry.value.data));
  }
  LAR_CHECK((*copy)->tensors().size() == file.tensors().size());
  for (size_t i = 0; i < file.tensors().size(); ++i) {
    LAR_CHECK((*copy)->tensors()[i].name == file.tensors()[i].name);
    LAR_CHECK((*copy)->tensors()[i].shape == file.tensors()[i].shape);
    LAR_CHECK(same((*copy)->tensors()[i].bytes, file.tensors()[i].bytes));
  }
}

}  // namespace
}  // namespace lar::gguf

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto file = lar::gguf::File::parse(bytes, "fuzz");
  if (!file) {
    LAR_CHECK(!file.error().message.contains('\n'));
    return 0;
  }
  lar::gguf::walk(**file);
  lar::gguf::check_copy(**file);
  return 0;
}
