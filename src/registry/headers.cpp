#include "registry/headers.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>

namespace lar::registry {
namespace {

constexpr bool is_token_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

std::unexpected<Error> malformed(std::string_view header) {
  return fail(Code::kDataCorrupt, "malformed " + std::string(header) + " header");
}

// Walks over the text of a challenge.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool done() const { return at_ == text_.size(); }
  bool take(char c) {
    if (done() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool skip_space() {
    const size_t begin = at_;
    while (!done() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    return at_ > begin;
  }
  std::string token() {
    const size_t begin = at_;
    while (!done() && is_token_char(text_[at_])) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }
  // What old schemes send instead of parameters: base64 with "=" at its end.
  void skip_token68() {
    while (!done() && (is_token_char(text_[at_]) || text_[at_] == '/' || text_[at_] == '=')) ++at_;
  }
  // A quoted string or a token; nullopt where there is neither.
  std::optional<std::string> value() {
    if (!take('"')) {
      auto plain = token();
      return plain.empty() ? std::nullopt : std::optional(std::move(plain));
    }
    std::string out;
    while (!done()) {
      char c = text_[at_++];
      if (c == '"') return out;
      if (c == '\\' && !done()) c = text_[at_++];
      out += c;
    }
    return std::nullopt;
  }
  size_t position() const { return at_; }
  void go_back(size_t position) { at_ = position; }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

// `name = value` after a name that was read already; false if it is malformed.
bool take_parameter(Scanner& scanner, std::string name, Challenge& challenge) {
  scanner.skip_space();
  auto value = scanner.value();
  if (!value || challenge.parameters.size() == kChallengeParametersMax) return false;
  challenge.parameters.emplace_back(lower(name), *std::move(value));
  return true;
}

bool take_equals(Scanner& scanner) {
  const size_t before = scanner.position();
  scanner.skip_space();
  if (scanner.take('=')) return true;
  scanner.go_back(before);
  return false;
}

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || end.ec != std::errc() || end.ptr != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

struct Span {
  uint64_t first = 0;
  uint64_t last = 0;
};

std::optional<Span> parse_span(std::string_view text) {
  const size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = number<uint64_t>(text.substr(0, dash));
  const auto last = number<uint64_t>(text.substr(dash + 1));
  if (!first || !last || *last < *first || *last == UINT64_MAX) return std::nullopt;
  return Span{*first, *last};
}

}  // namespace

const std::string* Challenge::find(std::string_view name) const {
  const auto found =
      std::ranges::find_if(parameters, [&](const auto& pair) { return pair.first == name; });
  return found == parameters.end() ? nullptr : &found->second;
}

Result<std::vector<Challenge>> parse_challenges(std::string_view value) {
  if (value.size() > kChallengeBytesMax) return malformed("WWW-Authenticate");
  std::vector<Challenge> challenges;
  Scanner scanner(value);
  while (true) {
    while (scanner.skip_space() || scanner.take(',')) {
    }
    if (scanner.done()) return challenges;
    std::string word = scanner.token();
    if (word.empty()) return malformed("WWW-Authenticate");
    if (!challenges.empty() && take_equals(scanner)) {
      if (!take_parameter(scanner, std::move(word), challenges.back())) {
        return malformed("WWW-Authenticate");
      }
    } else {
      if (challenges.size() == kChallengesMax) return malformed("WWW-Authenticate");
      challenges.push_back({lower(word), {}});
      // What follows the scheme is a first parameter, a token68, or the next challenge.
      const bool spaced = scanner.skip_space();
      const size_t begin = scanner.position();
      word = scanner.token();
      if (!word.empty() && !spaced) return malformed("WWW-Authenticate");
      if (!word.empty() && take_equals(scanner)) {
        scanner.skip_space();
        const size_t after = scanner.position();
        if (scanner.done() || scanner.take(',') || scanner.take('=')) {
          scanner.go_back(after);
          scanner.skip_token68();
        } else if (!take_parameter(scanner, std::move(word), challenges.back())) {
          return malformed("WWW-Authenticate");
        }
      } else {
        scanner.go_back(begin);
        scanner.skip_token68();
      }
    }
    scanner.skip_space();
    if (!scanner.done() && !scanner.take(',')) return malformed("WWW-Authenticate");
  }
}

Result<ContentRange> parse_content_range(std::string_view value) {
  constexpr std::string_view kUnit = "bytes ";
  const size_t slash = value.find('/');
  if (lower(value.substr(0, kUnit.size())) != kUnit || slash == std::string_view::npos) {
    return malformed("Content-Range");
  }
  const auto span = parse_span(value.substr(kUnit.size(), slash - kUnit.size()));
  if (!span) return malformed("Content-Range");
  ContentRange range{span->first, span->last + 1, std::nullopt};
  const std::string_view total = value.substr(slash + 1);
  if (total == "*") return range;
  range.total = number<uint64_t>(total);
  if (!range.total || *range.total < range.end) return malformed("Content-Range");
  return range;
}

Result<uint64_t> parse_upload_range(std::string_view value) {
  constexpr std::string_view kUnit = "bytes=";
  if (value.starts_with(kUnit)) value.remove_prefix(kUnit.size());
  const auto span = parse_span(value);
  if (!span || span->first != 0) return malformed("Range");
  return span->last == 0 ? 0 : span->last + 1;
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view value,
                                                      std::chrono::system_clock::time_point now) {
  constexpr std::chrono::seconds kLongest = std::chrono::hours(24);  // longer than anyone waits
  if (const auto plain = number<uint32_t>(value)) {
    return std::min(std::chrono::seconds(*plain), kLongest);
  }
  const bool digits =
      !value.empty() && std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
  if (digits) return kLongest;
  if (value.size() > 64) return std::nullopt;
  const time_t then = curl_getdate(std::string(value).c_str(), nullptr);
  if (then < 0) return std::nullopt;
  // In whole seconds: the year 8354, which is a date, is more nanoseconds than a clock counts.
  const time_t from = std::chrono::system_clock::to_time_t(now);
  return std::clamp(std::chrono::seconds(then - from), std::chrono::seconds(0), kLongest);
}

}  // namespace lar::registry
