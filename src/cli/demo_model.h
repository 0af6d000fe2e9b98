// The small model that the program carries: `lar run demo` works with no file and no network.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace lar::cli {

inline constexpr std::string_view kDemoModelName = "demo";

// A GGUF file, in the program's read-only data.
std::span<const std::byte> demo_model();

}  // namespace lar::cli
