// A header field of a request or an answer.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace lar::net {

struct HttpHeader {
  std::string name;
  std::string value;
};

// The first of that name, whatever the case of letters; nullptr if there is none.
const std::string* find_header(std::span<const HttpHeader> headers, std::string_view name);

// ASCII letters only.
bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace lar::net
