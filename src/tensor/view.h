// A named read-only tensor: where its bytes are and what they mean. Borrowed: the bytes belong to
// the mapped file (or the test) that made the view.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "tensor/dtype.h"
#include "tensor/shape.h"

namespace lar {

struct TensorView {
  std::string name;
  DType dtype = DType::kF32;
  Shape shape;
  std::span<const std::byte> bytes;  // exactly what dtype and shape need
};

}  // namespace lar
