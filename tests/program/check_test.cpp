#include "program/check.h"

#include <gtest/gtest.h>

namespace lar::program {
namespace {

// token ids -> x [tokens, 16] -> outputs -> logits [outputs, 4]
Program good() {
  Program program;
  program.vocab = 4;
  program.context_train = 8;
  program.weights = {{.name = "table", .shape = {.rank = 2, .dims = {16, 4, 1, 1}}},
                     {.name = "norm", .shape = {.rank = 1, .dims = {16, 1, 1, 1}}}};
  program.values = {{.name = "x", .rows = Rows::kTokens, .cols = 16},
                    {.name = "normed", .rows = Rows::kTokens, .cols = 16},
                    {.name = "y", .rows = Rows::kOutputs, .cols = 16},
                    {.name = "logits", .rows = Rows::kOutputs, .cols = 4}};
  program.ops = {Embed{.table = 0, .out = 0}, Norm{.in = 0, .out = 1, .weight = 1, .group = 16},
                 SelectOutputs{.in = 1, .out = 2}, MatMul{.in = 2, .weight = 0, .out = 3}};
  program.hidden = 2;
  program.logits = 3;
  return program;
}

TEST(Check, AcceptsAWellFormedProgram) {
  EXPECT_TRUE(check(good()).has_value());
}

TEST(Check, NamesTheTensorOfAWrongShape) {
  Program program = good();
  program.weights[1].shape.dims[0] = 17;
  const auto result = check(program);
  ASSERT_FALSE(result.has_value());
  EXPECT_NE(result.error().message.find("'norm'"), std::string::npos);
  EXPECT_NE(result.error().message.find("[17]"), std::string::npos);
}

TEST(Check, RefusesReadingBeforeWriting) {
  Program program = good();
  std::swap(program.ops[1], program.ops[2]);
  EXPECT_FALSE(check(program).has_value());
}

TEST(Check, RefusesIdsThatDoNotExist) {
  Program program = good();
  std::get<MatMul>(program.ops[3]).weight = 9;
  EXPECT_FALSE(check(program).has_value());
  program = good();
  std::get<Norm>(program.ops[1]).out = -3;
  EXPECT_FALSE(check(program).has_value());
}

TEST(Check, RefusesHeadsThatCannotShare) {
  Program program = good();
  program.kv_layers = {{.kv_heads = 3, .head_dim_k = 4, .head_dim_v = 4}};
  program.ops.insert(program.ops.begin() + 2,
                     Attention{.q = 1, .k = 1, .v = 1, .out = 0, .layer = 0, .heads = 4});
  const auto result = check(program);
  ASSERT_FALSE(result.has_value());
  EXPECT_NE(result.error().message.find("cannot share"), std::string::npos);
}

TEST(Check, RefusesRotatingMoreThanAHead) {
  Program program = good();
  program.rope_tables = {{.dims = 32}};
  program.ops.insert(program.ops.begin() + 1, Rope{.value = 0, .head_dim = 16, .table = 0});
  EXPECT_FALSE(check(program).has_value());
}

TEST(Check, AcceptsAProgramWithoutAHead) {
  Program program = good();
  drop_head(program);
  EXPECT_EQ(program.logits, kNone);
  EXPECT_EQ(program.ops.size(), 3U);
  EXPECT_EQ(program.weights.size(), 2U);  // the head's is the table of the embeddings
  EXPECT_TRUE(check(program).has_value());
  EXPECT_FALSE(is_generative(program));
}

TEST(Check, RefusesAProgramWithoutHiddenStates) {
  Program program = good();
  program.hidden = 1;  // of tokens, not of outputs
  EXPECT_FALSE(check(program).has_value());
  program.hidden = kNone;
  EXPECT_FALSE(check(program).has_value());
}

TEST(Check, ComparesAClassifierWithItsLabels) {
  Program program = good();
  program.labels = 4;
  program.vocab = 9;
  program.weights[0].shape.dims[1] = 9;
  program.weights.push_back({.name = "cls", .shape = {.rank = 2, .dims = {16, 4, 1, 1}}});
  std::get<MatMul>(program.ops[3]).weight = 2;
  EXPECT_TRUE(check(program).has_value());
  EXPECT_FALSE(is_generative(program));
  program.labels = 3;
  EXPECT_FALSE(check(program).has_value());
}

TEST(Check, RefusesAWindowThatSeesBothWays) {
  Program program = good();
  program.kv_layers = {{.kv_heads = 2, .head_dim_k = 8, .head_dim_v = 8}};
  const Attention attention{.q = 1, .k = 1, .v = 1, .out = 0, .layer = 0, .heads = 2};
  program.ops.insert(program.ops.begin() + 2, attention);
  EXPECT_TRUE(check(program).has_value());
  EXPECT_FALSE(is_bidirectional(program));
  std::get<Attention>(program.ops[2]).causal = false;
  EXPECT_TRUE(check(program).has_value());
  EXPECT_TRUE(is_bidirectional(program));
  EXPECT_FALSE(is_generative(program));
  std::get<Attention>(program.ops[2]).window = 5;
  EXPECT_FALSE(check(program).has_value());
}

TEST(DropHead, TakesTheTensorsThatOnlyTheHeadRead) {
  Program program = good();
  program.weights.push_back({.name = "output", .shape = {.rank = 2, .dims = {16, 4, 1, 1}}});
  program.weights.push_back({.name = "output bias", .shape = {.rank = 1, .dims = {4, 1, 1, 1}}});
  auto& head = std::get<MatMul>(program.ops[3]);
  head.weight = 2;
  head.bias = 3;
  EXPECT_TRUE(is_generative(program));
  drop_head(program);
  EXPECT_EQ(program.weights.size(), 2U);
  drop_head(program);
  EXPECT_EQ(program.ops.size(), 3U);
}

}  // namespace
}  // namespace lar::program
