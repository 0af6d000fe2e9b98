#include "gguf/reader.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "gguf/file_sink.h"
#include "gguf/header.h"
#include "gguf/raw_file.h"
#include "gguf/writer.h"
#include "support/data.h"

namespace lar::gguf {
namespace {

using test::RawFile;
using test::sample_file;
using testing::HasSubstr;

void write(const std::filesystem::path& path, const std::vector<std::byte>& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

std::shared_ptr<const File> must_parse(const RawFile& raw) {
  auto file = File::parse(raw.bytes(), "test.gguf");
  EXPECT_TRUE(file.has_value()) << file.error().message;
  return file.has_value() ? *file : nullptr;
}

TEST(Reader, GivesEveryKeyInFileOrderAndTyped) {
  for (const uint32_t version : {2U, 3U}) {
    const RawFile raw = sample_file(version);
    const auto file = must_parse(raw);
    ASSERT_NE(file, nullptr);
    EXPECT_EQ(file->version(), version);
    EXPECT_EQ(file->alignment(), 32U);
    EXPECT_EQ(file->file_bytes(), raw.bytes().size());
    EXPECT_EQ(file->name(), "test.gguf");
    ASSERT_EQ(file->metadata().size(), 16U);
    EXPECT_EQ(file->metadata()[0].key, "general.architecture");
    EXPECT_EQ(file->metadata()[15].key, "k.bools");
    EXPECT_EQ(file->require_string("general.architecture").value(), "llama");
    EXPECT_EQ(file->require_uint("k.uint8").value(), 200U);
    EXPECT_EQ(file->find("k.int8")->as_int(), -5);
    EXPECT_EQ(file->require_uint("k.uint64").value(), ~uint64_t{0});
    EXPECT_EQ(file->find("k.uint64")->as_int(), std::nullopt);
    EXPECT_EQ(file->optional_float("k.float32").value(), 0.25);
    EXPECT_EQ(file->optional_float("k.int32").value(), -70000.0);
    EXPECT_EQ(file->optional_bool("k.bool").value(), true);
    EXPECT_EQ(file->optional_float("k.float64").value(), 1e100);
  }
}

TEST(Reader, GivesTensorsAsViewsIntoTheBytes) {
  const RawFile raw = sample_file();
  const auto file = must_parse(raw);
  ASSERT_NE(file, nullptr);
  ASSERT_EQ(file->tensors().size(), 2U);
  const TensorView* embedding = file->find_tensor("token_embd.weight");
  ASSERT_NE(embedding, nullptr);
  EXPECT_EQ(embedding, &file->tensors()[0]);
  EXPECT_EQ(embedding->dtype, DType::kQ8_0);
  EXPECT_EQ(embedding->shape, (Shape{.rank = 2, .dims = {32, 3, 1, 1}}));
  EXPECT_EQ(embedding->bytes.size(), 102U);
  const TensorView* norm = file->find_tensor("output_norm.weight");
  ASSERT_NE(norm, nullptr);
  EXPECT_EQ(norm->bytes.size(), 32U);
  EXPECT_EQ(norm->bytes.data(), raw.bytes().data() + raw.bytes().size() - 32);
  EXPECT_EQ(norm->bytes[0], std::byte{128});
  EXPECT_EQ(file->find_tensor("output.weight"), nullptr);
}

TEST(Reader, TypedAccessNamesTheKey) {
  const RawFile raw = sample_file();
  const auto file = must_parse(raw);
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(file->optional_uint("absent").value(), std::nullopt);
  EXPECT_EQ(file->optional_string("absent").value(), std::nullopt);
  EXPECT_EQ(file->require_uint("absent").error().message, "key 'absent' is missing");
  EXPECT_EQ(file->require_uint("k.int8").error().message,
            "key 'k.int8': expected a whole number from 0, found int8");
  EXPECT_EQ(file->optional_uint("k.float32").error().code, Code::kDataCorrupt);
  EXPECT_EQ(file->optional_bool("k.uint8").error().code, Code::kDataCorrupt);
  EXPECT_EQ(file->optional_float("k.bool").error().code, Code::kDataCorrupt);
  EXPECT_EQ(file->require_string("k.strings").error().message,
            "key 'k.strings': expected a string, found array");
}

TEST(Reader, AFileWithoutKeysAndTensorsIsAFile) {
  const auto file = must_parse(RawFile(0, 0));
  ASSERT_NE(file, nullptr);
  EXPECT_TRUE(file->metadata().empty());
  EXPECT_TRUE(file->tensors().empty());
}

TEST(Reader, TensorsMayBeEmptyScalarUnorderedAndApart) {
  RawFile raw(4, 0);
  raw.tensor("late", {8}, DType::kF32, 96)
      .tensor("empty", {8, 0}, DType::kF32, 0)
      .tensor("early", {2}, DType::kF32, 0)
      .tensor("scalar", {}, DType::kF32, 32)
      .pad()
      .data(128);
  const auto file = must_parse(raw);
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(file->find_tensor("late")->bytes[0], std::byte{96});
  EXPECT_TRUE(file->find_tensor("empty")->bytes.empty());
  EXPECT_EQ(file->find_tensor("empty")->shape.elements(), 0U);
  EXPECT_EQ(file->find_tensor("scalar")->bytes.size(), 4U);
  EXPECT_EQ(file->find_tensor("scalar")->shape.rank, 0);
}

TEST(Reader, FollowsTheAlignmentOfTheFile) {
  for (const uint32_t alignment : {1U, 8U, 64U, 4096U}) {
    RawFile raw(2, 1);
    raw.scalar("general.alignment", ValueType::kUint32, alignment)
        .tensor("a", {3}, DType::kI8, 0)
        .tensor("b", {5}, DType::kI8, alignment < 3 ? 3 : alignment)
        .pad(alignment)
        .data(alignment + 8);
    const auto file = must_parse(raw);
    ASSERT_NE(file, nullptr) << alignment;
    EXPECT_EQ(file->alignment(), alignment);
    EXPECT_EQ(file->tensors()[0].bytes[1], std::byte{1});
  }
}

TEST(Reader, OpensFilesAndDescriptors) {
  const lar::test::TempDir dir;
  const auto path = dir.path() / "model.gguf";
  write(path, sample_file().bytes());
  const auto file = File::open(path.string());
  ASSERT_TRUE(file.has_value()) << file.error().message;
  EXPECT_EQ((*file)->tensors().size(), 2U);

  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_GE(fd, 0);
  const auto from_fd = File::open_fds(std::span(&fd, 1), "blob");
  ::close(fd);
  ASSERT_TRUE(from_fd.has_value());
  std::filesystem::remove(path);
  EXPECT_EQ((*from_fd)->require_string("general.architecture").value(), "llama");
  EXPECT_EQ((*from_fd)->name(), "blob");
}

TEST(Reader, ErrorsNameTheFile) {
  const lar::test::TempDir dir;
  const auto path = (dir.path() / "bad.gguf").string();
  EXPECT_EQ(File::open(path).error().code, Code::kNotFound);
  write(path, RawFile(0, 0, 3, "GGML").bytes());
  EXPECT_EQ(File::open(path).error().message, path + ": not a GGUF file: it begins with 'GGML'");
  write(path, {});
  EXPECT_EQ(File::open(path).error().message, path + ": too short for a GGUF file");
  EXPECT_EQ(File::open(dir.path().string()).error().code, Code::kInvalidArgument);
}

// ---- split files ----

RawFile part(uint16_t index,
             uint16_t count,
             int32_t tensors,
             const std::vector<std::string>& names) {
  RawFile raw(names.size(), index == 0 ? 4 : 3);
  if (index == 0) raw.string_key("general.architecture", "llama");
  raw.scalar("split.no", ValueType::kUint16, index)
      .scalar("split.count", ValueType::kUint16, count)
      .scalar("split.tensors.count", ValueType::kInt32, tensors);
  for (size_t i = 0; i < names.size(); ++i) raw.tensor(names[i], {4}, DType::kF32, 32 * i);
  return raw.pad().data(names.empty() ? 0 : 32 * names.size() - 16);
}

class SplitFiles : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (dir_.path() / name).string(); }
  void put(const std::string& name, const RawFile& raw) { write(dir_.path() / name, raw.bytes()); }
  std::string error_of(const std::string& name) const {
    const auto file = File::open(path(name));
    return file ? "opened" : file.error().message;
  }

