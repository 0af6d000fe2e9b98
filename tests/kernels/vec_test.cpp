#include "kernels/vec/vec.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "kernels/support.h"

namespace lar::kernels {
namespace {

using Row = std::vector<float>;

constexpr size_t kSizes[] = {1, 2, 7, 15, 16, 17, 31, 32, 33, 63, 64, 100, 257, 1024};

class Vec : public testing::TestWithParam<VecKernels> {
 protected:
  void SetUp() override { LAR_REQUIRE_ISA(GetParam().isa); }
};

void expect_close(const Row& got,
                  const std::vector<double>& want,
                  double relative,
                  double absolute) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_NEAR(got[i], want[i], absolute + relative * std::abs(want[i])) << "at " << i;
  }
}

double gelu(double x) {
  return 0.5 * x * (1.0 + std::tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)));
}

TEST_P(Vec, RmsNorm) {
  for (const size_t n : kSizes) {
    const Row x = random_row(n, 1);
    const Row weight = random_row(n, 2);
    double squares = 0;
    for (const float v : x) squares += double{v} * v;
    const double factor = 1.0 / std::sqrt(squares / static_cast<double>(n) + 1e-5);
    std::vector<double> plain(n);
    std::vector<double> weighted(n);
    for (size_t i = 0; i < n; ++i) {
      plain[i] = x[i] * factor;
      weighted[i] = plain[i] * weight[i];
    }
    Row out(n);
    GetParam().rms_norm(x.data(), nullptr, out.data(), n, 1e-5F);
    expect_close(out, plain, 1e-6, 1e-7);
    Row place = x;
    GetParam().rms_norm(place.data(), weight.data(), place.data(), n, 1e-5F);
    expect_close(place, weighted, 1e-6, 1e-7);
  }
}

TEST_P(Vec, LayerNorm) {
  for (const size_t n : kSizes) {
    Row x = random_row(n, 3);
    for (float& v : x) v += 5.0F;
    const Row weight = random_row(n, 4);
    const Row bias = random_row(n, 5);
    double mean = 0;
    for (const float v : x) mean += v;
    mean /= static_cast<double>(n);
    double variance = 0;
    for (const float v : x) variance += (v - mean) * (v - mean);
    variance /= static_cast<double>(n);
    const double factor = 1.0 / std::sqrt(variance + 1e-5);
    std::vector<double> plain(n);
    std::vector<double> full(n);
    for (size_t i = 0; i < n; ++i) {
      plain[i] = (x[i] - mean) * factor;
      full[i] = plain[i] * weight[i] + bias[i];
    }
    // One value alone has no variance: what is left is rounding times 1 / sqrt(eps).
    const double absolute = n == 1 ? 1e-3 : 1e-5;
    Row out(n);
    GetParam().layer_norm(x.data(), nullptr, nullptr, out.data(), n, 1e-5F);
    expect_close(out, plain, 1e-5, absolute);
    GetParam().layer_norm(x.data(), weight.data(), bias.data(), x.data(), n, 1e-5F);
    expect_close(x, full, 1e-5, absolute);
  }
}

TEST_P(Vec, Arithmetic) {
  for (const size_t n : kSizes) {
    const Row a = random_row(n, 6);
    const Row b = random_row(n, 7);
    std::vector<double> sum(n);
    std::vector<double> scaled(n);
    std::vector<double> moved(n);
    for (size_t i = 0; i < n; ++i) {
      sum[i] = double{a[i]} + b[i];
      scaled[i] = a[i] * 0.375;
      moved[i] = b[i] + a[i] * 0.375;
    }
    Row out(n);
    GetParam().add(a.data(), b.data(), out.data(), n);
    expect_close(out, sum, 1e-6, 1e-7);
    out = a;
    GetParam().scale(out.data(), n, 0.375F);
    expect_close(out, scaled, 1e-6, 1e-7);
    out = b;
    GetParam().axpy(a.data(), 0.375F, out.data(), n);
    expect_close(out, moved, 1e-6, 1e-7);
  }
}

