// Memory: how much a file can make the reader take, and what happens where there is none.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <limits>
#include <new>
#include <string>

#include "gguf/raw_file.h"
#include "gguf/reader.h"
#include "support/data.h"

namespace {

// What the replaced operators below count and do. Tests of this program run in one thread.
struct Allocations {
  bool counting = false;
  size_t live = 0;
  size_t peak = 0;
  long count = 0;
  long failing = -1;  // the allocation that fails, from 0
};
Allocations allocations;

constexpr size_t kHeader = alignof(std::max_align_t);

void* allocate(size_t size) {
  if (allocations.counting && allocations.count++ == allocations.failing) throw std::bad_alloc();
  auto* block = static_cast<size_t*>(std::malloc(size + kHeader));
  if (block == nullptr) throw std::bad_alloc();
  *block = allocations.counting ? size : 0;
  allocations.live += *block;
  allocations.peak = std::max(allocations.peak, allocations.live);
  return reinterpret_cast<char*>(block) + kHeader;
}

void release(void* data) noexcept {
  if (data == nullptr) return;
  auto* block = reinterpret_cast<size_t*>(static_cast<char*>(data) - kHeader);
  allocations.live -= *block;
  std::free(block);
}

}  // namespace

void* operator new(size_t size) {
  return allocate(size);
}
void* operator new[](size_t size) {
  return allocate(size);
}
void operator delete(void* data) noexcept {
  release(data);
}
void operator delete[](void* data) noexcept {
  release(data);
}
void operator delete(void* data, size_t) noexcept {
  release(data);
}
void operator delete[](void* data, size_t) noexcept {
  release(data);
}

namespace lar::gguf {
namespace {

using test::RawFile;
using test::sample_file;

// Counts from here to the end of the scope; the given allocation fails.
class Watch {
 public:
  explicit Watch(long failing = -1) { allocations = {.counting = true, .failing = failing}; }
  ~Watch() { allocations.counting = false; }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  size_t live() const { return allocations.live; }
  size_t peak() const { return allocations.peak; }
  long count() const { return allocations.count; }
};

// Lets the N-th allocation of `open` fail for N = 0, 1, ... until none does.
template <class Open>
void expect_clean_at_every_failure(Open open) {
  long failures = 0;
  for (bool failed = true; failed; ++failures) {
    Watch watch(failures);
    {
      const auto file = open();
      failed = !file.has_value();
      if (failed) {
        EXPECT_EQ(file.error().code, Code::kResourceExhausted) << file.error().message;
        EXPECT_NE(file.error().message.find("out of memory"), std::string::npos);
      }
    }
    EXPECT_EQ(watch.live(), 0U) << "leaked where allocation " << failures << " failed";
  }
  EXPECT_GT(failures, 20);
}

TEST(Allocation, EveryFailureOfAParseIsAnErrorAndLeaksNothing) {
  const RawFile raw = sample_file();
  expect_clean_at_every_failure([&] { return File::parse(raw.bytes(), "a.gguf"); });
}

TEST(Allocation, EveryFailureOfOpeningASplitFileIsAnErrorAndLeaksNothing) {
  const lar::test::TempDir dir;
  for (uint16_t i = 0; i < 2; ++i) {
    RawFile raw(1, 2);
    raw.scalar("split.no", ValueType::kUint16, i)
        .scalar("split.count", ValueType::kUint16, uint16_t{2})
        .tensor("a.tensor.with.a.rather.long.name." + std::to_string(i), {4}, DType::kF32, 0)
        .pad()
        .data(16);
    const auto path = dir.path() / ("m-0000" + std::to_string(i + 1) + "-of-00002.gguf");
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(raw.bytes().data()),
               static_cast<std::streamsize>(raw.bytes().size()));
  }
  const std::string path = (dir.path() / "m-00001-of-00002.gguf").string();
  expect_clean_at_every_failure([&] { return File::open(path); });
}

TEST(Allocation, EveryFailureWhileRefusingABadFileIsAnErrorToo) {
  RawFile raw(1, 0);
  raw.tensor("a.tensor.with.a.rather.long.name", {4}, DType::kF32, 1 << 20).pad();
  for (long failing = 0;; ++failing) {
    const Watch watch(failing);
    {
      const auto file = File::parse(raw.bytes(), "a.gguf");
      ASSERT_FALSE(file.has_value());
      if (file.error().code == Code::kDataCorrupt) break;
      EXPECT_EQ(file.error().code, Code::kResourceExhausted);
    }
    EXPECT_EQ(watch.live(), 0U);
  }
}

// A header that declares a lot in few bytes.
TEST(Allocation, DeclaredCountsTakeNoMemory) {
  const auto peak_of = [](std::span<const std::byte> bytes) {
    const Watch watch;
    EXPECT_FALSE(File::parse(bytes, "f").has_value());
    return watch.peak();
  };
  constexpr size_t kLittle = 64U << 10;
  EXPECT_LT(peak_of(RawFile(0, 1U << 20).pad(1024).bytes()), kLittle);
  EXPECT_LT(peak_of(RawFile(1U << 18, 0).pad(1024).bytes()), kLittle);
  for (const uint32_t element : {0U, 4U, 8U, 12U}) {
    RawFile raw(0, 1);
    raw.key("k", ValueType::kArray).put(element).length(1U << 26);
    EXPECT_LT(peak_of(raw.pad(1024).bytes()), kLittle);
  }
  // Counts that the size of the file allows, and garbage behind.
  RawFile wide(40'000, 65'000);
  wide.data(1U << 20);
  EXPECT_LT(peak_of(wide.bytes()), kLittle);

  const RawFile raw = sample_file();
  for (const size_t place : raw.lengths()) {
    for (const uint64_t value : {1ULL << 31, 1ULL << 32, 1ULL << 63, ~0ULL}) {
      EXPECT_LT(peak_of(RawFile::with_u64(raw.bytes(), place, value)), kLittle);
    }
  }
}

TEST(Allocation, AGoodFileTakesMemoryInProportionToItsHeader) {
  const auto path = lar::test::shared_data("tokenizers/ggml-vocab");
  LAR_REQUIRE_DATA(path);
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    if (entry.path().extension() != ".gguf") continue;
    const std::string name = entry.path().string();
    const Watch watch;
    const auto file = File::open(name);
    EXPECT_TRUE(file.has_value());
    EXPECT_LT(watch.peak(), 64U << 10) << name;  // strings and arrays stay in the mapping
  }
}

}  // namespace
}  // namespace lar::gguf
