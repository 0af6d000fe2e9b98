// The output of a model, read by one of the families (the first byte says which) with and without
// tools, whole and in pieces (the second byte says how long): no crash, the same result, and
// complete calls with arguments that are JSON objects.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "chat/json.h"
#include "chat/parsers/output_parser.h"
#include "chat/parsers/registry.h"
#include "chat/parsers/tool_set.h"

namespace {

using namespace lar::chat;

std::vector<OutputFormat> all_formats() {
  std::vector<OutputFormat> formats;
  for (const FamilyRow& row : family_table()) formats.push_back(row.make());
  for (const std::string_view name : ollama_parser_names()) {
    formats.push_back(*ollama_parser_format(name));
  }
  return formats;
}

struct Outcome {
  ParsedOutput output;
  bool failed = false;
};

Outcome read(const OutputFormat& format,
             const OutputOptions& options,
             std::string_view text,
             size_t piece) {
  OutputParser parser(format, options);
  Outcome outcome;
  const auto add = [&](const lar::Result<std::vector<OutputEvent>>& events) {
    if (events) outcome.output.add(*events);
    outcome.failed = outcome.failed || !events;
  };
  for (; !text.empty() && !outcome.failed; text.remove_prefix(std::min(piece, text.size()))) {
    add(parser.feed(text.substr(0, piece)));
  }
  if (!outcome.failed) add(parser.finish());
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::vector<OutputFormat> formats = all_formats();
  static const Value tools = *parse_json(
      R"([{"name": "f", "parameters": {"properties": {"k": {"type": "string"}, "n": {"type":
          "integer"}, "o": {"type": "object"}}}}, {"name": "get_weather"}])");
  if (size < 2) return 0;
  const OutputFormat& format = formats[data[0] % formats.size()];
  OutputOptions options;
  if ((data[1] & 0x80) == 0) options.tools = tools;
  options.in_thinking = (data[1] & 0x40) != 0;
  options.thinking_off = (data[1] & 0x20) != 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 2), size - 2);
  const Outcome whole = read(format, options, text, text.size() + 1);
  const Outcome pieces = read(format, options, text, 1 + data[1] % 16);
  if (whole.failed != pieces.failed) std::abort();
  if (whole.failed) return 0;
  const ParsedOutput& a = whole.output;
  const ParsedOutput& b = pieces.output;
  if (a.content != b.content || a.thinking != b.thinking || a.calls.size() != b.calls.size()) {
    std::abort();
  }
  for (size_t i = 0; i < a.calls.size(); ++i) {
    if (a.calls[i].name != b.calls[i].name || a.calls[i].arguments != b.calls[i].arguments ||
        a.calls[i].complete != b.calls[i].complete) {
      std::abort();
    }
    if (a.calls[i].complete &&
        (a.calls[i].arguments.front() != '{' || !is_json(a.calls[i].arguments))) {
      std::abort();
    }
  }
  return 0;
}
