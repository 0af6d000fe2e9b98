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

// The literal text around the name and the object of arguments, which begins at `arguments`; `end`
// is where the call ends, and the family is taken to write one call.
void set_syntax(OutputFormat& format,
                std::string_view text,
                size_t name,
                size_t name_bytes,
                size_t arguments,
                size_t end) {
  if (arguments == std::string_view::npos || arguments < name + name_bytes) return;
  const size_t bytes = json_bytes(text.substr(arguments));
  if (bytes == 0 || arguments + bytes > end) return;
  const size_t begin = leading_space(text);
  format.syntax.known = true;
  format.syntax.parallel = false;
  format.syntax.before_name = text.substr(begin, name - begin);
  format.syntax.after_name = text.substr(name + name_bytes, arguments - name - name_bytes);
  format.syntax.after_arguments = text.substr(arguments + bytes, end - arguments - bytes);
}

// Where `part` ends behind `from`; `from` itself if it is not there.
size_t end_of(std::string_view text, size_t from, std::string_view part) {
  const size_t at = part.empty() ? std::string_view::npos : text.find(part, from);
  return at == std::string_view::npos ? from : at + part.size();
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
    const std::string closer = closer_of(rest);
    const size_t end = end_of(text, end_of(text, brace + bytes, list ? "]" : ""), closer);
    set_syntax(format, text, at, name.size(), text.find('{', at), end);
    JsonCallSpec spec;
    if (before.empty()) {
      spec.known_names_only = true;
      format.bare = json_calls(spec);
      format.family = "json";
      return format;
    }
    if (!closer.empty()) spec.closers = {closer};
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
  const std::string closer = closer_of(behind.substr(arguments + bytes));
  if (!closer.empty()) spec.closers = {closer};
  const size_t begin = at + name.size() + arguments;
  set_syntax(format, text, at, name.size(), begin, end_of(text, begin + bytes, closer));
  format.marks = spec.closers;
  format.marks.insert(format.marks.end(), spec.name_ends.begin(), spec.name_ends.end());
  format.calls = {{std::string(opener), named_calls(spec)}};
  format.family = "named json";
  return format;
}

}  // namespace lar::chat
