#include "runtime/options.h"

#include <array>
#include <charconv>
#include <cmath>
#include <variant>

namespace lar::runtime {
namespace {

constexpr size_t kMaxStops = 256;
constexpr size_t kMaxStopBytes = 4096;

// A setter of one option; the alternative tells the type of its value.
using SetInteger = void (*)(Options&, int64_t);
using SetFloat = void (*)(Options&, float);
using SetBoolean = void (*)(Options&, bool);
using AddString = void (*)(Options&, std::string);

struct Row {
  std::string_view name;
  std::variant<SetInteger, SetFloat, SetBoolean, AddString> set;
  int64_t min = INT32_MIN;
  int64_t max = INT32_MAX;
};

constexpr int64_t kMaxContext = 1 << 28;

const std::array kRows = {
    Row{"num_ctx", SetInteger{[](Options& o, int64_t v) { o.num_ctx = static_cast<uint32_t>(v); }},
        4, kMaxContext},
    Row{"num_batch",
        SetInteger{[](Options& o, int64_t v) { o.num_batch = static_cast<uint32_t>(v); }}, 1,
        65'536},
    Row{"num_thread",
        SetInteger{[](Options& o, int64_t v) { o.num_thread = static_cast<uint32_t>(v); }}, 0,
        1024},
    Row{"num_gpu", SetInteger{[](Options& o, int64_t v) { o.num_gpu = static_cast<int32_t>(v); }}},
    Row{"main_gpu",
        SetInteger{[](Options& o, int64_t v) { o.main_gpu = static_cast<int32_t>(v); }}},
    Row{"use_mmap", SetBoolean{[](Options& o, bool v) { o.use_mmap = v; }}},
    Row{"draft_num_predict",
        SetInteger{[](Options& o, int64_t v) { o.draft_num_predict = static_cast<int32_t>(v); }}},
    Row{"num_keep",
        SetInteger{[](Options& o, int64_t v) { o.num_keep = static_cast<int32_t>(v); }}},
    Row{"seed", SetInteger{[](Options& o, int64_t v) { o.sampling.seed = v; }}, INT64_MIN,
        INT64_MAX},
    Row{"num_predict",
        SetInteger{[](Options& o, int64_t v) { o.num_predict = static_cast<int32_t>(v); }}},
    Row{"temperature", SetFloat{[](Options& o, float v) { o.sampling.temperature = v; }}},
    Row{"top_k",
        SetInteger{[](Options& o, int64_t v) { o.sampling.top_k = static_cast<int32_t>(v); }}},
    Row{"top_p", SetFloat{[](Options& o, float v) { o.sampling.top_p = v; }}},
    Row{"min_p", SetFloat{[](Options& o, float v) { o.sampling.min_p = v; }}},
    Row{"typical_p", SetFloat{[](Options& o, float v) { o.sampling.typical_p = v; }}},
    Row{"top_n_sigma", SetFloat{[](Options& o, float v) { o.sampling.top_n_sigma = v; }}},
    Row{"repeat_last_n", SetInteger{[](Options& o, int64_t v) {
          o.sampling.repeat_last_n = static_cast<int32_t>(v);
        }},
        -1},
    Row{"repeat_penalty", SetFloat{[](Options& o, float v) { o.sampling.repeat_penalty = v; }}},
    Row{"presence_penalty", SetFloat{[](Options& o, float v) { o.sampling.presence_penalty = v; }}},
    Row{"frequency_penalty",
        SetFloat{[](Options& o, float v) { o.sampling.frequency_penalty = v; }}},
    Row{"stop", AddString{[](Options& o, std::string v) { o.stop.push_back(std::move(v)); }}},
    Row{"mirostat",
        SetInteger{[](Options& o, int64_t v) { o.sampling.mirostat = static_cast<int32_t>(v); }}},
    Row{"mirostat_tau", SetFloat{[](Options& o, float v) { o.sampling.mirostat_tau = v; }}},
    Row{"mirostat_eta", SetFloat{[](Options& o, float v) { o.sampling.mirostat_eta = v; }}},
    Row{"xtc_probability", SetFloat{[](Options& o, float v) { o.sampling.xtc_probability = v; }}},
    Row{"xtc_threshold", SetFloat{[](Options& o, float v) { o.sampling.xtc_threshold = v; }}},
    Row{"dry_multiplier", SetFloat{[](Options& o, float v) { o.sampling.dry_multiplier = v; }}},
    Row{"dry_base", SetFloat{[](Options& o, float v) { o.sampling.dry_base = v; }}},
    Row{"dry_allowed_length", SetInteger{[](Options& o, int64_t v) {
          o.sampling.dry_allowed_length = static_cast<int32_t>(v);
        }}},
    Row{"dry_penalty_last_n", SetInteger{[](Options& o, int64_t v) {
          o.sampling.dry_penalty_last_n = static_cast<int32_t>(v);
        }}},
};

constexpr std::array kTypeNames = {"integer", "float32", "boolean", "array"};

std::unexpected<Error> wrong_type(const Row& row) {
  return fail(Code::kInvalidArgument, "option \"" + std::string(row.name) + "\" must be of type " +
                                          kTypeNames[row.set.index()]);
}

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// One overload a type of value.
struct Setter {
  Options& options;
  const Row& row;
  std::string_view text;

  Result<void> operator()(SetInteger set) const {
    const auto value = parse_number<int64_t>(text);
    if (!value) return wrong_type(row);
    if (*value < row.min || *value > row.max) {
      return fail(Code::kInvalidArgument, "option \"" + std::string(row.name) +
                                              "\" must be between " + std::to_string(row.min) +
                                              " and " + std::to_string(row.max));
    }
    set(options, *value);
    return {};
  }
  Result<void> operator()(SetFloat set) const {
    const auto value = parse_number<double>(text);
    if (!value) return wrong_type(row);
    if (!std::isfinite(static_cast<float>(*value))) {
      return fail(Code::kInvalidArgument,
                  "option \"" + std::string(row.name) + "\" must be a finite number");
    }
    set(options, static_cast<float>(*value));
    return {};
  }
  Result<void> operator()(SetBoolean set) const {
    if (text != "true" && text != "false" && text != "1" && text != "0") return wrong_type(row);
    set(options, text == "true" || text == "1");
    return {};
  }
  Result<void> operator()(AddString add) const {
    if (text.empty() || text.size() > kMaxStopBytes || options.stop.size() >= kMaxStops) {
      return fail(Code::kInvalidArgument, "option \"stop\" takes up to " +
                                              std::to_string(kMaxStops) + " strings of 1 to " +
                                              std::to_string(kMaxStopBytes) + " bytes");
    }
    add(options, std::string(text));
    return {};
  }
};

}  // namespace

std::span<const OptionInfo> all_options() {
  static const std::vector<OptionInfo> infos = [] {
    std::vector<OptionInfo> result;
    for (const Row& row : kRows) {
      result.push_back({row.name, static_cast<OptionType>(row.set.index())});
    }
    return result;
  }();
  return infos;
}

Result<void> set_option(Options& options, std::string_view name, std::string_view value) {
  for (const Row& row : kRows) {
    if (row.name == name) return std::visit(Setter{options, row, value}, row.set);
  }
  return fail(Code::kInvalidArgument, "unknown option \"" + std::string(name.substr(0, 64)) + "\"");
}

std::vector<std::string> unhonoured(const Options& options) {
  std::vector<std::string> notes;
  if (options.num_gpu && *options.num_gpu > 0) {
    notes.emplace_back("num_gpu: there is no GPU backend yet, the model runs on the CPU");
  }
  if (options.main_gpu) notes.emplace_back("main_gpu: there is no GPU backend yet");
  if (options.use_mmap && !*options.use_mmap) {
    notes.emplace_back("use_mmap: model files are always mapped");
  }
  if (options.draft_num_predict && *options.draft_num_predict > 0) {
    notes.emplace_back("draft_num_predict: there are no draft models yet");
  }
  return notes;
}

}  // namespace lar::runtime
