// out = a b, or out += a b, for floats in rows: the register-tiled product under attention.
// Included after one of the vector headers of this folder, which sizes the tile.
#pragma once

namespace lar::kernels {
namespace {

enum class ProductMode { kAssign, kAdd };

struct Product {
  const float* a;  // [rows, depth]
  size_t a_stride;
  const float* b;  // [depth, cols]
  size_t b_stride;
  float* out;  // [rows, cols]
  size_t out_stride;
  size_t rows;
  size_t depth;
  size_t cols;  // a multiple of kLanes
};

template <ProductMode mode, size_t rows, size_t vectors>
LAR_SIMD void product_tile(const Product& p, size_t row, size_t col) {
  Floats sum[rows][vectors];
  for (size_t r = 0; r < rows; ++r) {
    for (size_t v = 0; v < vectors; ++v) sum[r][v] = zero();
  }
  const float* a = p.a + row * p.a_stride;
  const float* b = p.b + col;
  for (size_t k = 0; k < p.depth; ++k) {
    Floats right[vectors];
    for (size_t v = 0; v < vectors; ++v) right[v] = load(b + k * p.b_stride + v * kLanes);
    for (size_t r = 0; r < rows; ++r) {
      const Floats left = set1(a[r * p.a_stride + k]);
      for (size_t v = 0; v < vectors; ++v) sum[r][v] = fma(left, right[v], sum[r][v]);
    }
  }
  for (size_t r = 0; r < rows; ++r) {
    for (size_t v = 0; v < vectors; ++v) {
      float* out = p.out + (row + r) * p.out_stride + col + v * kLanes;
      store(out, mode == ProductMode::kAdd ? add(load(out), sum[r][v]) : sum[r][v]);
    }
  }
}

template <ProductMode mode, size_t rows>
LAR_SIMD void product_rows(const Product& p, size_t row) {
  size_t col = 0;
  for (; col + kFloatTileVectors * kLanes <= p.cols; col += kFloatTileVectors * kLanes) {
    product_tile<mode, rows, kFloatTileVectors>(p, row, col);
  }
  for (; col < p.cols; col += kLanes) product_tile<mode, rows, 1>(p, row, col);
}

template <ProductMode mode>
LAR_NOINLINE void product(const Product& p) {
  size_t row = 0;
  for (; row + kFloatTileRows <= p.rows; row += kFloatTileRows) {
    product_rows<mode, kFloatTileRows>(p, row);
  }
  for (; row + 4 <= p.rows; row += 4) product_rows<mode, 4>(p, row);
  for (; row + 2 <= p.rows; row += 2) product_rows<mode, 2>(p, row);
  for (; row < p.rows; ++row) product_rows<mode, 1>(p, row);
}

}  // namespace
}  // namespace lar::kernels
