#include "chat/parsers/derive.h"

#include <algorithm>
#include <string>

#include "chat/parsers/detect.h"
#include "chat/parsers/json_calls.h"
#include "chat/parsers/json_scanner.h"
#include "chat/parsers/named_calls.h"
#include "chat/parsers/white_space.h"

namespace lar::chat {
namespace {

// Bytes of the JSON value at the begin of `text`, 0 if there is none.
size_t json_bytes(std::string_view text) {
  JsonScanner scanner;
  for (size_t i = 0; i < text.size(); ++i) {
    const JsonScanner::Step step = scanner.step(text[i]);
    if (step == JsonScanner::Step::kEnd) return i + 1;
    if (step != JsonScanner::Step::kMore) return 0;
  }
  return 0;
}

// What ends the calls: all that is printed behind them but the end of the turn.
std::string closer_of(std::string_view rest) {
  rest = trim(without_end_of_turn(rest));
  constexpr size_t kCloserBytesMax = 64;
  const size_t line = rest.find('\n');
  if (line != std::string_view::npos) rest = trim(rest.substr(0, line));
  return rest.size() > kCloserBytesMax ? std::string() : std::string(rest);
}

}  // namespace

OutputFormat derived_format(std::string_view call, std::string_view prompt, std::string_view name) {
  OutputFormat format;
  format.family = "content";
  // The header of the answer is printed for both.
  const size_t header = static_cast<size_t>(std::ranges::mismatch(call, prompt).in1 - call.begin());
  std::string_view text = call.substr(header);
  const size_t at = text.find(name);
  if (at == std::string_view::npos) return format;

  const size_t brace = text.find('{');
  const bool in_json = brace < at;
  if (in_json) {
    const size_t bytes = json_bytes(text.substr(brace));
    if (bytes == 0) return format;
    std::string_view before = trim(text.substr(0, brace));
    const bool list = before.ends_with('[');
    if (list) before = trim(before.substr(0, before.size() - 1));
    std::string_view rest = trim(text.substr(brace + bytes));
    if (list && rest.starts_with(']')) rest.remove_prefix(1);
    JsonCallSpec spec;
    if (before.empty()) {
      spec.known_names_only = true;
      format.bare = json_calls(spec);
      format.family = "json";
      return format;
    }
    if (const std::string closer = closer_of(rest); !closer.empty()) spec.closers = {closer};
    format.marks = spec.closers;
    format.calls = {{std::string(before), json_calls(spec)}};
    format.family = "tagged json";
    return format;
  }

  const std::string_view opener = trim(text.substr(0, at));
  std::string_view behind = text.substr(at + name.size());
  const size_t arguments = behind.find('{');
  const size_t bytes =
      arguments == std::string_view::npos ? 0 : json_bytes(behind.substr(arguments));
  if (opener.empty() || bytes == 0) return format;
  const std::string_view separator = behind.substr(0, arguments);
  NamedCallSpec spec;
  const std::string_view end = trim(separator);
  if (!separator.empty()) spec.name_ends = {std::string(end.empty() ? separator : end)};
  if (const std::string closer = closer_of(behind.substr(arguments + bytes)); !closer.empty()) {
    spec.closers = {closer};
  }
  format.marks = spec.closers;
  format.marks.insert(format.marks.end(), spec.name_ends.begin(), spec.name_ends.end());
  format.calls = {{std::string(opener), named_calls(spec)}};
  format.family = "named json";
  return format;
}

}  // namespace lar::chat
