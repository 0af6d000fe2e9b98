#include "server/inference/request_fields.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/duration.h"
#include "modelfile/show.h"

namespace lar::server {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::nanoseconds;

constexpr nanoseconds kForever{-1};

// As the caller wrote it, as far as that is known.
std::string text_of(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

Result<std::optional<nanoseconds>> parse_keep_alive(const Json* value) {
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) {
    const double seconds = value->get<double>();
    if (seconds < 0) return kForever;
    const double nanos = seconds * 1e9;
    if (!(nanos < 9.2e18)) return kForever;
    return nanoseconds(static_cast<int64_t>(nanos));
  }
  if (value->is_string()) {
    LAR_TRY(const nanoseconds duration, parse_go_duration(value->get_ref<const std::string&>()));
    return duration < nanoseconds(0) ? kForever : duration;
  }
  return fail(Code::kInvalidArgument,
              "keep_alive must be a number of seconds or a duration, not " + text_of(*value));
}

Result<runtime::Think> parse_think(const Json* value) {
  if (value == nullptr) return runtime::Think::kDefault;
  if (value->is_boolean()) return value->get<bool>() ? runtime::Think::kOn : runtime::Think::kOff;
  if (value->is_string()) {
    const auto& level = value->get_ref<const std::string&>();
    if (level == "low") return runtime::Think::kLow;
    if (level == "medium") return runtime::Think::kMedium;
    if (level == "high") return runtime::Think::kHigh;
    if (level == "max") return runtime::Think::kMax;
  }
  const std::string shown =
      value->is_string() ? modelfile::go_quoted(value->get<std::string>()) : text_of(*value);
  return fail(Code::kInvalidArgument,
              "invalid think value: " + shown +
                  " (must be \"high\", \"medium\", \"low\", \"max\", true, or false)");
}

std::expected<runtime::Constraint, HttpError> parse_format(const Json* value) {
  if (value == nullptr) return runtime::Constraint{};
  if (value->is_string() && value->get_ref<const std::string&>().empty()) {
    return runtime::Constraint{};
  }
  if (*value == "json") return runtime::Constraint{runtime::Constraint::Kind::kJson, {}};
  if (value->is_object()) {
    return runtime::Constraint{runtime::Constraint::Kind::kJsonSchema, text_of(*value)};
  }
  return std::unexpected(HttpError{500,
                                   "invalid format: " + modelfile::go_quoted(text_of(*value)) +
                                       "; expected \"json\" or a valid JSON Schema object",
                                   {}});
}

}  // namespace lar::server
