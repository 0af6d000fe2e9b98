// The options of a request by Ollama's names, types and defaults, and ours beyond them. One table
// has every option; parsing, errors and documentation walk it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sampling/params.h"

namespace lar::runtime {

struct Options {
  sampling::Params sampling;
  int32_t num_predict = -1;  // negative: until the model ends or the bound on contexts
  int32_t num_keep = 4;
  std::vector<std::string> stop;

  // Taken when a model is loaded.
  std::optional<uint32_t> num_ctx;
  std::optional<uint32_t> num_batch;
  std::optional<uint32_t> num_thread;
  std::optional<int32_t> num_gpu;
  std::optional<int32_t> main_gpu;
  std::optional<bool> use_mmap;
  std::optional<int32_t> draft_num_predict;
};

enum class OptionType : uint8_t { kInteger, kFloat, kBoolean, kStringList };

// What may be set, with the type that messages name.
struct OptionInfo {
  std::string_view name;
  OptionType type = OptionType::kInteger;
};
std::span<const OptionInfo> all_options();

// Sets option `name` from text ("0.7", "true", one stop string, which is added to the list).
// Errors: invalid_argument, naming the option: unknown, of another type, or out of range.
Result<void> set_option(Options& options, std::string_view name, std::string_view value);

// What this build cannot honour of what was asked for, a sentence each.
std::vector<std::string> unhonoured(const Options& options);

}  // namespace lar::runtime
