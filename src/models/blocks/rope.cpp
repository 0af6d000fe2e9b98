#include "models/blocks/rope.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "quant/traits.h"

namespace lar::models {
namespace {

// YaRN (Peng et al. 2023, section 3.2, "NTK-by-parts"): pairs that turn more than beta_fast times
// over the trained context keep their angle, those that turn less than beta_slow times are
// stretched in full, and between the two is a ramp.
std::vector<float> yarn_keep(
    uint32_t dims, float base, float trained_context, float beta_fast, float beta_slow) {
  const auto pair_of = [&](float turns) {
    return static_cast<float>(dims) *
           std::log(trained_context / (turns * 2.0F * std::numbers::pi_v<float>)) /
           (2.0F * std::log(base));
  };
  const float low = std::max(0.0F, std::floor(pair_of(beta_fast)));
  const float high = std::min(static_cast<float>(dims) - 1.0F, std::ceil(pair_of(beta_slow)));
  std::vector<float> keep(dims / 2);
  for (size_t i = 0; i < keep.size(); ++i) {
    const float ramp = (static_cast<float>(i) - low) / std::max(0.001F, high - low);
    keep[i] = 1.0F - std::clamp(ramp, 0.0F, 1.0F);
  }
  return keep;
}

Result<std::vector<float>> read_factors(const gguf::File& file, uint32_t dims) {
  const TensorView* tensor = file.find_tensor("rope_freqs.weight");
  if (tensor == nullptr) return std::vector<float>{};
  if (tensor->dtype != DType::kF32 || tensor->shape.elements() != dims / 2) {
    return fail(Code::kDataCorrupt, "tensor 'rope_freqs.weight' has shape " +
                                        to_string(tensor->shape) + ", expected F32 [" +
                                        std::to_string(dims / 2) + "]");
  }
  // A plan needs to know that there are factors, not what they are.
  std::vector<float> factors(dims / 2, 1.0F);
  if (!file.has_data()) return factors;
  quant::traits(DType::kF32).decode(tensor->bytes.data(), factors.data(), factors.size());
  const bool usable = std::ranges::all_of(
      factors, [](float factor) { return std::isfinite(factor) && factor != 0.0F; });
  if (!usable)
    return fail(Code::kDataCorrupt, "tensor 'rope_freqs.weight' has a zero or no number");
  return factors;
}

}  // namespace

Result<program::RopeTable> read_rope_table(const gguf::File& file, const Config& config) {
  const Keys keys(file, config.arch);
  program::RopeTable table;
  table.dims = config.rope_dims / 2 * 2;
  LAR_TRY(const float base, keys.number("rope.freq_base", 10000.0F));
  if (!(base > 0.0F)) {
    return fail(Code::kDataCorrupt, "key '" + config.arch + ".rope.freq_base' is not positive");
  }
  if (table.dims > 0) table.step = std::pow(base, -2.0F / static_cast<float>(table.dims));
  LAR_TRY(table.factors, read_factors(file, table.dims));

  // Files that name no type but have a factor mean linear scaling; a factor of 0 means none.
  LAR_TRY(const std::string_view type, keys.text("rope.scaling.type", "linear"));
  LAR_TRY(const float old_factor, keys.number("rope.scale_linear", 0.0F));
  LAR_TRY(const float factor_or_zero, keys.number("rope.scaling.factor", old_factor));
  LAR_TRY(const float attention_factor, keys.number("rope.scaling.attn_factor", 1.0F));
  const float factor = factor_or_zero == 0.0F ? 1.0F : factor_or_zero;
  if (!(factor > 0.0F)) {
    return fail(Code::kDataCorrupt, "key '" + config.arch + ".rope.scaling.factor' is negative");
  }
  if (type == "none") {
    table.magnitude = attention_factor;
  } else if (type == "linear") {
    table.linear = 1.0F / factor;
    table.magnitude = attention_factor;
  } else if (type == "yarn") {
    LAR_TRY(const uint32_t trained,
            keys.optional("rope.scaling.original_context_length", config.context_train, 1,
                          ConfigLimits::kMaxContext));
    LAR_TRY(const float extrapolation, keys.number("rope.scaling.yarn_ext_factor", -1.0F));
    LAR_TRY(const float beta_fast, keys.number("rope.scaling.yarn_beta_fast", 32.0F));
    LAR_TRY(const float beta_slow, keys.number("rope.scaling.yarn_beta_slow", 1.0F));
    if (!(beta_fast > 0.0F) || !(beta_slow > 0.0F) || base == 1.0F) {
      return fail(Code::kDataCorrupt, "the YaRN keys of '" + config.arch + "' are not positive");
    }
    table.linear = 1.0F / factor;
    table.keep = yarn_keep(table.dims, base, static_cast<float>(trained), beta_fast, beta_slow);
    const float strength = extrapolation < 0.0F ? 1.0F : extrapolation;
    for (float& keep : table.keep) keep *= strength;
    // YaRN, section 3.4: attention is sharpened by 0.1 ln(s) + 1, folded into cos and sin.
    const float sharpen = strength == 0.0F ? 1.0F : 1.0F + 0.1F * std::log(factor);
    table.magnitude = sharpen * attention_factor;
  } else {
    return fail(Code::kUnsupported, "RoPE scaling type '" + std::string(type.substr(0, 32)) +
                                        "' of '" + config.arch + "' is not supported");
  }
  return table;
}

}  // namespace lar::models
