#include "models/embedding.h"

#include <string>

#include "models/blocks/classifier.h"
#include "models/registry.h"

namespace lar::models {

Result<std::optional<Pooling>> read_pooling(const gguf::File& file) {
  LAR_TRY(const Architecture* architecture, find_architecture(file));
  const std::string key = std::string(architecture->name) + ".pooling_type";
  LAR_TRY(const auto value, file.optional_uint(key));
  if (!value || *value == 0) {
    return architecture->encoder ? std::optional(Pooling::kMean) : std::nullopt;
  }
  if (*value > static_cast<uint64_t>(Pooling::kRank)) {
    return fail(Code::kUnsupported,
                file.name() + ": key '" + key + "' is " + std::to_string(*value) +
                    ", expected 1 (mean), 2 (first token), 3 (last token) or 4 (rank)");
  }
  return static_cast<Pooling>(*value);
}

Result<program::Program> build_embedding(const gguf::File& file, Pooling pooling) {
  LAR_TRY(program::Program program, build(file));
  drop_head(program);
  if (pooling != Pooling::kRank) return program;
  return with_context(add_classifier(file, std::move(program)), file.name());
}

}  // namespace lar::models
