#include "models/encoder_reference.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <string>

#include "quant/half.h"

namespace lar::test {
namespace {

double through_half(double x) {
  return static_cast<double>(quant::f16_to_f32(quant::f32_to_f16(static_cast<float>(x))));
}

double gelu_of(double x, Gelu gelu) {
  if (gelu == Gelu::kExact) return 0.5 * x * (1.0 + std::erf(x / std::sqrt(2.0)));
  const double rounded = through_half(x);
  return through_half(
      0.5 * rounded *
      (1.0 + std::tanh(0.7978845608028654 * (rounded + 0.044715 * rounded * rounded * rounded))));
}

class Encoder {
 public:
  Encoder(const gguf::File& file, Gelu gelu)
      : file_(file),
        gelu_(gelu),
        arch_(file.require_string("general.architecture").value()),
        heads_(number("attention.head_count")) {}

  Rows run(std::span<const int32_t> tokens, uint32_t second_text) const {
    Rows x;
    for (size_t t = 0; t < tokens.size(); ++t) {
      x.push_back(row("token_embd.weight", static_cast<size_t>(tokens[t])));
      if (has("token_types.weight")) {
        const bool has_second = file_.find_tensor("token_types.weight")->shape.dims[1] > 1;
        const bool second = has_second && second_text > 0 && t >= second_text;
        add(x[t], row("token_types.weight", second ? 1 : 0));
      }
      if (has("position_embd.weight")) add(x[t], row("position_embd.weight", t));
      norm(x[t], "token_embd_norm");
    }
    for (size_t layer = 0; layer < number("block_count"); ++layer) {
      const std::string blk = "blk." + std::to_string(layer) + ".";
      const Rows mixed = attend(x, blk);
      for (size_t t = 0; t < x.size(); ++t) {
        add(x[t], linear(mixed[t], blk + "attn_output"));
        norm(x[t], blk + "attn_output_norm");
        add(x[t], feed_forward(x[t], blk));
        norm(x[t], blk + "layer_output_norm");
      }
    }
    return x;
  }

  std::vector<double> scores(std::vector<double> x) const {
    if (has("cls.weight")) {
      x = linear(x, "cls");
      for (double& value : x) value = std::tanh(value);
    }
    return has("cls.output.weight") ? linear(x, "cls.output") : x;
  }

 private:
  bool has(const std::string& name) const { return file_.find_tensor(name) != nullptr; }
  size_t number(const std::string& key) const {
    return file_.require_uint(arch_ + "." + key).value();
  }
  // Row `index` of a tensor's plane.
  std::vector<double> row(const std::string& name, size_t index, size_t plane = 0) const {
    const TensorView* tensor = file_.find_tensor(name);
    const size_t cols = tensor->shape.dims[0];
    std::vector<float> data(cols);
    const size_t at = (plane * tensor->shape.dims[1] + index) * cols * sizeof(float);
    std::memcpy(data.data(), tensor->bytes.data() + at, cols * sizeof(float));
    return {data.begin(), data.end()};
  }
  static void add(std::vector<double>& a, const std::vector<double>& b) {
    for (size_t i = 0; i < a.size(); ++i) a[i] += b[i];
  }
  static double dot(const std::vector<double>& a, const std::vector<double>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
  }
  void norm(std::vector<double>& x, const std::string& name) const {
    const auto n = static_cast<double>(x.size());
    const double mean = std::accumulate(x.begin(), x.end(), 0.0) / n;
    double variance = 0.0;
    for (const double v : x) variance += (v - mean) * (v - mean) / n;
    const auto weight = row(name + ".weight", 0);
    const auto bias = row(name + ".bias", 0);
    for (size_t i = 0; i < x.size(); ++i) {
      x[i] = (x[i] - mean) / std::sqrt(variance + 1e-12) * weight[i] + bias[i];
    }
  }
  std::vector<double> linear(const std::vector<double>& x,
                             const std::string& name,
                             size_t plane = 0) const {
    std::vector<double> out;
    const size_t rows = file_.find_tensor(name + ".weight")->shape.dims[1];
    for (size_t r = 0; r < rows; ++r) out.push_back(dot(row(name + ".weight", r, plane), x));
    if (has(name + ".bias")) add(out, row(name + ".bias", 0));
    return out;
  }

