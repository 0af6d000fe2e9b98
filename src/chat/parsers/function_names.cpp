#include "chat/parsers/function_names.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>

#include "base/utf8.h"

namespace lar::chat {
namespace {

constexpr std::array<std::string_view, 4> kBuiltIn = {"browser.open", "browser.search",
                                                      "browser.find", "python"};

bool is_letter(char32_t c) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO: return true;
    default: return false;
  }
}

bool is_digit(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c)) == UTF8PROC_CATEGORY_ND;
}

}  // namespace

std::string identifier(std::string_view name) {
  std::string out;
  while (!name.empty()) {
    const Utf8Char c = utf8_next(name);
    name.remove_prefix(c.bytes);
    if (!c.valid) continue;
    if (c.code_point == ' ' || c.code_point == '-' || c.code_point == '.') {
      out += '_';
    } else if (c.code_point == '_' || c.code_point == '$' || is_letter(c.code_point)) {
      utf8_append(out, c.code_point);
    } else if (is_digit(c.code_point)) {
      if (out.empty()) out += '_';
      utf8_append(out, c.code_point);
    }
  }
  return out.empty() ? "unnamed" : out;
}

FunctionNames::FunctionNames(const std::vector<std::string>& names) : names_(names) {
  for (const std::string& name : names) {
    if (std::ranges::find(kBuiltIn, name) != kBuiltIn.end()) {
      mapped_.push_back(name);
      continue;
    }
    const std::string base = identifier(name);
    std::string mapped = base;
    for (int count = 2; std::ranges::find(mapped_, mapped) != mapped_.end(); ++count) {
      mapped = base + "_" + std::to_string(count);
    }
    mapped_.push_back(std::move(mapped));
  }
}

std::string FunctionNames::original(std::string_view mapped) const {
  const auto found = std::ranges::find(mapped_, mapped);
  if (found == mapped_.end()) return std::string(mapped);
  return names_[static_cast<size_t>(found - mapped_.begin())];
}

}  // namespace lar::chat
