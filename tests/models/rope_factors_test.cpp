// Factors of the rotary table (Llama 3): used where the file's data is there, and no hindrance to
// a plan that is made from the header alone.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <array>

#include "base/fd.h"
#include "gguf/header.h"
#include "gguf/writer.h"
#include "models/blocks/rope.h"
#include "support/data.h"

namespace lar::models {
namespace {

constexpr std::array<float, 4> kFactors = {1.0F, 2.0F, 4.0F, 8.0F};

// The factors lie behind what a copied header holds.
class RopeFactors : public testing::Test {
 protected:
  void write(std::span<const float> factors) {
    const std::vector<float> weights(size_t{1} << 18U, 0.5F);
    gguf::Writer writer;
    writer.set_string("general.architecture", "llama");
    add(writer, "token_embd.weight", weights);
    add(writer, "rope_freqs.weight", factors);
    const auto written = writer.write_file(path_);
    ASSERT_TRUE(written) << written.error().message;
    fd_ = Fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  }
  static void add(gguf::Writer& writer, const char* name, std::span<const float> values) {
    writer.add_tensor({.name = name,
                       .dtype = DType::kF32,
                       .shape = {.rank = 1, .dims = {values.size(), 1, 1, 1}},
                       .bytes = std::as_bytes(values)});
  }
  Result<program::RopeTable> read(Result<std::shared_ptr<const gguf::File>> file) const {
    if (!file) return std::unexpected(file.error());
    Config config;
    config.arch = "llama";
    config.rope_dims = 2 * kFactors.size();
    config.context_train = 128;
    return read_rope_table(**file, config);
  }
  std::array<int, 1> fds() const { return {fd_.get()}; }

  const lar::test::TempDir dir_;
  const std::string path_ = dir_.path() / "x.gguf";
  Fd fd_;
};

TEST_F(RopeFactors, AreThoseOfTheFile) {
  write(kFactors);
  const auto table = read(gguf::File::open_fds(fds(), "x"));
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->factors, std::vector<float>(kFactors.begin(), kFactors.end()));
}

TEST_F(RopeFactors, AHeaderAloneIsEnoughForAPlan) {
  write(kFactors);
  const auto table = read(gguf::read_headers(fds(), "x"));
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->factors.size(), kFactors.size());
}

TEST_F(RopeFactors, AZeroIsRefused) {
  constexpr std::array<float, 4> kBroken = {1.0F, 0.0F, 4.0F, 8.0F};
  write(kBroken);
  EXPECT_FALSE(read(gguf::File::open_fds(fds(), "x")));
}

}  // namespace
}  // namespace lar::models
