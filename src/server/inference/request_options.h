// The `options` of a request, and the parameters of a model, onto runtime::Options with Ollama's
// rules for types.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "runtime/options.h"
#include "server/errors.h"

namespace lar::server {

// Sets what the object names; null values are left out. A number with a fraction is cut where an
// integer is due, num_ctx is at least 4. What is unknown or does nothing becomes a warning. Errors:
// 500 `option "x" must be of type integer` (Ollama's status for it), 400 for a value out of range.
std::expected<void, HttpError> apply_options(const nlohmann::ordered_json& object,
                                             runtime::Options& options,
                                             std::vector<std::string>& warnings);

// The params layer of a model, in the same way. What does not fit is a warning: the model is
// stored, and a request cannot repair it.
void apply_parameters(std::string_view params_json,
                      runtime::Options& options,
                      std::vector<std::string>& warnings);

}  // namespace lar::server
