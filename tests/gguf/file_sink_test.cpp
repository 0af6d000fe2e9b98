#include "gguf/file_sink.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "support/data.h"

namespace lar::gguf {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

size_t files_in(const std::filesystem::path& folder) {
  const std::filesystem::directory_iterator begin(folder);
  return static_cast<size_t>(std::distance(begin, std::filesystem::directory_iterator()));
}

TEST(FileSink, TheNameAppearsAtTheCommit) {
  const lar::test::TempDir dir;
  const std::string path = (dir.path() / "f").string();
  auto sink = FileSink::create(path);
  ASSERT_TRUE(sink.has_value());
  ASSERT_TRUE(sink->write(bytes_of("hello ")).has_value());
  ASSERT_TRUE(sink->write(bytes_of("world")).has_value());
  EXPECT_FALSE(std::filesystem::exists(path));
  ASSERT_TRUE(sink->commit().has_value());
  EXPECT_EQ(lar::test::read_file(path), "hello world");
  EXPECT_EQ(files_in(dir.path()), 1U);
  struct stat info = {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & S_IRUSR, static_cast<mode_t>(S_IRUSR));
}

TEST(FileSink, WithoutACommitNothingStays) {
  const lar::test::TempDir dir;
  {
    auto sink = FileSink::create((dir.path() / "f").string());
    ASSERT_TRUE(sink.has_value());
    ASSERT_TRUE(sink->write(bytes_of("half")).has_value());
    EXPECT_EQ(files_in(dir.path()), 1U);
    const FileSink moved = std::move(*sink);
  }
  EXPECT_EQ(files_in(dir.path()), 0U);
}

// A limit on the size of files stands for a full disk.
TEST(FileSink, NoRoomIsAnErrorAndLeavesNothing) {
  const lar::test::TempDir dir;
  struct rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small = {.rlim_cur = 4096, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  {
    auto sink = FileSink::create((dir.path() / "f").string());
    ASSERT_TRUE(sink.has_value());
    const std::vector<std::byte> much(10'000);
    const auto written = sink->write(much);
    ASSERT_FALSE(written.has_value());
    EXPECT_EQ(written.error().code, Code::kResourceExhausted);
    EXPECT_NE(written.error().message.find("/f: "), std::string::npos) << written.error().message;
  }
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(files_in(dir.path()), 0U);
}

TEST(MemorySink, KeepsTheBytesInOrder) {
  MemorySink sink;
  ASSERT_TRUE(sink.write(bytes_of("ab")).has_value());
  ASSERT_TRUE(sink.write(bytes_of("c")).has_value());
  const auto bytes = sink.take();
  ASSERT_EQ(bytes.size(), 3U);
  EXPECT_EQ(static_cast<char>(bytes[2]), 'c');
}

}  // namespace
}  // namespace lar::gguf
