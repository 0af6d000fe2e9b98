#include "gguf/cursor.h"

#include <cstring>
#include <string>

namespace lar::gguf {
namespace {

template <class T>
Result<T> number(Result<std::span<const std::byte>> bytes) {
  if (!bytes) return std::unexpected<Error>(std::move(bytes).error());
  T value = 0;
  std::memcpy(&value, bytes->data(), sizeof(value));
  return value;
}

}  // namespace

Result<std::span<const std::byte>> Cursor::take(uint64_t count, std::string_view what) {
  if (count > remaining()) {
    return fail(Code::kDataCorrupt, std::string(what) + " takes " + std::to_string(count) +
                                        " bytes at " + std::to_string(position_) +
                                        ", but the file ends after " + std::to_string(remaining()));
  }
  const auto taken = bytes_.subspan(position_, count);
  position_ += count;
  return taken;
}

Result<uint32_t> Cursor::u32(std::string_view what) {
  return number<uint32_t>(take(4, what));
}

Result<uint64_t> Cursor::u64(std::string_view what) {
  return number<uint64_t>(take(8, what));
}

Result<std::string_view> Cursor::string(uint64_t bytes_max, std::string_view what) {
  LAR_TRY(const uint64_t length, u64(what));
  if (length > bytes_max) {
    return fail(Code::kDataCorrupt, std::string(what) + " of " + std::to_string(length) +
                                        " bytes is longer than the limit of " +
                                        std::to_string(bytes_max));
  }
  LAR_TRY(const auto bytes, take(length, what));
  return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace lar::gguf
