#include "runtime/service.h"

#include <utility>

#include "models/embedding.h"
#include "runtime/embed_service.h"
#include "runtime/generate_service.h"

namespace lar::runtime {

Result<std::unique_ptr<Service>> Service::load(std::shared_ptr<const gguf::File> file,
                                               const LoadOptions& options,
                                               const PromptStyle& style) {
  LAR_TRY(const auto pooling, models::read_pooling(*file));
  if (pooling) return EmbedService::load(std::move(file), options);
  return GenerateService::load(std::move(file), options, style);
}

}  // namespace lar::runtime
