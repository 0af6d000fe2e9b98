// The bounds that keep a hostile template from taking down its process.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lar::chat::jinja {

struct CompileLimits {
  size_t source_bytes_max = size_t{1} << 20;  // the largest known templates have 60 KB
  uint32_t nodes_max = 200'000;
};

// Levels of brackets, tags and operators. Python itself gives up near 100 nested tags.
inline constexpr uint32_t kParseDepthMax = 256;
// Height of one expression: long chains of "+" or filters grow on the left without nesting.
inline constexpr uint16_t kExpressionDepthMax = 400;
// Levels of evaluation, over all macros that are being called.
inline constexpr uint32_t kRenderDepthMax = 1000;
// Levels of containers in one value.
inline constexpr uint32_t kValueDepthMax = 600;
// Bytes of stack, whatever the build makes of a level.
inline constexpr size_t kStackBytesMax = size_t{384} << 10;
// As Jinja's sandbox.
inline constexpr int64_t kRangeMax = 100'000;

struct RenderLimits {
  uint64_t work_max = 3'000'000;
  size_t memory_bytes_max = size_t{32} << 20;
  size_t output_bytes_max = size_t{10} << 20;
};

}  // namespace lar::chat::jinja
