// The tokenizer of the demo model, for tests that need one of a real file.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "gguf/reader.h"
#include "support/data.h"
#include "tokenizer/tokenizer.h"

namespace lar::runtime {

class DemoTokenizer : public testing::Test {
 protected:
  void SetUp() override {
    const auto file =
        gguf::File::open(test::source_path("models/demo/lar-demo.q8_0.gguf").string());
    ASSERT_TRUE(file);
    file_ = *file;
    tokenizer_ = *tokenizer::Tokenizer::create(*file_);
  }

  std::shared_ptr<const gguf::File> file_;
  std::unique_ptr<tokenizer::Tokenizer> tokenizer_;
};

}  // namespace lar::runtime
