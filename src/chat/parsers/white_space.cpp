#include "chat/parsers/white_space.h"

#include <array>
#include <utility>

#include "chat/parsers/output_parser.h"

namespace lar::chat {
namespace {

using namespace std::string_view_literals;

// White space beyond ASCII in UTF-8 (Unicode's White_Space).
constexpr std::array kSpaces = {
    "\xC2\x85"sv,     "\xC2\xA0"sv,     "\xE1\x9A\x80"sv, "\xE2\x80\x80"sv, "\xE2\x80\x81"sv,
    "\xE2\x80\x82"sv, "\xE2\x80\x83"sv, "\xE2\x80\x84"sv, "\xE2\x80\x85"sv, "\xE2\x80\x86"sv,
    "\xE2\x80\x87"sv, "\xE2\x80\x88"sv, "\xE2\x80\x89"sv, "\xE2\x80\x8A"sv, "\xE2\x80\xA8"sv,
    "\xE2\x80\xA9"sv, "\xE2\x80\xAF"sv, "\xE2\x81\x9F"sv, "\xE3\x80\x80"sv,
};

// Bytes of a white space character at the begin of `text`, or 0.
size_t space_at(std::string_view text) {
  if (text.empty()) return 0;
  if (is_ascii_space(text.front())) return 1;
  for (const std::string_view space : kSpaces) {
    if (text.starts_with(space)) return space.size();
  }
  return 0;
}

bool begins_space(std::string_view bytes) {
  for (const std::string_view space : kSpaces) {
    if (space.size() > bytes.size() && space.starts_with(bytes)) return true;
  }
  return false;
}

}  // namespace

bool is_ascii_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

size_t leading_space(std::string_view text) {
  size_t bytes = 0;
  while (const size_t more = space_at(text.substr(bytes))) bytes += more;
  return bytes;
}

size_t trailing_space(std::string_view text) {
  size_t kept = text.size();
  while (kept > 0) {
    size_t taken = is_ascii_space(text[kept - 1]) ? 1 : 0;
    for (size_t bytes = 2; taken == 0 && bytes <= 3 && bytes <= kept; ++bytes) {
      if (space_at(text.substr(kept - bytes, bytes)) == bytes) taken = bytes;
    }
    if (taken == 0) break;
    kept -= taken;
  }
  return text.size() - kept;
}

std::string_view trim(std::string_view text) {
  text.remove_prefix(leading_space(text));
  text.remove_suffix(trailing_space(text));
  return text;
}

std::string SpaceHolder::push(char c) {
  begun_ += c;
  if (spaces_.size() < kHeldSpaceBytesMax) {
    if (space_at(begun_) == begun_.size()) {
      spaces_ += std::exchange(begun_, {});
      return {};
    }
    if (begins_space(begun_)) return {};
  }
  std::string text = std::exchange(spaces_, {});
  // The last byte may begin a space though those before it do not.
  const std::string last = begun_.size() > 1 ? begun_.substr(begun_.size() - 1) : std::string();
  if (!last.empty() && (begins_space(last) || space_at(last) == 1)) {
    begun_.pop_back();
    text += std::exchange(begun_, {});
    text += push(last.front());
    return text;
  }
  return text += std::exchange(begun_, {});
}

std::string SpaceHolder::take() {
  std::string all = std::exchange(spaces_, {});
  return all += std::exchange(begun_, {});
}

}  // namespace lar::chat