TEST_P(Vec, Activations) {
  for (const size_t n : kSizes) {
    Row x = random_row(n, 8);
    for (float& v : x) v *= 8.0F;
    x[n / 2] = -200.0F;
    x[n - 1] = 200.0F;
    const Row up = random_row(n, 9);
    std::vector<double> swiglu(n);
    std::vector<double> geglu(n);
    std::vector<double> plain(n);
    for (size_t i = 0; i < n; ++i) {
      swiglu[i] = x[i] / (1.0 + std::exp(-double{x[i]})) * up[i];
      plain[i] = gelu(x[i]);
      geglu[i] = plain[i] * up[i];
    }
    Row out(n);
    GetParam().swiglu(x.data(), up.data(), out.data(), n);
    expect_close(out, swiglu, 2e-6, 1e-9);
    GetParam().geglu(x.data(), up.data(), out.data(), n);
    // GELU goes through half floats, on its way in and out.
    expect_close(out, geglu, 2e-3, 2e-4);
    std::vector<double> bent(n);
    for (size_t i = 0; i < n; ++i) bent[i] = std::tanh(double{x[i]});
    GetParam().tanh(x.data(), out.data(), n);
    expect_close(out, bent, 1e-6, 5e-7);
    GetParam().gelu(x.data(), x.data(), n);
    expect_close(x, plain, 2e-3, 2e-4);
  }
}

TEST_P(Vec, NotANumberStaysVisible) {
  Row x(20, 1.0F);
  x[3] = std::numeric_limits<float>::quiet_NaN();
  x[18] = x[3];
  const Row up(20, 1.0F);
  Row out(20);
  for (const auto gated : {GetParam().swiglu, GetParam().geglu}) {
    gated(x.data(), up.data(), out.data(), x.size());
    EXPECT_TRUE(std::isnan(out[3]));
    EXPECT_TRUE(std::isnan(out[18]));
    EXPECT_FALSE(std::isnan(out[4]));
  }
}

TEST_P(Vec, Rope) {
  for (const size_t pairs :
       {size_t{1}, size_t{5}, size_t{16}, size_t{32}, size_t{40}, size_t{64}}) {
    const Row x = random_row(2 * pairs, 10);
    Row table(2 * pairs);
    std::vector<double> interleaved(2 * pairs);
    std::vector<double> halves(2 * pairs);
    for (size_t i = 0; i < pairs; ++i) {
      const double angle = 3.0 / static_cast<double>(i + 1);
      table[2 * i] = static_cast<float>(std::cos(angle));
      table[2 * i + 1] = static_cast<float>(std::sin(angle));
      const double c = table[2 * i];
      const double s = table[2 * i + 1];
      interleaved[2 * i] = x[2 * i] * c - x[2 * i + 1] * s;
      interleaved[2 * i + 1] = x[2 * i] * s + x[2 * i + 1] * c;
      halves[i] = x[i] * c - x[i + pairs] * s;
      halves[i + pairs] = x[i] * s + x[i + pairs] * c;
    }
    Row out = x;
    GetParam().rope_interleaved(out.data(), table.data(), pairs);
    expect_close(out, interleaved, 1e-6, 3e-7);
    out = x;
    GetParam().rope_halves(out.data(), table.data(), pairs);
    expect_close(out, halves, 1e-6, 3e-7);
  }
}

TEST_P(Vec, Softmax) {
  for (const size_t n : kSizes) {
    Row x = random_row(n, 11);
    for (float& v : x) v = v * 20.0F + 300.0F;
    if (n > 2) x[1] = -std::numeric_limits<float>::infinity();
    double top = x[0];
    for (const float v : x) top = std::max(top, double{v});
    std::vector<double> want(n);
    double sum = 0;
    for (size_t i = 0; i < n; ++i) sum += want[i] = std::exp(x[i] - top);
    for (double& v : want) v /= sum;
    GetParam().softmax(x.data(), n);
    expect_close(x, want, 2e-6, 1e-9);
    if (n > 2) {
      EXPECT_EQ(x[1], 0.0F);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Every,
                         Vec,
                         testing::ValuesIn(all_vec_kernels().begin(), all_vec_kernels().end()),
                         [](const auto& param) { return std::string(param.param.name); });

TEST(VecChoice, TakesTheLastCompiledSetThatTheMachineRuns) {
  EXPECT_EQ(choose_vec({}).isa, Isa::kScalar);
  for (const VecKernels& kernels : all_vec_kernels()) {
    IsaSet isas;
    isas.add(kernels.isa);
    EXPECT_EQ(choose_vec(isas).isa, kernels.isa);
  }
  IsaSet all;
  all.bits = ~0U;
  EXPECT_EQ(choose_vec(all).isa, all_vec_kernels().back().isa);
}

}  // namespace
}  // namespace lar::kernels