  std::vector<double> feed_forward(const std::vector<double>& x, const std::string& blk) const {
    if (has(blk + "ffn_gate_inp.weight")) return experts(x, blk);
    auto up = linear(x, blk + "ffn_up");
    if (has(blk + "ffn_gate.weight")) {
      const auto gate = linear(x, blk + "ffn_gate");
      for (size_t i = 0; i < up.size(); ++i) up[i] *= gate[i] / (1.0 + std::exp(-gate[i]));
    } else {
      for (double& value : up) value = gelu_of(value, gelu_);
    }
    return linear(up, blk + "ffn_down");
  }

  std::vector<double> experts(const std::vector<double>& x, const std::string& blk) const {
    auto weights = linear(x, blk + "ffn_gate_inp");
    double sum = 0.0;
    for (double& weight : weights) sum += weight = std::exp(weight);
    std::vector<size_t> order(weights.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::ranges::sort(order, std::greater<>(), [&](size_t i) { return weights[i]; });
    std::vector<double> out(x.size(), 0.0);
    for (size_t i = 0; i < number("expert_used_count"); ++i) {
      auto up = linear(x, blk + "ffn_up_exps", order[i]);
      for (double& value : up) value = gelu_of(value, gelu_);
      const auto down = linear(up, blk + "ffn_down_exps", order[i]);
      for (size_t c = 0; c < out.size(); ++c) out[c] += down[c] * weights[order[i]] / sum;
    }
    return out;
  }

  // Pairs (i, i + dim / 2) of each head.
  void rotate(std::vector<double>& x, size_t position) const {
    const double base = file_.optional_float(arch_ + ".rope.freq_base").value().value_or(10000.0);
    const size_t dim = x.size() / heads_;
    for (size_t head = 0; head < heads_; ++head) {
      for (size_t i = 0; i < dim / 2; ++i) {
        const double angle =
            static_cast<double>(position) *
            std::pow(base, -2.0 * static_cast<double>(i) / static_cast<double>(dim));
        double& a = x[head * dim + i];
        double& b = x[head * dim + i + dim / 2];
        const double turned = a * std::cos(angle) - b * std::sin(angle);
        b = a * std::sin(angle) + b * std::cos(angle);
        a = turned;
      }
    }
  }

  Rows attend(const Rows& x, const std::string& blk) const {
    Rows q;
    Rows k;
    Rows v;
    const size_t width = x[0].size();
    for (size_t t = 0; t < x.size(); ++t) {
      if (has(blk + "attn_qkv.weight")) {
        const auto all = linear(x[t], blk + "attn_qkv");
        const auto part = [&](size_t i) {
          const auto begin = all.begin() + static_cast<ptrdiff_t>(i * width);
          return std::vector<double>(begin, begin + static_cast<ptrdiff_t>(width));
        };
        q.push_back(part(0));
        k.push_back(part(1));
        v.push_back(part(2));
      } else {
        q.push_back(linear(x[t], blk + "attn_q"));
        k.push_back(linear(x[t], blk + "attn_k"));
        v.push_back(linear(x[t], blk + "attn_v"));
      }
      if (!has("position_embd.weight")) {
        rotate(q[t], t);
        rotate(k[t], t);
      }
    }
    Rows out(x.size(), std::vector<double>(width, 0.0));
    const size_t dim = width / heads_;
    for (size_t head = 0; head < heads_; ++head) {
      for (size_t t = 0; t < x.size(); ++t) {
        std::vector<double> weights;
        for (size_t s = 0; s < x.size(); ++s) {
          double score = 0.0;
          for (size_t d = head * dim; d < (head + 1) * dim; ++d) score += q[t][d] * k[s][d];
          weights.push_back(std::exp(score / std::sqrt(static_cast<double>(dim))));
        }
        const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
        for (size_t s = 0; s < x.size(); ++s) {
          for (size_t d = head * dim; d < (head + 1) * dim; ++d) {
            out[t][d] += weights[s] / sum * v[s][d];
          }
        }
      }
    }
    return out;
  }

  const gguf::File& file_;
  Gelu gelu_;
  std::string arch_;
  size_t heads_;
};

}  // namespace

Rows encoder_states(const gguf::File& file,
                    std::span<const int32_t> tokens,
                    uint32_t second_text,
                    Gelu gelu) {
  return Encoder(file, gelu).run(tokens, second_text);
}

std::vector<double> classifier_scores(const gguf::File& file, const std::vector<double>& state) {
  return Encoder(file, Gelu::kPublished).scores(state);
}

}  // namespace lar::test
