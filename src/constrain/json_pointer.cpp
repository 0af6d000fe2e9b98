#include "constrain/json_pointer.h"

namespace lar::constrain {

std::string escape_pointer(std::string_view step) {
  std::string out;
  for (const char c : step) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

std::string unescape_pointer(std::string_view step) {
  std::string out;
  for (size_t i = 0; i < step.size(); ++i) {
    if (step[i] == '~' && i + 1 < step.size()) {
      out.push_back(step[++i] == '1' ? '/' : '~');
    } else {
      out.push_back(step[i]);
    }
  }
  return out;
}

}  // namespace lar::constrain
