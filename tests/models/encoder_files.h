// Small random models of the BERT family, made here, and checkpoints of it turned into GGUF.
#pragma once

#include <filesystem>
#include <memory>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "gguf/writer.h"

namespace lar::test {

struct EncoderShape {
  std::string arch = "bert";
  uint32_t width = 32;
  uint32_t heads = 4;
  uint32_t layers = 2;
  uint32_t ffn = 48;
  uint32_t vocab = 64;
  uint32_t context = 128;
  uint32_t types = 2;      // 0: no table of types
  bool joined_qkv = true;  // one matrix for Q, K and V
  uint32_t experts = 0;    // above 0: in every other layer
  uint32_t dense = 0;      // rows of cls.weight; 0: none
  uint32_t labels = 0;     // rows of cls.output.weight; 0: none

  friend void PrintTo(const EncoderShape& shape, std::ostream* out) {
    *out << shape.arch << " of width " << shape.width;
  }
};

// A GGUF file in memory, with the writer to add keys to before the first call of file().
class EncoderFile {
 public:
  explicit EncoderFile(const EncoderShape& shape);

  // bert from the tensors of a Hugging Face checkpoint (config.json, model.safetensors; F32).
  static EncoderFile from_checkpoint(const std::filesystem::path& folder);

  gguf::Writer& writer() { return writer_; }
  void number(const std::string& key, uint32_t value);

  // Keys of a WordPiece vocabulary of `vocab` tokens: [PAD] [UNK] [CLS] [SEP], then the letters and
  // digits, at the beginning of a word and inside of one.
  void add_vocabulary(uint32_t vocab);

  std::shared_ptr<const gguf::File> file();

 private:
  EncoderFile() = default;
  void begin(std::string arch);
  void matrix(const std::string& name, uint64_t rows, uint64_t cols, uint64_t planes = 1);
  void linear(const std::string& name, uint64_t rows, uint64_t cols, bool bias);
  void norm(const std::string& name, uint64_t size);
  void add(const std::string& name, const Shape& shape, float mean, float spread);
  void add(const std::string& name, const Shape& shape, std::vector<float> data);
  void layer(const EncoderShape& shape, uint32_t index);

  std::string arch_;
  std::mt19937 random_{20260202};
  gguf::Writer writer_;
  std::vector<std::unique_ptr<std::vector<float>>> data_;
  std::vector<std::byte> bytes_;
};

}  // namespace lar::test
