#include "cli/terminal/table.h"

#include <utf8proc.h>

#include <algorithm>

namespace lar::cli {
namespace {

constexpr size_t kGap = 4;

void append_padded(std::string& out, const std::string& text, size_t width, size_t gap) {
  out += text;
  const size_t shown = display_width(text);
  out.append(std::max(width, shown) - shown + gap, ' ');
}

}  // namespace

size_t display_width(std::string_view text) {
  size_t width = 0;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t code_point = 0;
    const utf8proc_ssize_t used = utf8proc_iterate(bytes, left, &code_point);
    if (used <= 0) {  // not UTF-8: a terminal shows one replacement
      ++bytes;
      --left;
      ++width;
      continue;
    }
    bytes += used;
    left -= used;
    width += static_cast<size_t>(std::max(0, utf8proc_charwidth(code_point)));
  }
  return width;
}

std::string Table::str() const {
  std::vector<size_t> widths;
  const auto measure = [&](const std::vector<std::string>& row) {
    if (row.size() > widths.size()) widths.resize(row.size());
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  };
  measure(header_);
  for (const auto& row : rows_) measure(row);

  std::string out;
  for (size_t i = 0; i < header_.size(); ++i) {
    // The header's last column is one blank wide, not four: so it is printed there too.
    append_padded(out, header_[i], widths[i], i + 1 == header_.size() ? 1 : kGap);
  }
  if (!header_.empty()) out += '\n';
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) append_padded(out, row[i], widths[i], kGap);
    out += '\n';
  }
  return out;
}

}  // namespace lar::cli
