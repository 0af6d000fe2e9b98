#include "gguf/writer.h"

#include <gmock/gmock.h>

#include <cstring>
#include <string>

#include "gguf/raw_file.h"
#include "gguf/reader.h"
#include "support/data.h"

namespace lar::gguf {
namespace {

using testing::HasSubstr;

std::shared_ptr<const File> must_parse(std::span<const std::byte> bytes) {
  auto file = File::parse(bytes, "copy");
  EXPECT_TRUE(file.has_value()) << file.error().message;
  return file.has_value() ? *file : nullptr;
}

bool same_bytes(std::span<const std::byte> a, std::span<const std::byte> b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

void expect_same_content(const File& a, const File& b) {
  EXPECT_EQ(a.version(), b.version());
  EXPECT_EQ(a.alignment(), b.alignment());
  ASSERT_EQ(a.metadata().size(), b.metadata().size());
  for (size_t i = 0; i < a.metadata().size(); ++i) {
    const KeyValue& left = a.metadata()[i];
    const KeyValue& right = b.metadata()[i];
    EXPECT_EQ(left.key, right.key);
    EXPECT_EQ(left.value.type, right.value.type) << left.key;
    EXPECT_EQ(left.value.element_type, right.value.element_type) << left.key;
    EXPECT_EQ(left.value.count, right.value.count) << left.key;
    EXPECT_TRUE(same_bytes(left.value.data, right.value.data)) << left.key;
  }
  ASSERT_EQ(a.tensors().size(), b.tensors().size());
  for (size_t i = 0; i < a.tensors().size(); ++i) {
    EXPECT_EQ(a.tensors()[i].name, b.tensors()[i].name);
    EXPECT_EQ(a.tensors()[i].dtype, b.tensors()[i].dtype);
    EXPECT_EQ(a.tensors()[i].shape, b.tensors()[i].shape);
    EXPECT_TRUE(same_bytes(a.tensors()[i].bytes, b.tensors()[i].bytes)) << a.tensors()[i].name;
  }
}

Shape shape_of(uint64_t cols, uint64_t rows) {
  return {.rank = 2, .dims = {cols, rows, 1, 1}};
}

TEST(Writer, WritesEveryTypeOfValue) {
  Writer writer;
  writer.set_string("general.architecture", "llama");
  writer.set_number("u8", uint8_t{255});
  writer.set_number("i8", int8_t{-128});
  writer.set_number("u16", uint16_t{65535});
  writer.set_number("i16", int16_t{-1});
  writer.set_number("u32", uint32_t{7});
  writer.set_number("i32", int32_t{-7});
  writer.set_number("u64", ~uint64_t{0});
  writer.set_number("i64", int64_t{-9});
  writer.set_number("f32", 1.5F);
  writer.set_number("f64", 1e300);
  writer.set_bool("yes", true);
  writer.set_strings("tokens", std::vector<std::string>{"a", "", std::string("b\0c", 3)});
  const std::vector<float> scores = {0.5F, -1.0F};
  writer.set_numbers<float>("scores", scores);
  const auto bytes = writer.to_bytes();
  ASSERT_TRUE(bytes.has_value()) << bytes.error().message;
  const auto file = must_parse(*bytes);
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(file->version(), 3U);
  EXPECT_EQ(file->require_string("general.architecture").value(), "llama");
  const std::pair<const char*, ValueType> types[] = {
      {"u8", ValueType::kUint8},    {"i8", ValueType::kInt8},    {"u16", ValueType::kUint16},
      {"i16", ValueType::kInt16},   {"u32", ValueType::kUint32}, {"i32", ValueType::kInt32},
      {"u64", ValueType::kUint64},  {"i64", ValueType::kInt64},  {"f32", ValueType::kFloat32},
      {"f64", ValueType::kFloat64}, {"yes", ValueType::kBool}};
  for (const auto& [key, type] : types) EXPECT_EQ(file->find(key)->type, type) << key;
  EXPECT_EQ(file->find("i8")->as_int(), -128);
  EXPECT_EQ(file->find("u64")->as_uint(), ~uint64_t{0});
  EXPECT_EQ(file->find("f64")->as_float(), 1e300);
  EXPECT_EQ(file->find("yes")->as_bool(), true);
  auto tokens = StringArray::of(*file->find("tokens"));
  ASSERT_TRUE(tokens.has_value());
  tokens->next();
  tokens->next();
  EXPECT_EQ(tokens->next(), std::string_view("b\0c", 3));
  EXPECT_EQ(file->find("scores")->float_at(1), -1.0);
}

TEST(Writer, SettingAKeyAgainKeepsItsPlace) {
  Writer writer;
  writer.set_number("a", 1);
  writer.set_number("b", 2);
  writer.set_number("c", 3);
  writer.set_string("a", "one");
  writer.remove("b");
  const auto bytes = writer.to_bytes();
  ASSERT_TRUE(bytes.has_value());
  const auto file = must_parse(*bytes);
  ASSERT_EQ(file->metadata().size(), 2U);
  EXPECT_EQ(file->metadata()[0].key, "a");
  EXPECT_EQ(file->metadata()[0].value.as_string(), "one");
}

TEST(Writer, AlignsTensorsAsTheKeySays) {
  const std::vector<std::byte> data(100, std::byte{7});
  for (const uint32_t alignment : {1U, 32U, 64U, 16384U}) {
    for (const uint32_t version : {2U, 3U}) {
      Writer writer(version);
      if (alignment != 32) writer.set_number("general.alignment", alignment);
      writer.add_tensor({"a", DType::kI8, shape_of(100, 1), data});
      writer.add_tensor({"b", DType::kI8, shape_of(10, 10), data});
      const auto bytes = writer.to_bytes();
      ASSERT_TRUE(bytes.has_value());
      const auto file = must_parse(*bytes);
      ASSERT_NE(file, nullptr);
      EXPECT_EQ(file->version(), version);
      EXPECT_EQ(file->alignment(), alignment);
      for (const TensorView& tensor : file->tensors()) {
        EXPECT_EQ((tensor.bytes.data() - bytes->data()) % alignment, 0);
        EXPECT_TRUE(same_bytes(tensor.bytes, data));
      }
      EXPECT_EQ(bytes->size() % alignment, 0U) << "the last tensor is padded too";
    }
  }
}

TEST(Writer, RefusesWhatTheReaderWould) {
  const std::vector<std::byte> data(64);
  const auto error_with = [&](auto fill) {
    Writer writer;
    fill(writer);
    const auto bytes = writer.to_bytes();
    if (bytes) return std::string("written");
    EXPECT_EQ(bytes.error().code, Code::kInvalidArgument);
    return bytes.error().message;
  };
  EXPECT_THAT(error_with([&](Writer& w) {
                w.add_tensor({"t", DType::kI8, shape_of(64, 1), data});
                w.add_tensor({"t", DType::kI8, shape_of(64, 1), data});
              }),
              HasSubstr("tensor 't' is added twice"));
  EXPECT_THAT(error_with([&](Writer& w) {
                w.add_tensor({std::string(64, 't'), DType::kI8, shape_of(64, 1), data});
              }),
              HasSubstr("the name is longer than 63 bytes"));
  EXPECT_THAT(
      error_with([&](Writer& w) { w.add_tensor({"t", DType::kQ8_0, shape_of(33, 1), data}); }),
      HasSubstr("shape [33, 1] does not suit its type"));
  EXPECT_THAT(error_with([&](Writer& w) { w.add_tensor({"t", DType{77}, shape_of(32, 1), data}); }),
              HasSubstr("does not suit its type"));
  EXPECT_THAT(
      error_with([&](Writer& w) { w.add_tensor({"t", DType::kI8, shape_of(65, 1), data}); }),
      HasSubstr("tensor 't': 64 bytes were given, not 65"));
  EXPECT_THAT(error_with([](Writer& w) { w.set_number("", 1); }), HasSubstr("key '' has 0 bytes"));
  EXPECT_THAT(error_with([](Writer& w) { w.set_number(std::string(70'000, 'k'), 1); }),
              HasSubstr("70000 bytes"));
  EXPECT_THAT(error_with([](Writer& w) { w.set_number("general.alignment", 33U); }),
              HasSubstr("power of two"));
  EXPECT_THAT(error_with([](Writer& w) { w.set_number("general.alignment", 32); }),
              HasSubstr("must be a uint32"));
  EXPECT_THAT(error_with([](Writer& w) { w = Writer(1); }),
              HasSubstr("GGUF version 1 cannot be written"));
}

TEST(Writer, TensorsMayBeMadeWhileTheFileIsWritten) {
  Writer writer;
  writer.add_tensor("t", DType::kF32, shape_of(1000, 8), [](ByteSink& sink) -> Result<void> {
    for (int row = 0; row < 8; ++row) {
      const std::vector<float> values(1000, static_cast<float>(row));
      LAR_TRY(sink.write(std::as_bytes(std::span(values))));
    }
    return {};
  });
  const auto bytes = writer.to_bytes();
  ASSERT_TRUE(bytes.has_value());
  const auto file = must_parse(*bytes);
  float last = 0;
  std::memcpy(&last, file->tensors()[0].bytes.data() + 7999 * sizeof(float), sizeof(last));
  EXPECT_EQ(last, 7.0F);
}

TEST(Writer, AFileAppearsWholeOrNotAtAll) {
  const lar::test::TempDir dir;
  const std::string path = (dir.path() / "m.gguf").string();
  Writer good;
  good.set_string("general.name", "first");
  ASSERT_TRUE(good.write_file(path).has_value());
  ASSERT_TRUE(File::open(path).has_value());

  Writer failing;
  failing.set_string("general.name", "second");
  failing.add_tensor("t", DType::kI8, shape_of(64, 1), [&](ByteSink& sink) -> Result<void> {
    const std::vector<std::byte> half(32);
    LAR_TRY(sink.write(half));
    return fail(Code::kUnavailable, "the source is gone");
  });
  EXPECT_EQ(failing.write_file(path).error().message, "the source is gone");
  EXPECT_EQ((*File::open(path))->require_string("general.name").value(), "first");

  good.set_string("general.name", "third");
  ASSERT_TRUE(good.write_file(path).has_value());
  EXPECT_EQ((*File::open(path))->require_string("general.name").value(), "third");
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
    EXPECT_EQ(entry.path(), path) << "a temporary file was left behind";
    ++files;
  }
  EXPECT_EQ(files, 1U);
  const auto missing = good.write_file((dir.path() / "no" / "m.gguf").string());
  EXPECT_EQ(missing.error().code, Code::kNotFound);
}

TEST(Writer, CopiesEveryModelOfTheTestData) {
  const auto root = lar::test::shared_data("");
  LAR_REQUIRE_DATA(root);
  size_t copied = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".gguf" || entry.path().string().contains("/fuzz/")) continue;
    const auto file = File::open(entry.path().string());
    ASSERT_TRUE(file.has_value()) << file.error().message;
    const auto bytes = Writer::copy_of(**file).to_bytes();
    ASSERT_TRUE(bytes.has_value()) << entry.path() << bytes.error().message;
    const auto copy = must_parse(*bytes);
    ASSERT_NE(copy, nullptr);
    expect_same_content(**file, *copy);
    ++copied;
  }
  EXPECT_GT(copied, 30U);
}

// Files of the most common writer differ in nothing.
TEST(Writer, ACopyOfAFileOfTheConverterIsTheSameFile) {
  for (const char* name : {"archs/llama-dense.gguf", "archs/quantized/llama-dense-Q4_K_M.gguf",
                           "models/stories260K.gguf"}) {
    const auto path = lar::test::shared_data(name);
    LAR_REQUIRE_DATA(path);
    const auto file = File::open(path.string());
    ASSERT_TRUE(file.has_value());
    const auto bytes = Writer::copy_of(**file).to_bytes();
    ASSERT_TRUE(bytes.has_value());
    const std::string original = lar::test::read_file(path);
    EXPECT_TRUE(same_bytes(*bytes, std::as_bytes(std::span(original)))) << name;
  }
}

TEST(Writer, CopiesTheHandMadeFile) {
  for (const uint32_t version : {2U, 3U}) {
    const test::RawFile raw = test::sample_file(version);
    const auto file = must_parse(raw.bytes());
    ASSERT_NE(file, nullptr);
    const auto bytes = Writer::copy_of(*file).to_bytes();
    ASSERT_TRUE(bytes.has_value());
    const auto copy = must_parse(*bytes);
    ASSERT_NE(copy, nullptr);
    expect_same_content(*file, *copy);
  }
}

}  // namespace
}  // namespace lar::gguf
