#include "store/digest.h"

#include <cstring>

namespace lar::store {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

// The value of a lower-case hex digit, or 16.
constexpr uint8_t nibble(char c) {
  if (c >= '0' && c <= '9') return static_cast<uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<uint8_t>(c - 'a' + 10);
  return 16;
}

}  // namespace

Result<Digest> Digest::parse(std::string_view text) {
  const auto invalid = [] { return fail(Code::kInvalidArgument, "invalid digest format"); };
  constexpr std::string_view kName = "sha256";
  if (text.size() != kName.size() + 1 + 2 * kBytes || !text.starts_with(kName)) return invalid();
  if (text[kName.size()] != ':' && text[kName.size()] != '-') return invalid();
  text.remove_prefix(kName.size() + 1);
  std::array<uint8_t, kBytes> bytes{};
  for (size_t i = 0; i < kBytes; ++i) {
    const uint8_t high = nibble(text[2 * i]);
    const uint8_t low = nibble(text[2 * i + 1]);
    if (high > 15 || low > 15) return invalid();
    bytes[i] = static_cast<uint8_t>(high << 4U | low);
  }
  return Digest(bytes);
}

std::string Digest::hex() const {
  std::string out;
  out.reserve(2 * kBytes);
  for (const uint8_t byte : bytes_) {
    out += kHexDigits[byte >> 4U];
    out += kHexDigits[byte & 15U];
  }
  return out;
}

std::string Digest::str() const {
  return "sha256:" + hex();
}
std::string Digest::file_name() const {
  return "sha256-" + hex();
}
std::string Digest::short_id() const {
  return hex().substr(0, 12);
}

std::vector<Digest> digests_in(std::string_view text) {
  constexpr size_t kLength = 7 + 2 * Digest::kBytes;
  std::vector<Digest> found;
  for (size_t at = text.find("sha256"); at != std::string_view::npos;
       at = text.find("sha256", at + 1)) {
    if (const auto digest = Digest::parse(text.substr(at, kLength))) found.push_back(*digest);
  }
  return found;
}

size_t DigestHash::operator()(const Digest& digest) const {
  size_t value = 0;
  std::memcpy(&value, digest.bytes_.data(), sizeof value);
  return value;
}

}  // namespace lar::store
