#include "chat/parsers/pieces.h"

#include <gtest/gtest.h>

#include <random>

namespace lar::chat::test {

Parsed parse_pieces(const OutputFormat& format,
                    const OutputOptions& options,
                    const std::vector<std::string_view>& pieces,
                    bool finish) {
  OutputParser parser(format, options);
  Parsed parsed;
  const auto add = [&](const Result<std::vector<OutputEvent>>& events) {
    if (events) parsed.output.add(*events);
    if (!events) parsed.error = events.error().message;
    return events.has_value();
  };
  for (const std::string_view piece : pieces) {
    if (!add(parser.feed(piece))) return parsed;
  }
  if (finish) add(parser.finish());
  return parsed;
}

std::string describe(const Parsed& parsed) {
  nlohmann::ordered_json json;
  if (!parsed.error.empty()) {
    json["error"] = parsed.error;
    // How much came out before an error depends on the pieces.
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  json["content"] = parsed.output.content;
  json["thinking"] = parsed.output.thinking;
  json["calls"] = nlohmann::ordered_json::array();
  for (const ParsedCall& call : parsed.output.calls) {
    json["calls"].push_back({{"id", call.id},
                             {"name", call.name},
                             {"arguments", call.arguments},
                             {"complete", call.complete}});
  }
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Parsed parse_every_way(const OutputFormat& format,
                       const OutputOptions& options,
                       std::string_view text,
                       size_t random_cuts) {
  const Parsed whole = parse_pieces(format, options, {text});
  const std::string expected = describe(whole);
  for (size_t at = 1; at < text.size(); ++at) {
    EXPECT_EQ(describe(parse_pieces(format, options, {text.substr(0, at), text.substr(at)})),
              expected)
        << "cut at byte " << at;
    if (::testing::Test::HasFailure()) return whole;
  }
  std::mt19937 random(static_cast<uint32_t>(text.size()));
  for (size_t round = 0; round < random_cuts; ++round) {
    std::vector<std::string_view> pieces;
    const size_t longest = round == 0 ? 1 : 1 + random() % 12;
    for (size_t at = 0; at < text.size();) {
      const size_t bytes = 1 + random() % longest;
      pieces.push_back(text.substr(at, bytes));
      at += pieces.back().size();
    }
    EXPECT_EQ(describe(parse_pieces(format, options, pieces)), expected);
  }
  return whole;
}

nlohmann::json arguments_of(const ParsedCall& call) {
  return lar::test::try_parse_json<nlohmann::json>(call.arguments);
}

}  // namespace lar::chat::test
