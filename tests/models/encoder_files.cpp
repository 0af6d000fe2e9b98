#include "models/encoder_files.h"

#include <array>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>

#include "support/data.h"

namespace lar::test {
namespace {

using Json = nlohmann::json;

std::string layer_name(uint32_t layer, const std::string& name) {
  return "blk." + std::to_string(layer) + "." + name;
}

struct Renamed {
  const char* hugging_face;
  const char* gguf;
};

constexpr std::array kEmbeddings = {
    Renamed{"embeddings.word_embeddings.weight", "token_embd.weight"},
    Renamed{"embeddings.position_embeddings.weight", "position_embd.weight"},
    Renamed{"embeddings.token_type_embeddings.weight", "token_types.weight"},
    Renamed{"embeddings.LayerNorm.weight", "token_embd_norm.weight"},
    Renamed{"embeddings.LayerNorm.bias", "token_embd_norm.bias"},
};

constexpr std::array kOfLayers = {
    Renamed{"attention.self.query.", "attn_q."},
    Renamed{"attention.self.key.", "attn_k."},
    Renamed{"attention.self.value.", "attn_v."},
    Renamed{"attention.output.dense.", "attn_output."},
    Renamed{"attention.output.LayerNorm.", "attn_output_norm."},
    Renamed{"intermediate.dense.", "ffn_up."},
    Renamed{"output.dense.", "ffn_down."},
    Renamed{"output.LayerNorm.", "layer_output_norm."},
};

}  // namespace

void EncoderFile::begin(std::string arch) {
  arch_ = std::move(arch);
  writer_.set_string("general.architecture", arch_);
}

EncoderFile::EncoderFile(const EncoderShape& shape) {
  begin(shape.arch);
  number("context_length", shape.context);
  number("embedding_length", shape.width);
  number("block_count", shape.layers);
  number("feed_forward_length", shape.ffn);
  number("attention.head_count", shape.heads);
  writer_.set_number(arch_ + ".attention.layer_norm_epsilon", 1e-12F);
  writer_.set_bool(arch_ + ".attention.causal", false);
  if (shape.experts > 0) {
    number("expert_count", shape.experts);
    number("expert_used_count", 2);
  }
  matrix("token_embd.weight", shape.vocab, shape.width);
  if (shape.types > 0) matrix("token_types.weight", shape.types, shape.width);
  if (arch_ == "bert") matrix("position_embd.weight", shape.context, shape.width);
  norm("token_embd_norm", shape.width);
  for (uint32_t i = 0; i < shape.layers; ++i) layer(shape, i);
  if (shape.dense > 0) linear("cls", shape.dense, shape.width, true);
  const uint32_t head = shape.dense > 0 ? shape.dense : shape.width;
  if (shape.labels > 0) linear("cls.output", shape.labels, head, true);
}

void EncoderFile::layer(const EncoderShape& shape, uint32_t index) {
  const bool biases = arch_ != "nomic-bert";
  const auto name = [&](const char* tensor) { return layer_name(index, tensor); };
  if (shape.joined_qkv) {
    linear(name("attn_qkv"), 3 * uint64_t{shape.width}, shape.width, biases);
  } else {
    linear(name("attn_q"), shape.width, shape.width, biases);
    linear(name("attn_k"), shape.width, shape.width, biases);
    linear(name("attn_v"), shape.width, shape.width, biases);
  }
  linear(name("attn_output"), shape.width, shape.width, biases);
  norm(name("attn_output_norm"), shape.width);
  if (shape.experts > 0 && index % 2 == 1) {
    matrix(name("ffn_gate_inp.weight"), shape.experts, shape.width);
    matrix(name("ffn_up_exps.weight"), shape.ffn, shape.width, shape.experts);
    matrix(name("ffn_down_exps.weight"), shape.width, shape.ffn, shape.experts);
  } else {
    if (arch_ == "nomic-bert") linear(name("ffn_gate"), shape.ffn, shape.width, false);
    linear(name("ffn_up"), shape.ffn, shape.width, biases);
    linear(name("ffn_down"), shape.width, shape.ffn, biases);
  }
  norm(name("layer_output_norm"), shape.width);
}

EncoderFile EncoderFile::from_checkpoint(const std::filesystem::path& folder) {
  const Json config = Json::parse(read_file(folder / "config.json"));
  EncoderFile file;
  file.begin("bert");
  file.number("context_length", config["max_position_embeddings"]);
  file.number("embedding_length", config["hidden_size"]);
  file.number("block_count", config["num_hidden_layers"]);
  file.number("feed_forward_length", config["intermediate_size"]);
  file.number("attention.head_count", config["num_attention_heads"]);
  file.writer_.set_number("bert.attention.layer_norm_epsilon",
                          config["layer_norm_eps"].get<float>());

  const std::string bytes = read_file(folder / "model.safetensors");
  uint64_t header_size = 0;
  std::memcpy(&header_size, bytes.data(), sizeof(header_size));
  const Json header = Json::parse(bytes.substr(8, header_size));
  const auto copy = [&](const std::string& from, const std::string& to) {
    const Json& entry = header.at(from);
    const uint64_t begin = 8 + header_size + entry["data_offsets"][0].get<uint64_t>();
    Shape shape{.rank = static_cast<int>(entry["shape"].size())};
    for (size_t i = 0; i < entry["shape"].size(); ++i) {
      shape.dims[i] = entry["shape"][entry["shape"].size() - 1 - i];
    }
    std::vector<float> data(shape.elements());
    std::memcpy(data.data(), bytes.data() + begin, data.size() * sizeof(float));
    file.add(to, shape, std::move(data));
  };
  for (const auto& [from, to] : kEmbeddings) copy(from, to);
  for (uint32_t i = 0; i < config["num_hidden_layers"].get<uint32_t>(); ++i) {
    for (const auto& [from, to] : kOfLayers) {
      for (const char* part : {"weight", "bias"}) {
        copy("encoder.layer." + std::to_string(i) + "." + from + part,
             layer_name(i, std::string(to) + part));
      }
    }
  }
  return file;
}

void EncoderFile::number(const std::string& key, uint32_t value) {
  writer_.set_number(arch_ + "." + key, value);
}

void EncoderFile::add_vocabulary(uint32_t vocab) {
  std::vector<std::string> tokens = {"[PAD]", "[UNK]", "[CLS]", "[SEP]"};
  const std::string characters = "abcdefghijklmnopqrstuvwxyz0123456789";
  // As GGUF has WordPiece: U+2581 begins a word.
  for (const char c : characters) tokens.push_back("\xE2\x96\x81" + std::string(1, c));
  for (const char c : characters) tokens.push_back(std::string(1, c));
  while (tokens.size() < vocab) tokens.push_back("[unused" + std::to_string(tokens.size()) + "]");
  tokens.resize(vocab);
  std::vector<int32_t> types(vocab, 1);
  for (size_t i = 0; i < 4; ++i) types[i] = 3;
  writer_.set_string("tokenizer.ggml.model", "bert");
  writer_.set_strings("tokenizer.ggml.tokens", tokens);
  writer_.set_numbers<int32_t>("tokenizer.ggml.token_type", types);
  writer_.set_number("tokenizer.ggml.padding_token_id", 0U);
  writer_.set_number("tokenizer.ggml.unknown_token_id", 1U);
  writer_.set_number("tokenizer.ggml.cls_token_id", 2U);
  writer_.set_number("tokenizer.ggml.bos_token_id", 2U);
  writer_.set_number("tokenizer.ggml.seperator_token_id", 3U);
}

std::shared_ptr<const gguf::File> EncoderFile::file() {
  bytes_ = writer_.to_bytes().value();
  return gguf::File::parse(bytes_, "tiny").value();
}

void EncoderFile::matrix(const std::string& name, uint64_t rows, uint64_t cols, uint64_t planes) {
  add(name, {.rank = planes > 1 ? 3 : 2, .dims = {cols, rows, planes, 1}}, 0.0F, 0.2F);
}
void EncoderFile::linear(const std::string& name, uint64_t rows, uint64_t cols, bool bias) {
  matrix(name + ".weight", rows, cols);
  if (bias) add(name + ".bias", {.rank = 1, .dims = {rows, 1, 1, 1}}, 0.0F, 0.2F);
}
void EncoderFile::norm(const std::string& name, uint64_t size) {
  add(name + ".weight", {.rank = 1, .dims = {size, 1, 1, 1}}, 1.0F, 0.1F);
  add(name + ".bias", {.rank = 1, .dims = {size, 1, 1, 1}}, 0.0F, 0.1F);
}
void EncoderFile::add(const std::string& name, const Shape& shape, float mean, float spread) {
  std::normal_distribution<float> normal(mean, spread);
  std::vector<float> data(shape.elements());
  for (float& value : data) value = normal(random_);
  add(name, shape, std::move(data));
}
void EncoderFile::add(const std::string& name, const Shape& shape, std::vector<float> data) {
  const auto& kept = data_.emplace_back(std::make_unique<std::vector<float>>(std::move(data)));
  writer_.add_tensor({.name = name,
                      .dtype = DType::kF32,
                      .shape = shape,
                      .bytes = std::as_bytes(std::span(*kept))});
}

}  // namespace lar::test
