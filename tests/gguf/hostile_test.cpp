// Malformed files: the classes that parsers of this format have failed on. Each must be refused in
// one line, whatever the bytes.
#include <gmock/gmock.h>

#include <chrono>
#include <limits>
#include <random>
#include <string>

#include "gguf/raw_file.h"
#include "gguf/reader.h"
#include "quant/traits.h"
#include "support/data.h"

namespace lar::gguf {
namespace {

using test::RawFile;
using test::sample_file;
using testing::HasSubstr;

using Bytes = std::vector<std::byte>;

std::string verdict(std::span<const std::byte> bytes) {
  const auto file = File::parse(bytes, "f");
  if (file) return "opened";
  EXPECT_EQ(file.error().message.find('\n'), std::string::npos);
  EXPECT_LT(file.error().message.size(), 400U);
  EXPECT_TRUE(file.error().code == Code::kDataCorrupt || file.error().code == Code::kUnsupported)
      << file.error().message;
  return file.error().message;
}

std::string verdict(const RawFile& raw) {
  return verdict(raw.bytes());
}

// ---- headers ----

TEST(Hostile, BadMagicAndVersions) {
  EXPECT_THAT(verdict(RawFile(0, 0, 3, "FUGG")),
              HasSubstr("not a GGUF file: it begins with 'FUGG'"));
  EXPECT_THAT(verdict(RawFile(0, 0, 3, "FUGU")), HasSubstr("not a GGUF file"));
  EXPECT_THAT(verdict(RawFile(0, 0, 0)), HasSubstr("GGUF version 0 is not supported"));
  EXPECT_THAT(verdict(RawFile(0, 0, 1)), HasSubstr("GGUF version 1 is not supported"));
  EXPECT_EQ(verdict(RawFile(0, 0, 2)), "opened");
  EXPECT_THAT(verdict(RawFile(0, 0, 4)), HasSubstr("GGUF version 4 is not supported"));
  for (const uint32_t big_endian : {0x01000000U, 0x02000000U, 0x03000000U}) {
    EXPECT_THAT(verdict(RawFile(0, 0, big_endian)), HasSubstr("big-endian"));
  }
  EXPECT_THAT(verdict(RawFile(0, 0, 0xFFFFFFFFU)), HasSubstr("is not supported"));
}

TEST(Hostile, CountsThatCannotFollow) {
  constexpr uint64_t kAll = std::numeric_limits<uint64_t>::max();
  for (const uint64_t count :
       {kAll, kAll / 2, kAll / 2 + 1, uint64_t{1} << 32, uint64_t{1} << 20,
        kAll / sizeof(KeyValue) + 1, kAll / sizeof(TensorView) + 1, uint64_t{1}}) {
    EXPECT_THAT(verdict(RawFile(0, count)), HasSubstr("keys")) << count;
    EXPECT_THAT(verdict(RawFile(count, 0)), HasSubstr("tensors")) << count;
    EXPECT_NE(verdict(RawFile(count, count).pad(1024)), "opened") << count;
  }
}

// ---- keys ----

TEST(Hostile, BadKeys) {
  const std::string limit(Limits::kMaxKeyBytes, 'k');
  EXPECT_EQ(verdict(RawFile(0, 1).scalar(limit, ValueType::kBool, uint8_t{1})), "opened");
  EXPECT_THAT(verdict(RawFile(0, 1).scalar(limit + "k", ValueType::kBool, uint8_t{1})),
              HasSubstr("key number 0: the key of 65536 bytes is longer than the limit of 65535"));
  EXPECT_THAT(verdict(RawFile(0, 1).scalar("", ValueType::kUint64, uint64_t{1})),
              HasSubstr("key number 0: the key is empty"));
  EXPECT_THAT(verdict(RawFile(0, 3)
                          .scalar("a", ValueType::kUint64, uint64_t{1})
                          .scalar("b", ValueType::kUint64, uint64_t{1})
                          .scalar("a", ValueType::kUint32, uint64_t{1})),
              HasSubstr("key 'a' stands twice"));
  for (const uint32_t type : {13U, 255U, 0x80000000U, 0xFFFFFFFFU}) {
    EXPECT_THAT(verdict(RawFile(0, 1).scalar("k", static_cast<ValueType>(type), uint64_t{0})),
                HasSubstr("key 'k': value type " + std::to_string(type) + " is unknown"));
  }
}

TEST(Hostile, MessagesShowNoControlCharacters) {
  const std::string name = "a\n\x1b[31m\xff" + std::string(5000, 'x');
  EXPECT_THAT(verdict(RawFile(0, 1).scalar(name, ValueType{99}, uint64_t{0})),
              HasSubstr("key 'a\\x0a\\x1b[31m\\xffxxx"));
}

TEST(Hostile, BadArrays) {
  const auto array = [](uint32_t element, uint64_t count) {
    RawFile raw(0, 1);
    raw.key("k", ValueType::kArray).put(element).length(count);
    return raw;
  };
  EXPECT_THAT(verdict(array(9, 1).put(uint32_t{4}).length(1).put(uint64_t{0})),
              HasSubstr("key 'k': an array of arrays is not allowed"));
  EXPECT_THAT(verdict(array(13, 1).put(uint64_t{0})), HasSubstr("element type 13 is unknown"));
  EXPECT_EQ(verdict(array(4, 0).put(uint64_t{0})), "opened");
  EXPECT_EQ(verdict(array(4, 2).put(uint64_t{0})), "opened");
  EXPECT_THAT(verdict(array(4, 3).put(uint64_t{0})), HasSubstr("the array takes 12 bytes"));
  EXPECT_THAT(verdict(array(8, 2).put(uint64_t{0})),
              HasSubstr("an array of 2 strings does not fit in the 8 bytes that follow"));
  EXPECT_THAT(verdict(array(8, 1).put(uint64_t{5})), HasSubstr("a string of the array takes 5"));
  for (const uint64_t count : {uint64_t{1} << 26, uint64_t{1} << 61, uint64_t{1} << 62,
                               uint64_t{1} << 63, std::numeric_limits<uint64_t>::max()}) {
    for (const uint32_t element : {0U, 4U, 7U, 8U, 10U, 12U}) {
      EXPECT_THAT(verdict(array(element, count).pad(1024)), HasSubstr("key 'k': ")) << count;
    }
  }
}

TEST(Hostile, StringsBeyondTheLimit) {
  RawFile raw(0, 1);
  raw.key("k", ValueType::kString).length(Limits::kMaxStringBytes);
  Bytes bytes = raw.bytes();
  bytes.resize(bytes.size() + Limits::kMaxStringBytes + 1);
  EXPECT_EQ(verdict(bytes), "opened");
  const size_t place = raw.lengths().back();
  EXPECT_THAT(verdict(RawFile::with_u64(bytes, place, Limits::kMaxStringBytes + 1)),
              HasSubstr("key 'k': the string of 16777217 bytes is longer than the limit"));
}

TEST(Hostile, BadAlignment) {
  const auto aligned = [](auto value, ValueType type) {
    return verdict(RawFile(0, 1).scalar("general.alignment", type, value));
  };
  for (const uint32_t bad : {0U, 3U, 13U, 24U, 0x7FFFFFFFU, 0x80000000U, 0xFFFFFFFFU, 1U << 21}) {
    EXPECT_THAT(aligned(bad, ValueType::kUint32), HasSubstr("is no power of two")) << bad;
  }
  EXPECT_EQ(aligned(1U << 20, ValueType::kUint32), "opened");
  EXPECT_THAT(aligned(int32_t{32}, ValueType::kInt32), HasSubstr("must be uint32, not int32"));
  EXPECT_THAT(aligned(32.0F, ValueType::kFloat32), HasSubstr("must be uint32, not float32"));
  EXPECT_THAT(aligned(uint64_t{32}, ValueType::kUint64), HasSubstr("must be uint32, not uint64"));
  EXPECT_THAT(verdict(RawFile(0, 1).string_key("general.alignment", "32")),
              HasSubstr("not string"));
}

// ---- tensors ----

std::string tensor_verdict(const std::vector<uint64_t>& dims,
                           uint32_t type,
                           uint64_t offset = 0,
                           size_t data = 4096) {
  return verdict(RawFile(1, 0).tensor("t", dims, type, offset).pad().data(data));
}

TEST(Hostile, BadTensorNames) {
  const std::string longest(63, 't');
  EXPECT_EQ(verdict(RawFile(1, 0).tensor(longest, {1}, DType::kI8, 0).pad().data(1)), "opened");
  EXPECT_THAT(verdict(RawFile(1, 0).tensor(longest + "t", {1}, DType::kI8, 0).pad().data(1)),
              HasSubstr("tensor number 0: the name of 64 bytes is longer than the limit of 63"));
  EXPECT_THAT(verdict(RawFile(2, 0)
                          .tensor("t", {1}, DType::kI8, 0)
                          .tensor("t", {1}, DType::kI8, 32)
                          .pad()
                          .data(64)),
              HasSubstr("tensor 't' stands twice"));
}

TEST(Hostile, BadDimsAndShapes) {
  constexpr uint64_t kAll = std::numeric_limits<uint64_t>::max();
  EXPECT_EQ(tensor_verdict({2, 2, 2, 2}, 0), "opened");
  EXPECT_THAT(tensor_verdict({1, 1, 1, 1, 1}, 0), HasSubstr("tensor 't': 5 dims are more than 4"));
  for (const uint32_t rank : {5U, 6U, 0x7FFFFFFFU, 0x80000000U, 0xFFFFFFFFU}) {
    RawFile raw(1, 0);
    raw.string("t").put(rank).data(256);
    EXPECT_THAT(verdict(raw), HasSubstr("dims are more than 4")) << rank;
  }
  EXPECT_THAT(tensor_verdict({kAll}, 0),
              HasSubstr("tensor 't': shape [18446744073709551615] of F32 is too large"));
  EXPECT_THAT(tensor_verdict({4ULL * 0x7FFFFFFF, 4ULL * 0x7FFFFFFF}, 0), HasSubstr("is too large"));
  EXPECT_THAT(tensor_verdict({1ULL << 32, 1ULL << 32}, 24), HasSubstr("is too large"));
  EXPECT_THAT(tensor_verdict({1ULL << 16, 1ULL << 16, 1ULL << 16, 1ULL << 16}, 24),
              HasSubstr("is too large"));
  EXPECT_EQ(tensor_verdict({0, 5, 6, 7}, 0), "opened");
  EXPECT_THAT(tensor_verdict({0, kAll, kAll, kAll}, 0), HasSubstr("is too large"));
  EXPECT_THAT(tensor_verdict({0, 1ULL << 32, 1ULL << 32}, 0), HasSubstr("is too large"));
  EXPECT_THAT(tensor_verdict({1ULL << 63, 0}, 24), HasSubstr("is too large"));
  EXPECT_THAT(tensor_verdict({33}, 8), HasSubstr("rows are no whole number of blocks of 32"));
  EXPECT_THAT(tensor_verdict({1, 256}, 12), HasSubstr("rows are no whole number of blocks of 256"));
}

TEST(Hostile, BadTypes) {
  for (const uint32_t type : {4U, 5U, 9U, 15U, 31U, 36U, 1000U, 0x7FFFFFFFU, 0xFFFFFFFFU}) {
    EXPECT_THAT(tensor_verdict({256}, type), HasSubstr("tensor 't': type " + std::to_string(type)));
  }
}

TEST(Hostile, BadOffsets) {
  constexpr uint64_t kAll = std::numeric_limits<uint64_t>::max();
  EXPECT_THAT(tensor_verdict({8}, 0, kAll), HasSubstr("no multiple of the alignment 32"));
  EXPECT_THAT(tensor_verdict({8}, 0, 1), HasSubstr("no multiple of the alignment 32"));
  EXPECT_THAT(tensor_verdict({8}, 0, kAll - 31), HasSubstr("is out of range"));
  EXPECT_THAT(tensor_verdict({8}, 0, (kAll >> 1) - 31), HasSubstr("beyond the end of the file"));
  EXPECT_EQ(tensor_verdict({8}, 0, 4064), "opened");
  EXPECT_THAT(tensor_verdict({8}, 0, 4096),
              HasSubstr("tensor 't': data ends at 4192, beyond the end of the file (4160 bytes)"));
  EXPECT_THAT(tensor_verdict({8}, 0, 0, 31),
              HasSubstr("data ends at 96, beyond the end of the file (95 bytes)"));
  EXPECT_EQ(tensor_verdict({8}, 0, 0, 32), "opened");
}

TEST(Hostile, OverlappingTensors) {
  const auto two = [](uint64_t first, uint64_t second) {
    return verdict(RawFile(2, 0)
                       .tensor("a", {16}, DType::kF32, first)
                       .tensor("b", {8}, DType::kF32, second)
                       .pad()
                       .data(256));
  };
  EXPECT_EQ(two(0, 64), "opened");
  EXPECT_EQ(two(32, 0), "opened");
  EXPECT_THAT(two(0, 32), HasSubstr("tensor 'b': data overlaps that of tensor 'a'"));
  EXPECT_THAT(two(64, 64), HasSubstr("overlaps"));
}

// Offsets that were counted with another alignment than the file has.
TEST(Hostile, InconsistentAlignment) {
  RawFile raw(3, 0);
  raw.tensor("a", {3}, DType::kF32, 0)
      .tensor("b", {3}, DType::kF32, 12)
      .tensor("c", {3}, DType::kF32, 24);
  EXPECT_THAT(verdict(raw.pad().data(256)), HasSubstr("tensor 'b': offset 12"));
}

TEST(Hostile, SizesThatWrap) {
  constexpr uint64_t kAll = std::numeric_limits<uint64_t>::max();
  for (const quant::Traits& type : quant::all_traits()) {
    const auto id = static_cast<uint32_t>(type.dtype);
    const uint64_t block = type.block_elements;
    for (int power = 50; power < 64; ++power) {
      for (const uint64_t around : {uint64_t{0}, block, 2 * block}) {
        const uint64_t size = (uint64_t{1} << power) / block * block;
        EXPECT_NE(tensor_verdict({size + around}, id), "opened");
        EXPECT_NE(tensor_verdict({size - around}, id), "opened");
        EXPECT_NE(tensor_verdict({block, size / block + around}, id), "opened");
        EXPECT_NE(tensor_verdict({block, 1ULL << 16, 1ULL << 16, 1ULL << (power - 32)}, id),
                  "opened");
      }
    }
    EXPECT_NE(tensor_verdict({kAll / type.block_bytes / block * block}, id), "opened");
    EXPECT_NE(tensor_verdict({kAll / block * block}, id), "opened");
  }
  // Two sizes that add up to 2^64 and a little less.
  for (uint64_t k = 0; k <= 64; ++k) {
    const uint64_t first = (uint64_t{1} << 63) - 64;
    RawFile raw(2, 0);
    raw.tensor("a", {first}, DType::kI8, 0).tensor("b", {first + 128 - k}, DType::kI8, first);
    EXPECT_NE(verdict(raw.pad().data(64)), "opened") << k;
  }
}

// ---- every length at once, and every place to stop ----

TEST(Hostile, EveryLengthSetToEveryExtreme) {
  for (const uint32_t version : {1U, 2U, 3U, 0x01000000U, 0x02000000U, 0x03000000U}) {
    const RawFile raw = sample_file(version);
    if (version == 2 || version == 3) {
      ASSERT_EQ(verdict(raw), "opened");
    }
    for (const size_t place : raw.lengths()) {
      const uint64_t remaining = raw.bytes().size() - place - 8;
      for (const uint64_t value :
           {0x7FFFFFFFULL, 0x80000000ULL, 0x100000000ULL, 0x7FFFFFFFFFFFFFFFULL,
            0x8000000000000000ULL, 0xFFFFFFFFFFFFFFFFULL, 1ULL * remaining + 1}) {
        EXPECT_NE(verdict(RawFile::with_u64(raw.bytes(), place, value)), "opened")
            << "version " << version << ", place " << place << ", value " << value;
      }
    }
  }
}

TEST(Hostile, EveryPrefixIsRefused) {
  const Bytes bytes = sample_file().bytes();
  for (size_t length = 0; length < bytes.size(); ++length) {
    // A copy of its own, so that a sanitizer sees a read behind it.
    const Bytes prefix(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_NE(verdict(prefix), "opened") << length;
  }
}

TEST(Hostile, PrefixesOfARealModelAreRefused) {
  const auto path = lar::test::shared_data("models/stories260K.gguf");
  LAR_REQUIRE_DATA(path);
  const std::string text = lar::test::read_file(path);
  const auto whole = std::as_bytes(std::span(text));
  const auto file = File::parse(whole, "f");
  ASSERT_TRUE(file.has_value());
  size_t end = 0;  // of the last tensor: padding may follow
  for (const TensorView& tensor : (*file)->tensors()) {
    end = std::max(end,
                   static_cast<size_t>(tensor.bytes.data() + tensor.bytes.size() - whole.data()));
  }
  for (size_t length = 0; length < end; length += length < 512 ? 1 : end / 1000) {
    EXPECT_NE(verdict(whole.first(length)), "opened") << length;
  }
  EXPECT_NE(verdict(whole.first(end - 1)), "opened");
  EXPECT_EQ(verdict(whole.first(end)), "opened");
}

TEST(Hostile, AnyFlippedByteGivesAResult) {
  const Bytes bytes = sample_file().bytes();
  for (size_t place = 0; place < bytes.size(); ++place) {
    for (const unsigned flip : {0x01U, 0x80U, 0xFFU}) {
      Bytes copy = bytes;
      copy[place] ^= static_cast<std::byte>(flip);
      verdict(copy);
    }
  }
}

// ---- random files of every class, three seeds each ----

RawFile random_file(unsigned seed, uint64_t extra_keys = 0) {
  std::mt19937 random(seed);
  const auto below = [&](uint64_t bound) { return random() % bound; };
  RawFile raw(20, 40 + extra_keys);
  for (size_t i = 0; i < 40; ++i) {
    const std::string name = "my_key_" + std::to_string(i);
    const auto type = static_cast<ValueType>(below(13));
    if (type == ValueType::kString) {
      raw.string_key(name, std::string(below(64), 's'));
    } else if (type != ValueType::kArray) {
      raw.key(name, type).data(value_type_bytes(type));
    } else if (const auto element = static_cast<ValueType>(below(8)); below(2) != 0) {
      const uint64_t count = below(17);
      raw.key(name, type)
          .put(static_cast<uint32_t>(element))
          .length(count)
          .data(count * value_type_bytes(element));
    } else {
      raw.string_array(name, std::vector<std::string>(below(17), "abc"));
    }
  }
  return raw;
}

TEST(Hostile, RandomFilesOpenAndTheirDamagedCopiesDoNot) {
  for (const unsigned seed : {1U, 2U, 3U}) {
    std::mt19937 random(seed);
    RawFile raw = random_file(seed);
    uint64_t offset = 0;
    size_t first_tensor = raw.bytes().size();
    for (int i = 0; i < 20; ++i) {
      const auto types = quant::all_traits();
      const quant::Traits& type = types[random() % types.size()];
      std::vector<uint64_t> dims = {(1 + random() % 10) * type.block_elements};
      while (dims.size() < 1 + random() % 4) dims.push_back(1 + random() % 10);
      raw.tensor("my_tensor_" + std::to_string(i), dims, type.dtype, offset);
      Shape shape{.rank = static_cast<int>(dims.size()), .dims = {1, 1, 1, 1}};
      std::ranges::copy(dims, shape.dims.begin());
      offset += (quant::tensor_bytes(type, shape).value() + 31) / 32 * 32;
    }
    raw.pad().data(offset);
    ASSERT_EQ(verdict(raw), "opened");
    EXPECT_EQ(verdict(RawFile(raw).data(100)), "opened") << "more bytes than needed are no fault";
    for (size_t cut = first_tensor; cut < raw.bytes().size() - 32; cut += 97) {
      EXPECT_NE(verdict(std::span(raw.bytes()).first(cut)), "opened");
    }
  }
}

TEST(Hostile, ManyKeysAndTensorsTakeLinearTime) {
  constexpr uint64_t kCount = 60'000;
  RawFile raw(kCount, kCount);
  for (uint64_t i = 0; i < kCount; ++i)
    raw.scalar("key." + std::to_string(i), ValueType::kUint32, uint32_t{7});
  for (uint64_t i = 0; i < kCount; ++i)
    raw.tensor("tensor." + std::to_string(i), {8}, DType::kF32, 32 * i);
  raw.pad().data(32 * kCount);
  const auto begin = std::chrono::steady_clock::now();
  const auto file = File::parse(raw.bytes(), "f");
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  ASSERT_TRUE(file.has_value()) << file.error().message;
  EXPECT_NE((*file)->find("key.59999"), nullptr);
  EXPECT_NE((*file)->find_tensor("tensor.12345"), nullptr);
  EXPECT_LT(seconds.count(), 5.0);  // comparing all pairs would take minutes
}

}  // namespace
}  // namespace lar::gguf
