// Bounds on Go templates: what a template from outside may cost to compile and to execute.
#pragma once

#include <cstddef>
#include <cstdint>

#include "chat/jinja/limits.h"

namespace lar::chat::gotemplate {

inline constexpr size_t kSourceBytesMax = size_t{1} << 20;
inline constexpr uint32_t kNodesMax = 200'000;
// Levels of actions and parentheses while parsing; templates in use have fewer than twenty.
inline constexpr uint32_t kParseDepthMax = 256;
// Levels of evaluation, over all templates that are being called.
inline constexpr uint32_t kExecuteDepthMax = 1000;
// Levels of containers in a value that is printed or written as JSON.
inline constexpr uint32_t kValueDepthMax = 600;

using ExecuteLimits = jinja::RenderLimits;

}  // namespace lar::chat::gotemplate
