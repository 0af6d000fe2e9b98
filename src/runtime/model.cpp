#include "runtime/model.h"

#include <algorithm>
#include <map>

#include "backend/cpu/cpu_backend.h"
#include "models/embedding.h"
#include "models/registry.h"
#include "quant/traits.h"
#include "runtime/embedder.h"

namespace lar::runtime {
namespace {

// Positions a block of the cache holds.
constexpr uint32_t kBlockTokens = 32;

constexpr size_t kMaxTemplateBytes = 1U << 20;

std::string text_of(const gguf::File& file, std::string_view key) {
  const auto value = file.optional_string(key);
  return value && *value ? std::string(**value) : std::string();
}

}  // namespace

ModelInfo describe(const gguf::File& file) {
  ModelInfo info;
  info.architecture = text_of(file, "general.architecture");
  info.name = text_of(file, "general.name");
  std::map<std::string_view, uint64_t> bytes_by_type;
  for (const TensorView& tensor : file.tensors()) {
    info.parameters += tensor.shape.elements();
    info.tensor_bytes += tensor.bytes.size();
    bytes_by_type[quant::traits(tensor.dtype).name] += tensor.bytes.size();
  }
  const auto most =
      std::ranges::max_element(bytes_by_type, {}, [](const auto& e) { return e.second; });
  if (most != bytes_by_type.end()) info.quantization = most->first;
  const auto context = file.optional_uint(info.architecture + ".context_length");
  if (context && *context) info.context_train = static_cast<uint32_t>(**context);
  if (const TensorView* table = file.find_tensor("token_embd.weight")) {
    info.vocab = static_cast<uint32_t>(table->shape.rows());
  }
  return info;
}

Result<void> require_generative(const program::Program& program, const std::string& name) {
  if (is_generative(program)) return {};
  return fail(Code::kUnsupported, name + ": the model makes embeddings and cannot generate text");
}

backend::CompileOptions compile_options(const program::Program& program,
                                        const LoadOptions& options) {
  const uint32_t context = std::max(1U, std::min(options.context, program.context_train));
  const uint32_t parallel = std::max(1U, options.parallel);
  const uint32_t blocks_each = (context + kBlockTokens - 1) / kBlockTokens;
  const uint32_t sequences = options.sequences > 0 ? options.sequences : parallel;
  const uint64_t pool = uint64_t{context} * parallel;
  backend::CompileOptions result;
  result.limits.tokens =
      std::max(sequences, static_cast<uint32_t>(std::min<uint64_t>(options.batch, pool)));
  result.limits.outputs = sequences;
  result.limits.sequences = sequences;
  result.kv.type = options.kv_type;
  result.kv.block_tokens = kBlockTokens;
  result.kv.blocks = blocks_each * parallel;
  return result;
}

Result<backend::MemoryPlan> plan_memory(const gguf::File& file, const LoadOptions& options) {
  LAR_TRY(const auto pooling, models::read_pooling(file));
  if (pooling) return Embedder::plan(file, options);
  LAR_TRY(const program::Program program, models::build(file));
  const backend::CpuBackend backend({.threads = options.threads, .isas = options.isas});
  return backend.plan(program, compile_options(program, options));
}

Result<std::unique_ptr<Model>> Model::load(std::shared_ptr<const gguf::File> file,
                                           const LoadOptions& options) {
  std::unique_ptr<Model> model(new Model());
  model->file_ = std::move(file);
  model->info_ = describe(*model->file_);
  LAR_TRY(const program::Program program, models::build(*model->file_));
  LAR_TRY(require_generative(program, model->file_->name()));
  LAR_TRY(model->tokenizer_,
          with_context(tokenizer::Tokenizer::create(*model->file_), model->file_->name()));
  if (model->tokenizer_->size() > program.vocab) {
    return fail(Code::kDataCorrupt, model->file_->name() + ": the vocabulary has " +
                                        std::to_string(model->tokenizer_->size()) +
                                        " tokens, the embeddings only " +
                                        std::to_string(program.vocab));
  }
  model->constrainer_ = std::make_unique<Constrainer>(*model->tokenizer_);
  LAR_TRY(const auto chat_template, model->file_->optional_string("tokenizer.chat_template"));
  if (chat_template && chat_template->size() > kMaxTemplateBytes) {
    return fail(Code::kDataCorrupt, model->file_->name() + ": the chat template is too long");
  }
  model->chat_template_ = chat_template.value_or("");

  const backend::CompileOptions compile = compile_options(program, options);
  model->context_ = std::max(1U, std::min(options.context, program.context_train));
  model->backend_ = std::make_unique<backend::CpuBackend>(
      backend::CpuOptions{.threads = options.threads, .isas = options.isas});
  LAR_TRY(auto executable, model->backend_->compile(program, compile));
  model->memory_ = executable->memory();
  LAR_TRY(model->engine_,
          engine::Engine::create(std::move(executable), {.limits = compile.limits,
                                                         .block_tokens = compile.kv.block_tokens,
                                                         .blocks = compile.kv.blocks,
                                                         .context = model->context_,
                                                         .vocab = program.vocab}));
  return model;
}

Model::~Model() = default;

}  // namespace lar::runtime
