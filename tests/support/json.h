// JSON for tests, compiled once: the library's parser and what prints a value of it for a failed
// comparison take seconds in every file that has them compiled.
#pragma once

#include <iosfwd>
#include <nlohmann/json.hpp>
#include <string_view>

namespace lar::test {

// The value of a text; throws where it is no JSON.
template <typename Json>
Json parse_json(std::string_view text);
template <>
nlohmann::json parse_json(std::string_view text);
template <>
nlohmann::ordered_json parse_json(std::string_view text);

// The same, but a discarded value where the text is no JSON.
template <typename Json>
Json try_parse_json(std::string_view text);
template <>
nlohmann::json try_parse_json(std::string_view text);
template <>
nlohmann::ordered_json try_parse_json(std::string_view text);

}  // namespace lar::test

namespace nlohmann {

// How GoogleTest prints a value.
void PrintTo(const json& value, std::ostream* out);
void PrintTo(const ordered_json& value, std::ostream* out);

}  // namespace nlohmann
