#include "cli/serve_models.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/duration.h"

namespace lar::cli {
namespace {

using std::chrono::nanoseconds;

class Reader {
 public:
  Reader(const Environment& environment, std::vector<std::string>& warnings)
      : environment_(environment), warnings_(warnings) {}

  // Ollama takes spaces and quotes off both ends of every variable.
  std::string_view text(std::string_view name) const {
    constexpr std::string_view kBlanks = " \t\r\n\"'";
    const auto found = environment_.variables.find(name);
    if (found == environment_.variables.end()) return {};
    const std::string_view value = found->second;
    const auto begin = value.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return {};
    return value.substr(begin, value.find_last_not_of(kBlanks) - begin + 1);
  }

  void number(std::string_view name, uint32_t& out) {
    const auto value = text(name);
    if (value.empty()) return;
    uint32_t parsed = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
    if (error != std::errc{} || end != value.data() + value.size()) return senseless(name, value);
    out = parsed;
  }

  // A Go duration, or a whole number of seconds.
  void duration(std::string_view name, nanoseconds& out) {
    const auto value = text(name);
    if (value.empty()) return;
    int64_t seconds = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (error == std::errc{} && end == value.data() + value.size()) {
      constexpr int64_t kMost = 9'000'000'000;
      out = std::chrono::seconds(std::clamp(seconds, -kMost, kMost));
      return;
    }
    const auto parsed = parse_go_duration(value);
    if (!parsed) return senseless(name, value);
    out = *parsed;
  }

  // As strconv.ParseBool reads it; what it does not know counts as true. nullopt: not set.
  std::optional<bool> boolean(std::string_view name) const {
    const auto value = text(name);
    if (value.empty()) return std::nullopt;
    for (const std::string_view no : {"0", "f", "F", "false", "FALSE", "False"}) {
      if (value == no) return false;
    }
    return true;
  }

  void unused(std::string_view name, std::string_view why) {
    if (!text(name).empty()) warnings_.push_back(fmt::format("{}: {}", name, why));
  }

 private:
  void senseless(std::string_view name, std::string_view value) {
    warnings_.push_back(fmt::format("{}: \"{}\" makes no sense, the default is used", name, value));
  }

  const Environment& environment_;
  std::vector<std::string>& warnings_;
};

// Names as Ollama has them; for q4_0, which the engine does not have, the nearest is taken.
void read_cache_type(const Reader& reader, ModelServing& serving) {
  const auto name = reader.text("OLLAMA_KV_CACHE_TYPE");
  if (name.empty() || name == "f16") return;
  const bool saves = name == "q8_0" || name == "q4_0";
  if (saves) serving.service.load.kv_type = DType::kQ8_0;
  if (name == "q8_0") return;
  serving.warnings.push_back(fmt::format(
      "OLLAMA_KV_CACHE_TYPE: \"{}\" is not supported, {} is used", name, saves ? "q8_0" : "f16"));
  serving.service.notes.push_back(serving.warnings.back());
}

}  // namespace

Result<ModelServing> model_serving(const Environment& environment) {
  ModelServing serving;
  Reader reader(environment, serving.warnings);
  scheduler::Limits& limits = serving.service.limits;
  uint32_t loaded_max = 0;
  reader.number("OLLAMA_MAX_LOADED_MODELS", loaded_max);
  if (loaded_max > 0) limits.loaded_max = loaded_max;
  reader.number("OLLAMA_NUM_PARALLEL", limits.parallel);
  if (limits.parallel > 0) limits.running_max = limits.parallel;
  reader.number("OLLAMA_MAX_QUEUE", limits.waiting_max);
  reader.duration("OLLAMA_KEEP_ALIVE", limits.keep_alive);
  reader.duration("OLLAMA_LOAD_TIMEOUT", limits.load_timeout);
  reader.duration("LAR_QUEUE_TIMEOUT", limits.queue_timeout);
  if (limits.queue_timeout <= nanoseconds(0)) {
    return fail(Code::kInvalidArgument, "LAR_QUEUE_TIMEOUT must be more than nothing");
  }

  runtime::LoadOptions& load = serving.service.load;
  load.threads = environment.threads;
  load.isas = environment.isas;
  uint32_t context = 0;
  reader.number("OLLAMA_CONTEXT_LENGTH", context);
  if (context > 0) load.context = context;
  read_cache_type(reader, serving);
  serving.prefer_go = reader.boolean("OLLAMA_GO_TEMPLATE");

  constexpr std::string_view kNoGpu = "there is no GPU backend yet, models run on the CPU";
  reader.unused("OLLAMA_GPU_OVERHEAD", kNoGpu);
  reader.unused("OLLAMA_SCHED_SPREAD", kNoGpu);
  if (reader.boolean("OLLAMA_FLASH_ATTENTION") == false) {
    serving.warnings.emplace_back("OLLAMA_FLASH_ATTENTION: attention is always computed in blocks");
  }

  const auto sandbox = reader.text("LAR_SANDBOX");
  if (sandbox == "off") {
    serving.sandbox = runner::SandboxMode::kOff;
  } else if (sandbox == "required") {
    serving.sandbox = runner::SandboxMode::kRequired;
  } else if (!sandbox.empty() && sandbox != "best-effort") {
    return fail(Code::kInvalidArgument, "LAR_SANDBOX is off, best-effort or required");
  }
  return serving;
}

}  // namespace lar::cli