 private:
  lar::test::TempDir dir_;
};

// Opens the parts and reads their headers, as a server does that joins them.
class OpenParts {
 public:
  explicit OpenParts(const std::vector<std::string>& paths) {
    for (const std::string& path : paths)
      fds_.push_back(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    headers_ = read_headers(fds_, "m");
  }
  ~OpenParts() {
    for (const int fd : fds_) ::close(fd);
  }
  OpenParts(const OpenParts&) = delete;
  OpenParts& operator=(const OpenParts&) = delete;

  Result<std::vector<std::byte>> join() const {
    if (!headers_) return std::unexpected(headers_.error());
    MemorySink sink;
    LAR_TRY(write_joined(**headers_, fds_, sink));
    return sink.take();
  }

 private:
  std::vector<int> fds_;
  Result<std::shared_ptr<const File>> headers_ = nullptr;
};

TEST_F(SplitFiles, AreWrittenAsOneWithoutMappings) {
  put("m-00001-of-00002.gguf", part(0, 2, 3, {"a"}));
  put("m-00002-of-00002.gguf", part(1, 2, 3, {"b", "c"}));
  const OpenParts parts({path("m-00001-of-00002.gguf"), path("m-00002-of-00002.gguf")});
  const auto mapped = File::open(path("m-00001-of-00002.gguf"));
  ASSERT_TRUE(mapped) << mapped.error().message;
  const auto joined = parts.join();
  ASSERT_TRUE(joined) << joined.error().message;
  EXPECT_EQ(*joined, Writer::copy_of(**mapped).to_bytes());
}

// A mapping would end the process with SIGBUS here.
TEST_F(SplitFiles, APartThatIsCutOffMeanwhileIsAnError) {
  put("m-00001-of-00002.gguf", part(0, 2, 3, {"a"}));
  put("m-00002-of-00002.gguf", part(1, 2, 3, {"b", "c"}));
  const OpenParts parts({path("m-00001-of-00002.gguf"), path("m-00002-of-00002.gguf")});
  std::filesystem::resize_file(path("m-00002-of-00002.gguf"), 0);
  const auto joined = parts.join();
  ASSERT_FALSE(joined);
  EXPECT_EQ(joined.error().code, Code::kDataCorrupt);
  EXPECT_THAT(joined.error().message, HasSubstr("tensor 'b': the file has become shorter"));
}

TEST_F(SplitFiles, AreJoinedFromTheFirst) {
  put("m-00001-of-00003.gguf", part(0, 3, 3, {}));
  put("m-00002-of-00003.gguf", part(1, 3, 3, {"a", "b"}));
  put("m-00003-of-00003.gguf", part(2, 3, 3, {"c"}));
  const auto file = File::open(path("m-00001-of-00003.gguf"));
  ASSERT_TRUE(file.has_value()) << file.error().message;
  EXPECT_EQ((*file)->tensors().size(), 3U);
  EXPECT_EQ((*file)->find_tensor("c")->bytes.size(), 16U);
  EXPECT_EQ((*file)->require_string("general.architecture").value(), "llama");
  uint64_t bytes = 0;
  for (const char* name :
       {"m-00001-of-00003.gguf", "m-00002-of-00003.gguf", "m-00003-of-00003.gguf"}) {
    bytes += std::filesystem::file_size(path(name));
  }
  EXPECT_EQ((*file)->file_bytes(), bytes);
}

TEST_F(SplitFiles, AnotherPartIsRefusedWithTheNameOfTheFirst) {
  put("m-00002-of-00002.gguf", part(1, 2, 1, {"a"}));
  EXPECT_THAT(error_of("m-00002-of-00002.gguf"),
              HasSubstr("is part 2 of 2; open the first part instead: "));
  EXPECT_THAT(error_of("m-00002-of-00002.gguf"), HasSubstr("m-00001-of-00002.gguf"));
}

TEST_F(SplitFiles, WhatDoesNotFitTogetherIsRefused) {
  put("m-00001-of-00002.gguf", part(0, 2, 2, {"a"}));
  EXPECT_THAT(error_of("m-00001-of-00002.gguf"), HasSubstr("m-00002-of-00002.gguf: No such file"));
  put("m-00002-of-00002.gguf", part(0, 2, 2, {"b"}));
  EXPECT_THAT(error_of("m-00001-of-00002.gguf"), HasSubstr("is part 1 of 2, not part 2 of 2"));
  put("m-00002-of-00002.gguf", part(1, 3, 2, {"b"}));
  EXPECT_THAT(error_of("m-00001-of-00002.gguf"), HasSubstr("is part 2 of 3, not part 2 of 2"));
  put("m-00002-of-00002.gguf", part(1, 2, 2, {"a"}));
  EXPECT_THAT(error_of("m-00001-of-00002.gguf"), HasSubstr("tensor 'a' stands in two parts"));
  put("m-00002-of-00002.gguf", part(1, 2, 2, {"b", "c"}));
  EXPECT_THAT(error_of("m-00001-of-00002.gguf"), HasSubstr("split.tensors.count says 2"));
  put("m-00002-of-00002.gguf", RawFile(0, 0));
  EXPECT_THAT(error_of("m-00001-of-00002.gguf"), HasSubstr("is part 1 of 1, not part 2 of 2"));
  put("m-00002-of-00002.gguf", part(1, 2, 2, {"b"}));
  EXPECT_EQ(error_of("m-00001-of-00002.gguf"), "opened");
  put("odd.gguf", part(0, 2, 2, {"a"}));
  EXPECT_THAT(error_of("odd.gguf"), HasSubstr("its name does not end in -00001-of-00002.gguf"));
  put("many.gguf", part(0, 1000, 2, {"a"}));
  EXPECT_THAT(error_of("many.gguf"), HasSubstr("more than the limit of 999"));
  put("beyond.gguf", part(2, 2, 2, {"a"}));
  EXPECT_THAT(error_of("beyond.gguf"), HasSubstr("part number 2 (from 0) of 2"));
}

TEST_F(SplitFiles, OpenFromDescriptorsInOrder) {
  put("one", part(0, 2, 2, {"a"}));
  put("two", part(1, 2, 2, {"b"}));
  const int one = ::open(path("one").c_str(), O_RDONLY | O_CLOEXEC);
  const int two = ::open(path("two").c_str(), O_RDONLY | O_CLOEXEC);
  const int both[] = {one, two};
  const int swapped[] = {two, one};
  EXPECT_TRUE(File::open_fds(both, "m").has_value());
  EXPECT_THAT(File::open_fds(swapped, "m").error().message, HasSubstr("is part 2 of 2"));
  EXPECT_THAT(File::open_fds(std::span(both, 1), "m").error().message,
              HasSubstr("m: is split in 2 parts; files given: 1"));
  EXPECT_EQ(File::open_fds({}, "m").error().code, Code::kInvalidArgument);
  ::close(one);
  ::close(two);
}

// ---- files made by others ----

TEST(Reader, OpensEveryModelOfTheTestData) {
  const auto root = lar::test::shared_data("");
  LAR_REQUIRE_DATA(root);
  size_t opened = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".gguf" || entry.path().string().contains("/fuzz/")) continue;
    const auto file = File::open(entry.path().string());
    EXPECT_TRUE(file.has_value()) << file.error().message;
    if (file) ++opened;
  }
  EXPECT_GT(opened, 30U);
}

TEST(Reader, JudgesTheHostileSeeds) {
  const auto root = lar::test::shared_data("gguf-hostile/gridcore/fuzz/corpus/gguf_open");
  LAR_REQUIRE_DATA(root);
  const auto error_of = [&](const char* name) {
    const auto file = File::open((root / name).string());
    return file ? std::string("opened") : file.error().message;
  };
  EXPECT_EQ(error_of("valid-small.gguf"), "opened");
  EXPECT_EQ(error_of("v3-empty.bin"), "opened");
  EXPECT_THAT(error_of("bad-version.bin"), HasSubstr("GGUF version"));
  EXPECT_THAT(error_of("magic-only.bin"), HasSubstr("the version takes 4 bytes"));
  EXPECT_THAT(error_of("huge-counts.bin"), HasSubstr("limit"));
  EXPECT_THAT(error_of("kv-arr-huge-n.bin"), HasSubstr("an array of"));
  EXPECT_THAT(error_of("hdr-wrap-first-offset.gguf"), HasSubstr("tensor '"));
  EXPECT_THAT(error_of("hdr-suppress-eos.gguf"), HasSubstr("but the file ends"));
}

}  // namespace
}  // namespace lar::gguf
