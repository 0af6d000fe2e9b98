#include "models/config.h"

#include <cmath>

#include "base/checked.h"

namespace lar::models {
namespace {

Result<uint32_t> in_range(const std::string& key, uint64_t value, uint64_t min, uint64_t max) {
  if (value < min || value > max) {
    return fail(Code::kDataCorrupt, "key '" + key + "' is " + std::to_string(value) +
                                        ", expected " + std::to_string(min) + " to " +
                                        std::to_string(max));
  }
  return static_cast<uint32_t>(value);
}

}  // namespace

Result<uint32_t> Keys::required(std::string_view key, uint64_t min, uint64_t max) const {
  LAR_TRY(const uint64_t value, file_.require_uint(full(key)));
  return in_range(full(key), value, min, max);
}

Result<uint32_t> Keys::optional(std::string_view key,
                                uint32_t fallback,
                                uint64_t min,
                                uint64_t max) const {
  LAR_TRY(const auto value, file_.optional_uint(full(key)));
  if (!value) return fallback;
  return in_range(full(key), *value, min, max);
}

Result<float> Keys::number(std::string_view key, float fallback) const {
  LAR_TRY(const auto value, file_.optional_float(full(key)));
  if (!value) return fallback;
  const auto result = static_cast<float>(*value);
  if (!std::isfinite(result)) {
    return fail(Code::kDataCorrupt, "key '" + full(key) + "' is not a finite number");
  }
  return result;
}

Result<float> Keys::positive(std::string_view key) const {
  LAR_TRY(const float value, number(key, 0.0F));
  if (!(value > 0.0F)) {
    return fail(Code::kDataCorrupt, "key '" + full(key) + "' is missing or not greater than 0");
  }
  return value;
}

Result<bool> Keys::flag(std::string_view key, bool fallback) const {
  LAR_TRY(const auto value, file_.optional_bool(full(key)));
  return value.value_or(fallback);
}

Result<std::string_view> Keys::text(std::string_view key, std::string_view fallback) const {
  LAR_TRY(const auto value, file_.optional_string(full(key)));
  return value.value_or(fallback);
}

Result<std::vector<uint32_t>> Keys::per_layer(std::string_view key,
                                              uint32_t layers,
                                              std::vector<uint32_t> fallback,
                                              uint64_t min,
                                              uint64_t max) const {
  const gguf::Value* value = file_.find(full(key));
  if (value == nullptr) {
    if (fallback.empty()) return fail(Code::kDataCorrupt, "key '" + full(key) + "' is missing");
    return fallback;
  }
  if (value->type != gguf::ValueType::kArray) {
    LAR_TRY(const uint32_t one, required(key, min, max));
    return std::vector<uint32_t>(layers, one);
  }
  if (value->count < layers) {
    return fail(Code::kDataCorrupt, "key '" + full(key) + "' has " + std::to_string(value->count) +
                                        " elements for " + std::to_string(layers) + " layers");
  }
  std::vector<uint32_t> result;
  result.reserve(layers);
  for (uint32_t layer = 0; layer < layers; ++layer) {
    const auto element = value->int_at(layer);
    if (!element || *element < 0) {
      return fail(Code::kDataCorrupt, "key '" + full(key) + "' is not an array of counts");
    }
    LAR_TRY(result.emplace_back(), in_range(full(key), static_cast<uint64_t>(*element), min, max));
  }
  return result;
}

Result<Config> read_config(const gguf::File& file) {
  using Limits = ConfigLimits;
  Config config;
  LAR_TRY(const std::string_view arch, file.require_string("general.architecture"));
  config.arch = arch;
  const Keys keys(file, config.arch);

  LAR_TRY(config.layers, keys.required("block_count", 1, Limits::kMaxLayers));
  LAR_TRY(config.width, keys.required("embedding_length", 1, Limits::kMaxWidth));
  LAR_TRY(config.context_train, keys.required("context_length", 1, Limits::kMaxContext));
  const TensorView* embeddings = file.find_tensor("token_embd.weight");
  if (embeddings == nullptr) {
    return fail(Code::kDataCorrupt, "tensor 'token_embd.weight' is missing");
  }
  const auto vocab = checked_cast<uint32_t>(embeddings->shape.rows());
  if (!vocab || *vocab > (1U << 24)) {
    return fail(Code::kDataCorrupt, "tensor 'token_embd.weight' has " +
                                        std::to_string(embeddings->shape.rows()) + " rows");
  }
  config.vocab = *vocab;

  const auto per_layer = [&](std::string_view key, std::vector<uint32_t> fallback, uint64_t min,
                             uint64_t max) {
    return keys.per_layer(key, config.layers, std::move(fallback), min, max);
  };
  LAR_TRY(config.heads, per_layer("attention.head_count", {}, 1, Limits::kMaxHeads));
  LAR_TRY(config.kv_heads,
          per_layer("attention.head_count_kv", config.heads, 1, Limits::kMaxHeads));
  LAR_TRY(config.ffn, per_layer("feed_forward_length", {}, 0, Limits::kMaxWidth));

  const uint32_t head_dim = config.width / config.heads[0];
  LAR_TRY(config.head_dim_k,
          keys.optional("attention.key_length", head_dim, 1, Limits::kMaxHeadDim));
  LAR_TRY(config.head_dim_v,
          keys.optional("attention.value_length", head_dim, 1, Limits::kMaxHeadDim));
  if (config.head_dim_k == 0 || config.head_dim_k > Limits::kMaxHeadDim || config.head_dim_v == 0 ||
      config.head_dim_v > Limits::kMaxHeadDim) {
    return fail(Code::kDataCorrupt, "embedding_length " + std::to_string(config.width) + " and " +
                                        std::to_string(config.heads[0]) +
                                        " heads give no usable head size");
  }
  LAR_TRY(config.rope_dims,
          keys.optional("rope.dimension_count", config.head_dim_k, 0, config.head_dim_k));
  LAR_TRY(config.experts, keys.optional("expert_count", 0, 0, Limits::kMaxExperts));
  LAR_TRY(config.experts_used, keys.optional("expert_used_count", 0, 0, Limits::kMaxExpertsUsed));
  if (config.experts > 0 && (config.experts_used == 0 || config.experts_used > config.experts)) {
    return fail(Code::kDataCorrupt, "key '" + config.arch + ".expert_used_count' is " +
                                        std::to_string(config.experts_used) + " of " +
                                        std::to_string(config.experts) + " experts");
  }
  LAR_TRY(const float weights_scale, keys.number("expert_weights_scale", 0.0F));
  config.expert_weights_scale = weights_scale == 0.0F ? 1.0F : weights_scale;
  LAR_TRY(const float scale, keys.number("attention.scale", 0.0F));
  config.attention_scale =
      scale == 0.0F ? 1.0F / std::sqrt(static_cast<float>(config.head_dim_k)) : scale;
  LAR_TRY(config.sliding_window,
          keys.optional("attention.sliding_window", 0, 0, Limits::kMaxContext));
  LAR_TRY(config.causal, keys.flag("attention.causal", true));
  return config;
}

}  // namespace lar::models
