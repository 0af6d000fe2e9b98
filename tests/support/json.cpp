#include "support/json.h"

#include <ostream>

namespace lar::test {

template <>
nlohmann::json parse_json(std::string_view text) {
  return nlohmann::json::parse(text);
}

template <>
nlohmann::ordered_json parse_json(std::string_view text) {
  return nlohmann::ordered_json::parse(text);
}

template <>
nlohmann::json try_parse_json(std::string_view text) {
  return nlohmann::json::parse(text, nullptr, false);
}

template <>
nlohmann::ordered_json try_parse_json(std::string_view text) {
  return nlohmann::ordered_json::parse(text, nullptr, false);
}

}  // namespace lar::test

namespace nlohmann {

void PrintTo(const json& value, std::ostream* out) {
  *out << value.dump(-1, ' ', false, json::error_handler_t::replace);
}

void PrintTo(const ordered_json& value, std::ostream* out) {
  *out << value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace nlohmann
