#include "gguf/header.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "gguf/header_copy.h"
#include "gguf/raw_file.h"
#include "gguf/writer.h"
#include "support/data.h"

namespace lar::gguf {
namespace {

using test::sample_file;

class Headers : public testing::Test {
 protected:
  void write(std::span<const std::byte> bytes) {
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    if (fd_ >= 0) ::close(fd_);
    fd_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  }
  ~Headers() override {
    if (fd_ >= 0) ::close(fd_);
  }
  Result<std::shared_ptr<const File>> read() const { return read_headers({&fd_, 1}, "blob"); }

  const lar::test::TempDir dir_;
  const std::filesystem::path path_ = dir_.path() / "x.gguf";
  int fd_ = -1;
};

TEST_F(Headers, SayTheSameAsTheMappedFile) {
  write(sample_file(3).bytes());
  const auto mapped = File::open_fds({&fd_, 1}, "blob");
  const auto copied = read();
  ASSERT_TRUE(mapped && copied) << copied.error().message;
  EXPECT_EQ((*copied)->file_bytes(), (*mapped)->file_bytes());
  ASSERT_EQ((*copied)->metadata().size(), (*mapped)->metadata().size());
  for (size_t i = 0; i < (*mapped)->metadata().size(); ++i) {
    EXPECT_EQ((*copied)->metadata()[i].key, (*mapped)->metadata()[i].key);
  }
  ASSERT_EQ((*copied)->tensors().size(), (*mapped)->tensors().size());
  for (size_t i = 0; i < (*mapped)->tensors().size(); ++i) {
    EXPECT_EQ((*copied)->tensors()[i].name, (*mapped)->tensors()[i].name);
    EXPECT_EQ((*copied)->tensors()[i].bytes.size(), (*mapped)->tensors()[i].bytes.size());
  }
}

// A mapping would end the process with SIGBUS here.
TEST_F(Headers, OutliveAFileThatIsCutOff) {
  write(sample_file(3).bytes());
  const auto file = read();
  ASSERT_TRUE(file) << file.error().message;
  ASSERT_EQ(::truncate(path_.c_str(), 0), 0);
  EXPECT_EQ((*file)->require_string("general.architecture").value_or(""),
            File::parse(sample_file(3).bytes(), "x")
                .value()
                ->require_string("general.architecture")
                .value_or("?"));
  // Nobody needs the bytes of its tensors, but to read them does no harm.
  size_t zeros = 0;
  for (const TensorView& tensor : (*file)->tensors()) {
    zeros += static_cast<size_t>(std::ranges::count(tensor.bytes, std::byte{}));
  }
  EXPECT_LE(zeros, (*file)->file_bytes());
}

TEST_F(Headers, MayBeLongerThanTheFirstPiece) {
  Writer writer;
  writer.set_string("general.architecture", "llama");
  const std::string longest(3U << 20U, 'x');
  writer.set_string("a.long", longest);
  writer.set_string("the.last", "one");
  const auto bytes = writer.to_bytes();
  ASSERT_TRUE(bytes);
  write(*bytes);
  const auto file = read();
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ((*file)->require_string("a.long").value_or(""), longest);
  EXPECT_EQ((*file)->require_string("the.last").value_or(""), "one");
}

TEST_F(Headers, OfBrokenFilesAreTheSameErrors) {
  const auto raw = sample_file(3);
  const auto bytes = raw.bytes();
  for (size_t length = 0; length < bytes.size(); length += 7) {
    write(std::span(bytes).first(length));
    const auto mapped = File::open_fds({&fd_, 1}, "blob");
    const auto copied = read();
    ASSERT_EQ(copied.has_value(), mapped.has_value()) << length;
    if (!mapped) {
      EXPECT_EQ(copied.error().message, mapped.error().message);
    }
  }
}

// A file that shrinks while it is read ends in zeros, and those are no header.
TEST_F(Headers, OfAFileThatShrinksMeanwhileAreAnError) {
  Writer writer;
  writer.set_string("general.architecture", "llama");
  writer.set_string("a.long", std::string(3U << 20U, 'x'));
  const auto bytes = writer.to_bytes();
  ASSERT_TRUE(bytes);
  write(*bytes);
  auto copy = HeaderCopy::of(fd_, "blob");
  ASSERT_TRUE(copy);
  ASSERT_FALSE(copy->is_complete());
  ASSERT_EQ(::truncate(path_.c_str(), 4096), 0);
  while (!copy->is_complete()) ASSERT_TRUE(copy->copy_more());
  EXPECT_EQ(copy->bytes().size(), bytes->size());
  EXPECT_EQ(copy->bytes().back(), std::byte{});
}

}  // namespace
}  // namespace lar::gguf
