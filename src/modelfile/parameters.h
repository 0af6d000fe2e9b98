// The parameters of a model: which there are, of what type, and how a Modelfile's text becomes the
// JSON layer that is stored.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace lar::modelfile {

enum class ParameterType : uint8_t { kInt, kFloat, kBool, kStrings };

struct ParameterInfo {
  std::string_view name;
  ParameterType type;
};

// nullptr for an unknown name. Names are lower case and must match exactly.
const ParameterInfo* find_parameter(std::string_view name);

// Names that older Modelfiles have and that no longer do anything: accepted with a warning.
bool is_deprecated_parameter(std::string_view name);

using ParameterValue = std::variant<int64_t, double, bool, std::vector<std::string>>;
using Parameters = std::map<std::string, ParameterValue>;

// Adds one: `stop` accumulates, of others the last one counts. Errors: invalid_argument,
// "unknown parameter 'x'", "invalid int value [x]", "invalid float value [x]", "invalid bool
// value [x]". Deprecated names must have been sorted out before.
Result<void> add_parameter(Parameters& parameters,
                           const std::string& name,
                           const std::string& value);

// The bytes of the params layer.
std::string encode_parameters(const Parameters& parameters);

// A params layer as lines of name and value, sorted by name, one line a stop string. It may hold
// any JSON, for the API takes any.
struct ParameterLine {
  std::string name;
  std::string value;
  bool is_string = false;
};
Result<std::vector<ParameterLine>> parameter_lines(std::string_view params_json);

}  // namespace lar::modelfile
