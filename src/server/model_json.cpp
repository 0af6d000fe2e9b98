#include "server/model_json.h"

#include <charconv>
#include <cmath>

#include "base/checked.h"
#include "quant/traits.h"

namespace lar::server {
namespace {

constexpr uint64_t kShortArray = 5;

// The double whose shortest decimal form is that of the float: 1e-05, not 9.999999747378752e-06.
Json float_json(double value, bool single) {
  if (!std::isfinite(value)) return nullptr;
  if (!single) return value;
  std::array<char, 32> text{};
  const auto written =
      std::to_chars(text.data(), text.data() + text.size(), static_cast<float>(value));
  double exact = value;
  std::from_chars(text.data(), written.ptr, exact);
  return exact;
}

Json number_json(const gguf::Value& value, gguf::ValueType type, uint64_t index, bool element) {
  using enum gguf::ValueType;
  switch (type) {
    case kFloat32:
    case kFloat64: {
      const auto number = element ? value.float_at(index) : value.as_float();
      return float_json(number.value_or(0.0), type == kFloat32);
    }
    case kBool: {
      if (!element) return value.as_bool().value_or(false);
      return value.int_at(index).value_or(0) != 0;
    }
    case kUint64: {
      if (!element) return value.as_uint().value_or(0);
      return value.int_at(index).value_or(0);
    }
    default: {
      const auto number = element ? value.int_at(index) : value.as_int();
      return number.value_or(0);
    }
  }
}

Json array_json(const gguf::Value& value, bool verbose) {
  if (value.count > kShortArray && !verbose) return nullptr;
  Json items = Json::array();
  if (value.element_type == gguf::ValueType::kString) {
    auto strings = gguf::StringArray::of(value);
    if (!strings) return nullptr;
    for (uint64_t i = 0; i < value.count; ++i) items.push_back(std::string(strings->next()));
    return items;
  }
  if (value.element_type == gguf::ValueType::kArray) return nullptr;
  for (uint64_t i = 0; i < value.count; ++i) {
    items.push_back(number_json(value, value.element_type, i, true));
  }
  return items;
}

Json value_json(const gguf::Value& value, bool verbose) {
  switch (value.type) {
    case gguf::ValueType::kString: return std::string(value.as_string().value_or(""));
    case gguf::ValueType::kArray: return array_json(value, verbose);
    default: return number_json(value, value.type, 0, false);
  }
}

}  // namespace

uint64_t parameter_count(const gguf::File& file) {
  uint64_t count = 0;
  for (const TensorView& tensor : file.tensors()) {
    count = checked_add(count, tensor.shape.elements()).value_or(count);
  }
  return count;
}

Json details_json(const store::ConfigBlob& config, const std::string& parent_model) {
  Json details;
  details["parent_model"] = parent_model;
  details["format"] = config.model_format;
  details["family"] = config.model_family;
  details["families"] = config.model_families.empty() ? Json(nullptr) : Json(config.model_families);
  details["parameter_size"] = config.model_type;
  details["quantization_level"] = config.file_type;
  if (config.context_length > 0) details["context_length"] = config.context_length;
  if (config.embedding_length > 0) details["embedding_length"] = config.embedding_length;
  return details;
}

Json model_info_json(const gguf::File& file, bool verbose) {
  // Sorted, as Go writes a map.
  std::map<std::string, Json> fields;
  for (const gguf::KeyValue& entry : file.metadata()) {
    if (entry.key == "general.name" || entry.key == "tokenizer.chat_template") continue;
    fields.emplace(entry.key, value_json(entry.value, verbose));
  }
  fields.insert_or_assign("general.parameter_count", Json(parameter_count(file)));
  Json info = Json::object();
  for (auto& [key, value] : fields) info[key] = std::move(value);
  return info;
}

Json tensors_json(const gguf::File& file) {
  Json tensors = Json::array();
  for (const TensorView& tensor : file.tensors()) {
    Json shape = Json::array();
    for (int i = 0; i < tensor.shape.rank; ++i) {
      shape.push_back(tensor.shape.dims.at(static_cast<size_t>(i)));
    }
    Json entry;
    entry["name"] = tensor.name;
    entry["type"] = quant::traits(tensor.dtype).name;
    entry["shape"] = std::move(shape);
    tensors.push_back(std::move(entry));
  }
  return tensors;
}

}  // namespace lar::server
