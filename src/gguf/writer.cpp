#include "gguf/writer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <unordered_set>

#include "base/checked.h"
#include "gguf/quote.h"
#include "quant/traits.h"

namespace lar::gguf {
namespace {

constexpr std::string_view kAlignmentKey = "general.alignment";
constexpr uint32_t kDefaultAlignment = 32;

std::unexpected<Error> invalid(std::string message) {
  return fail(Code::kInvalidArgument, std::move(message));
}

class Encoder {
 public:
  template <class T>
  void number(T value) {
    raw(std::as_bytes(std::span(&value, 1)));
  }
  void string(std::string_view text) {
    number(static_cast<uint64_t>(text.size()));
    raw(std::as_bytes(std::span(text)));
  }
  void raw(std::span<const std::byte> bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  std::span<const std::byte> bytes() const { return bytes_; }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

// Counts what passes, for offsets and for the check of a source.
class CountingSink : public ByteSink {
 public:
  explicit CountingSink(ByteSink& target) : target_(target) {}

  Result<void> write(std::span<const std::byte> bytes) override {
    count_ += bytes.size();
    return target_.write(bytes);
  }

  Result<void> pad(uint32_t alignment) {
    constexpr std::array<std::byte, 4096> kZeros = {};
    while (count_ % alignment != 0) {
      const uint64_t missing = alignment - count_ % alignment;
      LAR_TRY(write(std::span(kZeros).first(std::min<size_t>(missing, kZeros.size()))));
    }
    return {};
  }

  uint64_t count() const { return count_; }

 private:
  ByteSink& target_;
  uint64_t count_ = 0;
};

}  // namespace

Writer Writer::copy_of(const File& file) {
  Writer writer = keys_of(file);
  for (const TensorView& tensor : file.tensors()) writer.add_tensor(tensor);
  return writer;
}

Writer Writer::keys_of(const File& file) {
  Writer writer(file.version());
  for (const KeyValue& entry : file.metadata()) {
    if (entry.key.starts_with("split.")) continue;
    writer.keys_.push_back(make_key(entry.key, entry.value));
  }
  return writer;
}

Writer::Key Writer::make_key(std::string_view key, const Value& value) {
  Encoder encoder;
  if (value.type == ValueType::kString) encoder.number(value.count);
  if (value.type == ValueType::kArray) {
    encoder.number(static_cast<uint32_t>(value.element_type));
    encoder.number(value.count);
  }
  encoder.raw(value.data);
  return {std::string(key), value.type, encoder.take()};
}

void Writer::set(Key key) {
  const auto place = std::ranges::find(keys_, key.name, &Key::name);
  if (place != keys_.end()) {
    *place = std::move(key);
  } else {
    keys_.push_back(std::move(key));
  }
}

void Writer::set_raw(std::string_view key, ValueType type, std::span<const std::byte> encoded) {
  set({std::string(key), type, {encoded.begin(), encoded.end()}});
}

void Writer::set_array(std::string_view key,
                       ValueType element,
                       uint64_t count,
                       std::span<const std::byte> encoded) {
  set_value(key,
            {.type = ValueType::kArray, .element_type = element, .count = count, .data = encoded});
}

void Writer::set_bool(std::string_view key, bool value) {
  const auto byte = static_cast<std::byte>(value ? 1 : 0);
  set_raw(key, ValueType::kBool, std::span(&byte, 1));
}

void Writer::set_string(std::string_view key, std::string_view value) {
  set_value(
      key,
      {.type = ValueType::kString, .count = value.size(), .data = std::as_bytes(std::span(value))});
}

void Writer::set_strings(std::string_view key, std::span<const std::string> values) {
  Encoder encoder;
  for (const std::string& value : values) encoder.string(value);
  set_array(key, ValueType::kString, values.size(), encoder.bytes());
}

void Writer::set_value(std::string_view key, const Value& value) {
  set(make_key(key, value));
}

void Writer::remove(std::string_view key) {
  std::erase_if(keys_, [&](const Key& entry) { return entry.name == key; });
}

void Writer::add_tensor(const TensorView& tensor) {
  add_tensor(tensor.name, tensor.dtype, tensor.shape,
             [bytes = tensor.bytes](ByteSink& sink) { return sink.write(bytes); });
}

void Writer::add_tensor(std::string name, DType dtype, const Shape& shape, TensorSource source) {
  tensors_.push_back({std::move(name), dtype, shape, std::move(source)});
}

Result<uint32_t> Writer::alignment() const {
  const auto entry = std::ranges::find(keys_, kAlignmentKey, &Key::name);
  if (entry == keys_.end()) return kDefaultAlignment;
  uint32_t value = 0;
  if (entry->type == ValueType::kUint32) std::memcpy(&value, entry->encoded.data(), sizeof(value));
  if (!std::has_single_bit(value) || value > Limits::kMaxAlignment) {
    return invalid("key " + quote(kAlignmentKey) + ": must be a uint32 and a power of two up to " +
                   std::to_string(Limits::kMaxAlignment));
  }
  return value;
}

Result<void> Writer::check() const {
  if (version_ != 2 && version_ != 3) {
    return invalid("GGUF version " + std::to_string(version_) + " cannot be written");
  }
  if (keys_.size() > Limits::kMaxKeys || tensors_.size() > Limits::kMaxTensors) {
    return invalid(std::to_string(keys_.size()) + " keys and " + std::to_string(tensors_.size()) +
                   " tensors are more than the limits allow");
  }
  for (const Key& key : keys_) {
    if (key.name.empty() || key.name.size() > Limits::kMaxKeyBytes) {
      return invalid("key " + quote(key.name) + " has " + std::to_string(key.name.size()) +
                     " bytes, not 1 to " + std::to_string(Limits::kMaxKeyBytes));
    }
  }
  std::unordered_set<std::string_view> names;
  for (const Tensor& tensor : tensors_) {
    if (tensor.name.size() >= Limits::kMaxTensorNameBytes) {
      return invalid("tensor " + quote(tensor.name) + ": the name is longer than " +
                     std::to_string(Limits::kMaxTensorNameBytes - 1) + " bytes");
    }
    if (!names.insert(tensor.name).second) {
      return invalid("tensor " + quote(tensor.name) + " is added twice");
    }
    const quant::Traits* type = quant::find_traits(tensor.dtype);
    if (type == nullptr || !quant::tensor_bytes(*type, tensor.shape)) {
      return invalid("tensor " + quote(tensor.name) + ": shape " + to_string(tensor.shape) +
                     " does not suit its type");
    }
  }
  return {};
}

Result<void> Writer::write(ByteSink& sink) const {
  LAR_TRY(check());
  LAR_TRY(const uint32_t alignment, this->alignment());
  Encoder header;
  header.raw(std::as_bytes(std::span("GGUF", 4)));
  header.number(version_);
  header.number(static_cast<uint64_t>(tensors_.size()));
  header.number(static_cast<uint64_t>(keys_.size()));
  for (const Key& key : keys_) {
    header.string(key.name);
    header.number(static_cast<uint32_t>(key.type));
    header.raw(key.encoded);
  }
  uint64_t offset = 0;
  for (const Tensor& tensor : tensors_) {
    header.string(tensor.name);
    header.number(static_cast<uint32_t>(tensor.shape.rank));
    for (int i = 0; i < tensor.shape.rank; ++i) {
      header.number(tensor.shape.dims[static_cast<size_t>(i)]);
    }
    header.number(static_cast<uint32_t>(tensor.dtype));
    header.number(offset);
    const auto bytes = quant::tensor_bytes(quant::traits(tensor.dtype), tensor.shape);
    const auto end = checked_add(offset, bytes.value_or(0));
    const auto next = end ? checked_align_up<uint64_t>(*end, alignment) : end;
    if (!next) return invalid("tensor " + quote(tensor.name) + ": the file becomes too large");
    offset = *next;
  }
  CountingSink output(sink);
  LAR_TRY(output.write(header.bytes()));
  if (!tensors_.empty()) {
    LAR_TRY(output.pad(alignment));
  }
  for (const Tensor& tensor : tensors_) {
    const uint64_t begin = output.count();
    LAR_TRY(tensor.source(output));
    const auto wanted = quant::tensor_bytes(quant::traits(tensor.dtype), tensor.shape);
    if (output.count() - begin != wanted) {
      return invalid("tensor " + quote(tensor.name) + ": " +
                     std::to_string(output.count() - begin) + " bytes were given, not " +
                     std::to_string(wanted.value_or(0)));
    }
    LAR_TRY(output.pad(alignment));
  }
  return {};
}

Result<void> Writer::write_file(const std::string& path) const {
  LAR_TRY(auto sink, FileSink::create(path));
  LAR_TRY(write(sink));
  return sink.commit();
}

Result<std::vector<std::byte>> Writer::to_bytes() const {
  MemorySink sink;
  LAR_TRY(write(sink));
  return sink.take();
}

}  // namespace lar::gguf
