#include "runtime/options.h"

#include <gtest/gtest.h>

namespace lar::runtime {
namespace {

TEST(Options, DefaultsAreOllamas) {
  const Options options;
  EXPECT_FLOAT_EQ(options.sampling.temperature, 0.8F);
  EXPECT_EQ(options.sampling.top_k, 40);
  EXPECT_FLOAT_EQ(options.sampling.top_p, 0.9F);
  EXPECT_FLOAT_EQ(options.sampling.min_p, 0.0F);
  EXPECT_FLOAT_EQ(options.sampling.typical_p, 1.0F);
  EXPECT_EQ(options.sampling.repeat_last_n, 64);
  EXPECT_FLOAT_EQ(options.sampling.repeat_penalty, 1.0F);
  EXPECT_EQ(options.sampling.seed, -1);
  EXPECT_EQ(options.num_predict, -1);
  EXPECT_EQ(options.num_keep, 4);
}

TEST(Options, EveryOptionOfTheReferenceCanBeSet) {
  for (const char* name : {"num_ctx",
                           "num_batch",
                           "num_gpu",
                           "main_gpu",
                           "use_mmap",
                           "num_thread",
                           "draft_num_predict",
                           "num_keep",
                           "seed",
                           "num_predict",
                           "temperature",
                           "top_k",
                           "top_p",
                           "min_p",
                           "typical_p",
                           "repeat_last_n",
                           "repeat_penalty",
                           "presence_penalty",
                           "frequency_penalty",
                           "stop",
                           "mirostat",
                           "mirostat_tau",
                           "mirostat_eta",
                           "xtc_probability",
                           "xtc_threshold",
                           "dry_multiplier",
                           "dry_base",
                           "dry_allowed_length",
                           "dry_penalty_last_n"}) {
    Options options;
    const std::string value = std::string(name) == "use_mmap" ? "true" : "7";
    EXPECT_TRUE(set_option(options, name, value).has_value()) << name;
  }
}

TEST(Options, SetsWhatItSays) {
  Options options;
  ASSERT_TRUE(set_option(options, "temperature", "0.25").has_value());
  ASSERT_TRUE(set_option(options, "seed", "42").has_value());
  ASSERT_TRUE(set_option(options, "stop", "one").has_value());
  ASSERT_TRUE(set_option(options, "stop", "two").has_value());
  EXPECT_FLOAT_EQ(options.sampling.temperature, 0.25F);
  EXPECT_EQ(options.sampling.seed, 42);
  EXPECT_EQ(options.stop, (std::vector<std::string>{"one", "two"}));
}

TEST(Options, ErrorsNameTheOption) {
  Options options;
  EXPECT_EQ(set_option(options, "top_k", "many").error().message,
            "option \"top_k\" must be of type integer");
  EXPECT_EQ(set_option(options, "temperature", "hot").error().message,
            "option \"temperature\" must be of type float32");
  EXPECT_EQ(set_option(options, "use_mmap", "maybe").error().message,
            "option \"use_mmap\" must be of type boolean");
  EXPECT_EQ(set_option(options, "num_ctx", "-5").error().code, Code::kInvalidArgument);
  EXPECT_EQ(set_option(options, "temperature", "1e400").error().code, Code::kInvalidArgument);
  EXPECT_EQ(set_option(options, "tempreature", "1").error().message,
            "unknown option \"tempreature\"");
}

TEST(Options, WhatCannotBeHonouredIsSaid) {
  Options options;
  EXPECT_TRUE(unhonoured(options).empty());
  options.num_gpu = 10;
  options.use_mmap = false;
  EXPECT_EQ(unhonoured(options).size(), 2U);
}

}  // namespace
}  // namespace lar::runtime
