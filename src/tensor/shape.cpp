#include "tensor/shape.h"

namespace lar {

std::string to_string(const Shape& shape) {
  std::string text = "[";
  for (int i = 0; i < shape.rank; ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(shape.dims[static_cast<size_t>(i)]);
  }
  return text + "]";
}

}  // namespace lar
