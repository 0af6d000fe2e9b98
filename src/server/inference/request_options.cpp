#include "server/inference/request_options.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "modelfile/parameters.h"
#include "store/json.h"

namespace lar::server {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kContextMin = 4;
// Older releases had these and later ones ignore them.
constexpr std::array kHistoric = {"numa", "tfs_z"};

const runtime::OptionInfo* find_option(std::string_view name) {
  const auto all = runtime::all_options();
  const auto it = std::ranges::find(all, name, &runtime::OptionInfo::name);
  return it == all.end() ? nullptr : &*it;
}

std::string_view type_name(runtime::OptionType type) {
  switch (type) {
    case runtime::OptionType::kInteger: return "integer";
    case runtime::OptionType::kFloat: return "float32";
    case runtime::OptionType::kBoolean: return "boolean";
    case runtime::OptionType::kStringList: return "array";
  }
  return "value";
}

std::unexpected<HttpError> wrong_type(const runtime::OptionInfo& option) {
  return std::unexpected(HttpError{500,
                                   "option \"" + std::string(option.name) + "\" must be of type " +
                                       std::string(type_name(option.type)),
                                   {}});
}

// The number as text without a fraction; nullopt: no number, or too large to be one.
std::optional<std::string> integer_text(const Json& value) {
  if (value.is_number_unsigned()) return std::to_string(value.get<uint64_t>());
  if (value.is_number_integer()) return std::to_string(value.get<int64_t>());
  if (!value.is_number_float()) return std::nullopt;
  const double number = std::trunc(value.get<double>());
  if (!(std::abs(number) <= 9e15)) return std::nullopt;
  return std::to_string(static_cast<int64_t>(number));
}

std::expected<void, HttpError> set(runtime::Options& options,
                                   std::string_view name,
                                   std::string_view text) {
  const auto done = runtime::set_option(options, name, text);
  if (!done) return std::unexpected(HttpError{400, done.error().message, {}});
  return {};
}

std::expected<void, HttpError> set_strings(runtime::Options& options,
                                           const runtime::OptionInfo& option,
                                           const Json& value) {
  if (!value.is_array()) return wrong_type(option);
  options.stop.clear();
  for (const Json& item : value) {
    if (!item.is_string()) {
      return std::unexpected(HttpError{
          500, "option \"" + std::string(option.name) + "\" must be of an array of strings", {}});
    }
    if (item.get_ref<const std::string&>().empty()) continue;  // would end the text before it began
    if (auto done = set(options, option.name, item.get_ref<const std::string&>()); !done) {
      return done;
    }
  }
  return {};
}

std::expected<void, HttpError> set_value(runtime::Options& options,
                                         const runtime::OptionInfo& option,
                                         const Json& value,
                                         std::vector<std::string>& warnings) {
  switch (option.type) {
    case runtime::OptionType::kInteger: {
      auto text = integer_text(value);
      if (!text) return wrong_type(option);
      if (option.name == "num_ctx" && value.get<double>() < kContextMin) {
        warnings.push_back("num_ctx: at least " + std::to_string(kContextMin) + " is used");
        text = std::to_string(kContextMin);
      }
      return set(options, option.name, *text);
    }
    case runtime::OptionType::kFloat:
      if (!value.is_number()) return wrong_type(option);
      return set(options, option.name, value.dump());
    case runtime::OptionType::kBoolean:
      if (!value.is_boolean()) return wrong_type(option);
      return set(options, option.name, value.get<bool>() ? "true" : "false");
    case runtime::OptionType::kStringList: return set_strings(options, option, value);
  }
  return {};
}

std::string clipped(const std::string& name) {
  return name.size() <= 64 ? name : name.substr(0, 64) + "...";
}

}  // namespace

std::expected<void, HttpError> apply_options(const Json& object,
                                             runtime::Options& options,
                                             std::vector<std::string>& warnings) {
  for (const auto& [name, value] : object.items()) {
    if (value.is_null()) continue;
    const runtime::OptionInfo* option = find_option(name);
    if (option == nullptr) {
      const bool historic = modelfile::is_deprecated_parameter(name) ||
                            std::ranges::find(kHistoric, name) != kHistoric.end();
      warnings.push_back(historic ? "option \"" + name + "\" does nothing any more"
                                  : "unknown option \"" + clipped(name) + "\"");
      continue;
    }
    if (auto done = set_value(options, *option, value, warnings); !done) return done;
  }
  return {};
}

void apply_parameters(std::string_view params_json,
                      runtime::Options& options,
                      std::vector<std::string>& warnings) {
  if (params_json.empty()) return;
  const auto parsed = store::parse_json(params_json);
  if (!parsed || !parsed->is_object()) {
    warnings.emplace_back("the parameters of the model cannot be read");
    return;
  }
  for (const auto& [name, value] : parsed->items()) {
    Json one = Json::object();
    // A Modelfile's `stop` may be one string.
    one[name] = name == "stop" && value.is_string() ? Json::array({value}) : value;
    const auto done = apply_options(one, options, warnings);
    if (!done) warnings.push_back("of the model: " + done.error().message);
  }
}

}  // namespace lar::server
