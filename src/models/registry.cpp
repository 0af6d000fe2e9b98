#include "models/registry.h"

#include <array>
#include <string>

#include "models/architectures.h"

namespace lar::models {
namespace {

constexpr std::array kArchitectures = {
    Architecture{"bert", build_bert, true},
    Architecture{"gpt2", build_gpt2},
    Architecture{"llama", build_llama},
    Architecture{"nomic-bert", build_nomic_bert, true},
    Architecture{"nomic-bert-moe", build_nomic_bert_moe, true},
    Architecture{"qwen2", build_qwen2},
    Architecture{"qwen3", build_qwen3},
};

}  // namespace

std::span<const Architecture> all_architectures() {
  return kArchitectures;
}

Result<const Architecture*> find_architecture(const gguf::File& file) {
  LAR_TRY(const std::string_view name, file.require_string("general.architecture"));
  for (const Architecture& architecture : kArchitectures) {
    if (architecture.name == name) return &architecture;
  }
  std::string known;
  for (const Architecture& architecture : kArchitectures) {
    known += (known.empty() ? "" : ", ") + std::string(architecture.name);
  }
  return fail(Code::kUnsupported, file.name() + ": model architecture '" +
                                      std::string(name.substr(0, 64)) +
                                      "' is not supported (supported: " + known + ")");
}

Result<program::Program> build(const gguf::File& file) {
  LAR_TRY(const Architecture* architecture, find_architecture(file));
  return with_context(architecture->build(file), file.name());
}

}  // namespace lar::models
