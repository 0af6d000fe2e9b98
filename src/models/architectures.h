// The build functions behind the registry's rows, one file each.
#pragma once

#include "base/result.h"
#include "gguf/reader.h"
#include "program/program.h"

namespace lar::models {

Result<program::Program> build_bert(const gguf::File& file);
Result<program::Program> build_gpt2(const gguf::File& file);
Result<program::Program> build_llama(const gguf::File& file);
Result<program::Program> build_nomic_bert(const gguf::File& file);
Result<program::Program> build_nomic_bert_moe(const gguf::File& file);
Result<program::Program> build_qwen2(const gguf::File& file);
Result<program::Program> build_qwen3(const gguf::File& file);

}  // namespace lar::models
