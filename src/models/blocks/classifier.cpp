#include "models/blocks/classifier.h"

#include "models/builder.h"

namespace lar::models {
namespace {

// No classifier has so many labels; beyond it a matrix is no head.
constexpr uint32_t kMaxLabels = 65'536;

}  // namespace

Result<program::Program> add_classifier(const gguf::File& file, program::Program program) {
  const ValueId hidden = program.hidden;
  const uint32_t context = program.context_train;
  Builder builder(file, std::move(program));
  const uint32_t dense = builder.rows_of_matrix("cls.weight");
  const uint32_t labels = builder.rows_of_matrix("cls.output.weight");
  if ((dense == 0 && labels == 0) || dense > kMaxLabels || labels > kMaxLabels) {
    return fail(Code::kDataCorrupt,
                "rank pooling needs a head: tensor 'cls.weight' or 'cls.output.weight'");
  }
  ValueId x = hidden;
  if (dense > 0) {
    x = builder.activate(program::Activation::kTanh, builder.matmul(x, "cls", dense));
  }
  if (labels > 0) x = builder.matmul(x, "cls.output", labels);
  return std::move(builder).finish_classifier(hidden, x, context);
}

}  // namespace lar::models
