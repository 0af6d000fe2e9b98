// Files whose keys or tensors are wrong: each gives an error that names the culprit, or loads and
// runs; nothing crashes (CVE-2024-8063, CVE-2025-0312 and their like).
#include <gtest/gtest.h>

#include <limits>

#include "gguf/writer.h"
#include "models/encoder_files.h"
#include "models/registry.h"
#include "run_program.h"
#include "support/data.h"

namespace lar {
namespace {

std::vector<std::filesystem::path> sample_files() {
  return {test::shared_data("models/stories260K.gguf"), test::shared_data("archs/llama-moe.gguf"),
          test::shared_data("archs/gpt2-dense.gguf")};
}

constexpr const char* kEncoders[] = {"bert", "nomic-bert"};

// Keys that the architectures read, without their prefix.
constexpr const char* kKeys[] = {"block_count",
                                 "context_length",
                                 "embedding_length",
                                 "feed_forward_length",
                                 "attention.head_count",
                                 "attention.head_count_kv",
                                 "attention.key_length",
                                 "attention.value_length",
                                 "attention.layer_norm_rms_epsilon",
                                 "attention.layer_norm_epsilon",
                                 "attention.scale",
                                 "attention.causal",
                                 "attention.sliding_window",
                                 "rope.dimension_count",
                                 "rope.freq_base",
                                 "rope.scaling.type",
                                 "rope.scaling.factor",
                                 "rope.scaling.attn_factor",
                                 "rope.scaling.original_context_length",
                                 "expert_count",
                                 "expert_used_count",
                                 "expert_weights_scale"};

// Opens the bytes, builds the program and runs two tokens. True where it got that far; an error
// must have a message of one line.
bool load_and_run(const std::vector<std::byte>& bytes, const std::string& what) {
  const auto file = gguf::File::parse(bytes, "sample");
  const Error* error = nullptr;
  Result<test::Matrix> logits;
  if (!file) {
    error = &file.error();
  } else {
    const std::vector<int32_t> tokens = {1, 2};
    logits = test::run_tokens(**file, tokens, {.threads = 1, .batch = 2});
    if (!logits) error = &logits.error();
  }
  if (error == nullptr) return true;
  EXPECT_FALSE(error->message.empty()) << what;
  EXPECT_EQ(error->message.find('\n'), std::string::npos) << what;
  EXPECT_NE(error->code, Code::kInternal) << what << ": " << error->message;
  return false;
}

void try_odd_values(const gguf::File& file) {
  const std::string arch(file.require_string("general.architecture").value());
  for (const char* name : kKeys) {
    const std::string key = arch + "." + name;
    const auto with = [&](const auto& set) {
      auto writer = gguf::Writer::copy_of(file);
      set(writer);
      const auto bytes = writer.to_bytes();
      ASSERT_TRUE(bytes.has_value());
      load_and_run(*bytes, key);
    };
    for (const uint32_t value : {0U, 1U, 3U, 0x7FFFFFFFU, 0xFFFFFFFFU}) {
      with([&](gguf::Writer& w) { w.set_number(key, value); });
    }
    with([&](gguf::Writer& w) { w.set_number(key, int32_t{-1}); });
    with([&](gguf::Writer& w) { w.set_number(key, std::numeric_limits<uint64_t>::max()); });
    for (const float value : {0.0F, -1.0F, 1.0F, std::numeric_limits<float>::quiet_NaN(),
                              std::numeric_limits<float>::infinity()}) {
      with([&](gguf::Writer& w) { w.set_number(key, value); });
    }
    with([&](gguf::Writer& w) { w.set_string(key, "seven"); });
    with([&](gguf::Writer& w) { w.set_bool(key, true); });
    with([&](gguf::Writer& w) { w.set_bool(key, false); });
  }
}

void try_without_each_tensor(const gguf::File& file) {
  for (const TensorView& missing : file.tensors()) {
    gguf::Writer writer;
    for (const gguf::KeyValue& entry : file.metadata()) {
      writer.set_value(entry.key, entry.value);
    }
    for (const TensorView& tensor : file.tensors()) {
      if (tensor.name != missing.name) writer.add_tensor(tensor);
    }
    const auto bytes = writer.to_bytes();
    ASSERT_TRUE(bytes.has_value());
    const auto without = gguf::File::parse(*bytes, "sample");
    ASSERT_TRUE(without.has_value());
    const auto program = models::build(**without);
    if (!program) {
      // Without its joined matrix a layer is asked for the first of the three.
      std::string name = missing.name;
      if (const auto joined = name.find("attn_qkv"); joined != std::string::npos) {
        name.replace(joined, 8, "attn_q");
      }
      EXPECT_NE(program.error().message.find(name), std::string::npos)
          << missing.name << ": " << program.error().message;
    }
  }
}

TEST(HostileConfig, EveryKeyWithEveryOddValueIsAnErrorOrRuns) {
  for (const auto& path : sample_files()) {
    LAR_REQUIRE_DATA(path);
    const auto file = gguf::File::open(path.string());
    ASSERT_TRUE(file.has_value());
    try_odd_values(**file);
  }
}

TEST(HostileConfig, AMissingTensorIsNamed) {
  for (const auto& path : sample_files()) {
    LAR_REQUIRE_DATA(path);
    const auto file = gguf::File::open(path.string());
    ASSERT_TRUE(file.has_value());
    try_without_each_tensor(**file);
  }
}

TEST(HostileConfig, TheSameHoldsForEncoders) {
  for (const char* arch : kEncoders) {
    test::EncoderFile encoder({.arch = arch});
    const auto file = encoder.file();
    try_odd_values(*file);
    try_without_each_tensor(*file);
  }
}

TEST(HostileConfig, AMissingKeyIsAnErrorOrHasADefault) {
  const auto path = test::shared_data("models/stories260K.gguf");
  LAR_REQUIRE_DATA(path);
  const auto file = gguf::File::open(path.string());
  ASSERT_TRUE(file.has_value());
  for (const gguf::KeyValue& entry : (*file)->metadata()) {
    auto writer = gguf::Writer::copy_of(**file);
    writer.remove(entry.key);
    const auto bytes = writer.to_bytes();
    ASSERT_TRUE(bytes.has_value());
    load_and_run(*bytes, std::string(entry.key));
  }
}

TEST(HostileConfig, AnUnknownArchitectureIsNamed) {
  const auto path = test::shared_data("models/stories260K.gguf");
  LAR_REQUIRE_DATA(path);
  const auto file = gguf::File::open(path.string());
  ASSERT_TRUE(file.has_value());
  auto writer = gguf::Writer::copy_of(**file);
  writer.set_string("general.architecture", "mamba9");
  const auto bytes = writer.to_bytes();
  ASSERT_TRUE(bytes.has_value());
  const auto copy = gguf::File::parse(*bytes, "sample");
  ASSERT_TRUE(copy.has_value());
  const auto program = models::build(**copy);
  ASSERT_FALSE(program.has_value());
  EXPECT_EQ(program.error().code, Code::kUnsupported);
  EXPECT_NE(program.error().message.find("mamba9"), std::string::npos);
}

}  // namespace
}  // namespace lar
