// A model file made ready to run: its program, tokenizer, chat template and engine.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "backend/backend.h"
#include "base/cpu.h"
#include "base/result.h"
#include "engine/engine.h"
#include "gguf/reader.h"
#include "program/program.h"
#include "runtime/constraint.h"
#include "tokenizer/tokenizer.h"

namespace lar::runtime {

// Context of a model when nobody says more, as Ollama has it without a GPU.
inline constexpr uint32_t kDefaultContext = 4096;

struct LoadOptions {
  int threads = 1;
  IsaSet isas;
  uint32_t context = kDefaultContext;  // tokens a sequence may have; cut to the trained context
  uint32_t parallel = 1;               // full contexts that the cache has room for
  uint32_t sequences = 0;              // that run at the same time and share it; 0: `parallel`
  uint32_t batch = 512;                // tokens of a step
  DType kv_type = DType::kF16;
};

// What a file says about itself, for tables and reports.
struct ModelInfo {
  std::string architecture;
  std::string name;          // general.name, may be empty
  std::string quantization;  // the type that most bytes have: "Q4_K"
  uint64_t parameters = 0;   // elements of all tensors
  uint64_t tensor_bytes = 0;
  uint32_t context_train = 0;
  uint32_t vocab = 0;
};
ModelInfo describe(const gguf::File& file);

// Errors: unsupported for a program without a vocabulary head, or whose tokens see the future.
Result<void> require_generative(const program::Program& program, const std::string& name);

// Sizes of steps and cache that LoadOptions stand for, cut to what the model was trained for.
backend::CompileOptions compile_options(const program::Program& program,
                                        const LoadOptions& options);

// The exact memory a model needs with these options, without loading it. A file that names a
// pooling is planned as an Embedder.
Result<backend::MemoryPlan> plan_memory(const gguf::File& file, const LoadOptions& options);

// Reads the file's pages into memory with calls of progress(done, total) about every 16 MiB.
// Returns at once where they are there already.
void warm_up(const gguf::File& file, const std::function<void(uint64_t, uint64_t)>& progress);

class Model {
 public:
  // Errors: what is wrong with the file; unsupported; resource_exhausted.
  static Result<std::unique_ptr<Model>> load(std::shared_ptr<const gguf::File> file,
                                             const LoadOptions& options);
  ~Model();

  const gguf::File& file() const { return *file_; }
  const ModelInfo& info() const { return info_; }
  const tokenizer::Tokenizer& tokenizer() const { return *tokenizer_; }
  const backend::MemoryPlan& memory() const { return memory_; }
  engine::Engine& engine() { return *engine_; }
  const engine::Engine& engine() const { return *engine_; }
  Constrainer& constrainer() { return *constrainer_; }
  uint32_t context() const { return context_; }
  // The file's Jinja chat template, empty where it has none.
  const std::string& chat_template() const { return chat_template_; }

 private:
  Model() = default;

  std::shared_ptr<const gguf::File> file_;  // shared: the weights stay mapped while anyone reads
  ModelInfo info_;
  std::unique_ptr<tokenizer::Tokenizer> tokenizer_;
  std::unique_ptr<Constrainer> constrainer_;
  std::string chat_template_;
  std::unique_ptr<backend::Backend> backend_;  // before the engine: its executable uses the threads
  std::unique_ptr<engine::Engine> engine_;
  backend::MemoryPlan memory_;
  uint32_t context_ = 0;
};

}  // namespace lar::runtime
