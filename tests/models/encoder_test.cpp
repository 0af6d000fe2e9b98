// The BERT family against its papers' arithmetic (encoder_reference.h), on every instruction set:
// tiny random models, checkpoints, several texts in one step, heads that score pairs.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "backend/cpu/cpu_backend.h"
#include "models/embedding.h"
#include "models/encoder_files.h"
#include "models/encoder_reference.h"
#include "models/registry.h"
#include "support/data.h"

namespace lar {
namespace {

using models::Pooling;
using test::EncoderFile;
using test::EncoderShape;
using test::Gelu;

struct Sequence {
  std::vector<int32_t> tokens;
  uint32_t second_text = 0;
};

Sequence some_tokens(uint32_t count, uint32_t seed, uint32_t second_text = 0) {
  Sequence sequence{.second_text = second_text};
  for (uint32_t i = 0; i < count; ++i) {
    sequence.tokens.push_back(static_cast<int32_t>((i * 31 + i / 7 + seed * 13) % 64));
  }
  return sequence;
}

std::vector<IsaSet> isa_sets() {
  std::vector<IsaSet> sets;
  const IsaSet machine = detect_isa();
  for (const Isa isa : {Isa::kScalar, Isa::kAvx2, Isa::kAvx512, Isa::kNeon, Isa::kI8mm}) {
    if (!machine.has(isa)) continue;
    IsaSet set;
    set.add(isa);
    sets.push_back(set);
  }
  return sets;
}

// The outputs of all tokens of all sequences, from one step: hidden states, or a head's scores.
Result<std::vector<std::vector<float>>> run(const gguf::File& file,
                                            Pooling pooling,
                                            const std::vector<Sequence>& sequences,
                                            const backend::CpuOptions& cpu) {
  LAR_TRY(const program::Program program, models::build_embedding(file, pooling));
  std::vector<int32_t> tokens;
  std::vector<std::vector<int32_t>> tables;
  std::vector<backend::SequenceSlice> slices;
  constexpr uint32_t kBlockTokens = 8;
  int32_t block = 0;
  for (const Sequence& sequence : sequences) {
    auto& table = tables.emplace_back((sequence.tokens.size() + kBlockTokens - 1) / kBlockTokens);
    std::iota(table.rbegin(), table.rend(), block);
    block += static_cast<int32_t>(table.size());
    slices.push_back({.row_begin = static_cast<uint32_t>(tokens.size()),
                      .tokens = static_cast<uint32_t>(sequence.tokens.size()),
                      .block_table = {},
                      .second_text = sequence.second_text});
    tokens.insert(tokens.end(), sequence.tokens.begin(), sequence.tokens.end());
  }
  for (size_t i = 0; i < slices.size(); ++i) slices[i].block_table = tables[i];
  const auto count = static_cast<uint32_t>(tokens.size());
  backend::CpuBackend backend(cpu);
  const backend::CompileOptions options = {
      .limits = {.tokens = count,
                 .outputs = count,
                 .sequences = static_cast<uint32_t>(sequences.size())},
      .kv = {.type = DType::kF32,
             .block_tokens = kBlockTokens,
             .blocks = static_cast<uint32_t>(block)}};
  LAR_TRY(const auto executable, backend.compile(program, options));
  LAR_TRY(const auto plan, backend.plan(program, options));
  EXPECT_EQ(plan.total_bytes(), executable->memory().total_bytes());
  std::vector<uint32_t> outputs(count);
  std::iota(outputs.begin(), outputs.end(), 0U);
  LAR_TRY(executable->run({.tokens = tokens, .sequences = slices, .output_rows = outputs}));
  std::vector<std::vector<float>> rows;
  for (uint32_t i = 0; i < count; ++i) {
    const std::span<const float> row =
        pooling == Pooling::kRank ? executable->logits(i) : executable->hidden(i);
    rows.emplace_back(row.begin(), row.end());
  }
  return rows;
}

double difference(const std::vector<double>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return INFINITY;
  double worst = 0.0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double difference = std::abs(a[i] - static_cast<double>(b[i]));
    if (!(difference <= worst)) worst = std::isnan(difference) ? INFINITY : difference;
  }
  return worst;
}

// States are normed: their elements are of the size of 1. GELU's rounding to half floats may turn
// out the other way for the last bit of its input.
constexpr double kBound = 2e-3;

class Encoders : public testing::TestWithParam<EncoderShape> {};

TEST_P(Encoders, GiveTheStatesOfThePaper) {
  EncoderFile encoder(GetParam());
  const auto file = encoder.file();
  const std::vector<Sequence> sequences = {some_tokens(1, 1), some_tokens(17, 2, 6),
                                           some_tokens(40, 3), some_tokens(9, 4)};
  for (const IsaSet& isas : isa_sets()) {
    for (const int threads : {1, 3}) {
      const auto rows = run(*file, Pooling::kMean, sequences, {.threads = threads, .isas = isas});
      ASSERT_TRUE(rows.has_value()) << rows.error().message;
      size_t row = 0;
      for (const Sequence& sequence : sequences) {
        const auto expected =
            test::encoder_states(*file, sequence.tokens, sequence.second_text, Gelu::kPublished);
        for (const auto& state : expected) {
          ASSERT_LE(difference(state, (*rows)[row]), kBound)
              << "isa bits " << isas.bits << ", row " << row;
          ++row;
        }
      }
    }
  }
}

TEST_P(Encoders, ATextIsTheSameAloneAndBesideOthers) {
  EncoderFile encoder(GetParam());
  const auto file = encoder.file();
  const std::vector<Sequence> sequences = {some_tokens(33, 2, 6), some_tokens(64, 3)};
  const backend::CpuOptions cpu{.threads = 2, .isas = detect_isa()};
  const auto together = run(*file, Pooling::kMean, sequences, cpu);
  const auto alone = run(*file, Pooling::kMean, {sequences[1]}, cpu);
  ASSERT_TRUE(together.has_value() && alone.has_value());
  for (size_t i = 0; i < alone->size(); ++i) {
    const std::vector<double> row((*alone)[i].begin(), (*alone)[i].end());
    EXPECT_LE(difference(row, (*together)[33 + i]), kBound);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Forms,
    Encoders,
    testing::Values(EncoderShape{},
                    EncoderShape{
                        .width = 40, .heads = 2, .ffn = 72, .types = 0, .joined_qkv = false},
                    EncoderShape{.types = 1},
                    EncoderShape{.arch = "nomic-bert"},
                    EncoderShape{.arch = "nomic-bert", .width = 96, .heads = 3, .types = 0},
                    EncoderShape{.arch = "nomic-bert-moe", .layers = 4, .types = 1, .experts = 5}));

class Checkpoints : public testing::TestWithParam<const char*> {};

// The exact GELU of the checkpoints' own code differs a little from the one of GGUF runtimes.
TEST_P(Checkpoints, GiveTheStatesOfTheirOwnCode) {
  const auto folder = test::shared_data(std::string("models/") + GetParam());
  LAR_REQUIRE_DATA(folder / "model.safetensors");
  EncoderFile encoder = EncoderFile::from_checkpoint(folder);
  const auto file = encoder.file();
  const Sequence sequence = some_tokens(50, 5, 20);
  const auto rows = run(*file, Pooling::kMean, {sequence}, {.threads = 2, .isas = detect_isa()});
  ASSERT_TRUE(rows.has_value()) << rows.error().message;
  const auto exact =
      test::encoder_states(*file, sequence.tokens, sequence.second_text, Gelu::kExact);
  for (size_t t = 0; t < exact.size(); ++t) {
    double ab = 0.0;
    double aa = 0.0;
    double bb = 0.0;
    for (size_t i = 0; i < exact[t].size(); ++i) {
      const double b = static_cast<double>((*rows)[t][i]);
      ab += exact[t][i] * b;
      aa += exact[t][i] * exact[t][i];
      bb += b * b;
    }
    EXPECT_GE(ab / std::sqrt(aa * bb), 0.9999) << "token " << t;
    EXPECT_LE(difference(exact[t], (*rows)[t]), 0.02) << "token " << t;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Tiny, Checkpoints, testing::Values("coldfire/tiny_bert", "jammi/cookbook/fixtures/tiny_bert"));

struct HeadCase {
  uint32_t dense = 0;
  uint32_t labels = 0;
};
class Heads : public testing::TestWithParam<HeadCase> {};

TEST_P(Heads, ScoreAState) {
  EncoderFile encoder({.dense = GetParam().dense, .labels = GetParam().labels});
  const auto file = encoder.file();
  const Sequence sequence = some_tokens(12, 7, 5);
  for (const IsaSet& isas : isa_sets()) {
    const auto scores = run(*file, Pooling::kRank, {sequence}, {.threads = 2, .isas = isas});
    ASSERT_TRUE(scores.has_value()) << scores.error().message;
    const auto states =
        test::encoder_states(*file, sequence.tokens, sequence.second_text, Gelu::kPublished);
    for (size_t t = 0; t < states.size(); ++t) {
      EXPECT_LE(difference(test::classifier_scores(*file, states[t]), (*scores)[t]), 2 * kBound);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds,
                         Heads,
                         testing::Values(HeadCase{.dense = 32, .labels = 1},
                                         HeadCase{.dense = 16, .labels = 3},
                                         HeadCase{.dense = 1},
                                         HeadCase{.labels = 2}));

TEST(Encoders, WithoutAHeadCannotRank) {
  EncoderFile encoder(EncoderShape{});
  const auto program = models::build_embedding(*encoder.file(), Pooling::kRank);
  ASSERT_FALSE(program.has_value());
  EXPECT_EQ(program.error().code, Code::kDataCorrupt);
  EXPECT_NE(program.error().message.find("cls.output.weight"), std::string::npos);
}

TEST(Encoders, ShareOneLayersCache) {
  EncoderFile encoder({.layers = 5});
  const auto program = models::build(*encoder.file());
  ASSERT_TRUE(program.has_value());
  EXPECT_EQ(program->kv_layers.size(), 1U);
  EXPECT_TRUE(is_bidirectional(*program));
  EXPECT_FALSE(is_generative(*program));
}

TEST(Encoders, RefuseAPartOfASequence) {
  EncoderFile encoder(EncoderShape{});
  const auto file = encoder.file();
  const auto program = models::build(*file);
  ASSERT_TRUE(program.has_value());
  backend::CpuBackend backend({.threads = 1, .isas = detect_isa()});
  const auto executable =
      backend.compile(*program, {.limits = {.tokens = 8, .outputs = 8, .sequences = 1},
                                 .kv = {.type = DType::kF32, .block_tokens = 8, .blocks = 2}});
  ASSERT_TRUE(executable.has_value());
  const std::vector<int32_t> tokens = {1, 2};
  const std::vector<int32_t> table = {0, 1};
  const backend::SequenceSlice slice{.tokens = 2, .first_position = 4, .block_table = table};
  EXPECT_FALSE((*executable)->run({.tokens = tokens, .sequences = {&slice, 1}}).has_value());
}

TEST(Pooling, IsWhatTheFileNames) {
  const auto pooling = [](const char* arch, std::optional<uint32_t> type) {
    EncoderFile encoder({.arch = arch});
    if (type) encoder.number("pooling_type", *type);
    return models::read_pooling(*encoder.file());
  };
  EXPECT_EQ(pooling("bert", {}).value(), Pooling::kMean);
  EXPECT_EQ(pooling("bert", 0).value(), Pooling::kMean);
  EXPECT_EQ(pooling("bert", 2).value(), Pooling::kCls);
  EXPECT_EQ(pooling("nomic-bert", 1).value(), Pooling::kMean);
  EXPECT_EQ(pooling("qwen3", 3).value(), Pooling::kLast);
  EXPECT_EQ(pooling("llama", {}).value(), std::nullopt);
  EXPECT_EQ(pooling("llama", 0).value(), std::nullopt);
  EXPECT_EQ(pooling("bert", 4).value(), Pooling::kRank);
  EXPECT_EQ(pooling("bert", 5).error().code, Code::kUnsupported);
}

}  // namespace
}  // namespace lar
