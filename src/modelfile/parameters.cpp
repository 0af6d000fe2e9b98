#include "modelfile/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "store/json.h"

namespace lar::modelfile {
namespace {

constexpr std::array kParameters = {
    ParameterInfo{"draft_num_predict", ParameterType::kInt},
    ParameterInfo{"frequency_penalty", ParameterType::kFloat},
    ParameterInfo{"main_gpu", ParameterType::kInt},
    ParameterInfo{"min_p", ParameterType::kFloat},
    ParameterInfo{"num_batch", ParameterType::kInt},
    ParameterInfo{"num_ctx", ParameterType::kInt},
    ParameterInfo{"num_gpu", ParameterType::kInt},
    ParameterInfo{"num_keep", ParameterType::kInt},
    ParameterInfo{"num_predict", ParameterType::kInt},
    ParameterInfo{"num_thread", ParameterType::kInt},
    ParameterInfo{"presence_penalty", ParameterType::kFloat},
    ParameterInfo{"repeat_last_n", ParameterType::kInt},
    ParameterInfo{"repeat_penalty", ParameterType::kFloat},
    ParameterInfo{"seed", ParameterType::kInt},
    ParameterInfo{"stop", ParameterType::kStrings},
    ParameterInfo{"temperature", ParameterType::kFloat},
    ParameterInfo{"top_k", ParameterType::kInt},
    ParameterInfo{"top_p", ParameterType::kFloat},
    ParameterInfo{"typical_p", ParameterType::kFloat},
    ParameterInfo{"use_mmap", ParameterType::kBool},
};

constexpr std::array<std::string_view, 11> kDeprecated = {
    "f16_kv", "logits_all",       "low_vram", "mirostat",  "mirostat_eta", "mirostat_tau",
    "numa",   "penalize_newline", "tfs_z",    "use_mlock", "vocab_only",
};

// A number of the whole text, with an optional plus sign.
template <class T>
std::optional<T> number(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  T value{};
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

// The shortest decimal that is this float, as a double: 0.7 stays 0.7 and is not 0.699999988.
std::optional<double> float_value(std::string_view text) {
  const auto value = number<float>(text);
  if (!value || !std::isfinite(*value)) return std::nullopt;
  return number<double>(fmt::format("{}", *value));
}

template <class List>
bool has(const List& list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

std::optional<bool> bool_value(std::string_view text) {
  constexpr std::array<std::string_view, 6> kTrue = {"1", "t", "T", "TRUE", "true", "True"};
  constexpr std::array<std::string_view, 6> kFalse = {"0", "f", "F", "FALSE", "false", "False"};
  if (has(kTrue, text)) return true;
  if (has(kFalse, text)) return false;
  return std::nullopt;
}

std::optional<ParameterValue> typed(ParameterType type, const std::string& text) {
  const auto wrap = [](auto value) {
    return value ? std::optional<ParameterValue>(*value) : std::nullopt;
  };
  switch (type) {
    case ParameterType::kInt: return wrap(number<int64_t>(text));
    case ParameterType::kFloat: return wrap(float_value(text));
    case ParameterType::kBool: return wrap(bool_value(text));
    case ParameterType::kStrings: return std::vector{text};
  }
  return std::nullopt;
}

std::string_view type_name(ParameterType type) {
  switch (type) {
    case ParameterType::kInt: return "int";
    case ParameterType::kFloat: return "float";
    case ParameterType::kBool: return "bool";
    case ParameterType::kStrings: return "string";
  }
  return "";
}

// Whole numbers without a point or an exponent, so that they are read back as they were.
std::string number_text(double value) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (value == std::trunc(value) && std::abs(value) < kExact) {
    return fmt::format("{}", static_cast<int64_t>(value));
  }
  return fmt::format("{}", value);
}

ParameterLine line_of(const std::string& name, const nlohmann::ordered_json& value) {
  if (value.is_string()) return {name, value.get<std::string>(), true};
  if (value.is_number_float()) return {name, number_text(value.get<double>()), false};
  return {name, store::go_json(value), false};
}

}  // namespace

const ParameterInfo* find_parameter(std::string_view name) {
  const auto* const found = std::ranges::find(kParameters, name, &ParameterInfo::name);
  return found == kParameters.end() ? nullptr : found;
}

bool is_deprecated_parameter(std::string_view name) {
  return has(kDeprecated, name);
}

Result<void> add_parameter(Parameters& parameters,
                           const std::string& name,
                           const std::string& value) {
  const ParameterInfo* const info = find_parameter(name);
  if (info == nullptr) {
    return fail(Code::kInvalidArgument, fmt::format("unknown parameter '{}'", name));
  }
  auto parsed = typed(info->type, value);
  if (!parsed) {
    return fail(Code::kInvalidArgument,
                fmt::format("invalid {} value [{}]", type_name(info->type), value));
  }
  const auto existing = parameters.find(name);
  if (info->type == ParameterType::kStrings && existing != parameters.end()) {
    std::get<std::vector<std::string>>(existing->second).push_back(value);
  } else {
    parameters.insert_or_assign(name, *std::move(parsed));
  }
  return {};
}

std::string encode_parameters(const Parameters& parameters) {
  auto object = nlohmann::ordered_json::object();
  for (const auto& [name, value] : parameters) {
    std::visit([&](const auto& v) { object[name] = v; }, value);
  }
  return store::go_json(object) + '\n';
}

Result<std::vector<ParameterLine>> parameter_lines(std::string_view params_json) {
  std::vector<ParameterLine> lines;
  if (params_json.empty()) return lines;
  LAR_TRY(const auto object, with_context(store::parse_json(params_json), "parameters"));
  if (!object.is_object()) return fail(Code::kDataCorrupt, "parameters: not a JSON object");
  std::map<std::string, nlohmann::ordered_json> sorted;
  for (const auto& [name, value] : object.items()) sorted[name] = value;
  for (const auto& [name, value] : sorted) {
    if (value.is_array()) {
      for (const auto& item : value) lines.push_back(line_of(name, item));
    } else {
      lines.push_back(line_of(name, value));
    }
  }
  return lines;
}

}  // namespace lar::modelfile
