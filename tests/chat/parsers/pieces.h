// How the tests of the output parsers feed them: whole, cut in two everywhere, cut at random.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "chat/parsers/output_parser.h"
#include "support/json.h"

namespace lar::chat::test {

// What came out, or the error.
struct Parsed {
  ParsedOutput output;
  std::string error;
};

Parsed parse_pieces(const OutputFormat& format,
                    const OutputOptions& options,
                    const std::vector<std::string_view>& pieces,
                    bool finish = true);

std::string describe(const Parsed& parsed);

// The result of the whole text; every other way of cutting it must give the same.
Parsed parse_every_way(const OutputFormat& format,
                       const OutputOptions& options,
                       std::string_view text,
                       size_t random_cuts = 8);

nlohmann::json arguments_of(const ParsedCall& call);

}  // namespace lar::chat::test
