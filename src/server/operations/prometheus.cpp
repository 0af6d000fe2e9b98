#include "server/operations/prometheus.h"

#include <fmt/format.h>

#include <iterator>

namespace lar::server::operations {
namespace {

void append_label_value(std::string& out, std::string_view value) {
  for (const char c : value) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
}

}  // namespace

void PrometheusText::metric(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  fmt::format_to(std::back_inserter(text_), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

void PrometheusText::sample(double value, Labels labels) {
  text_ += name_;
  if (labels.size() > 0) {
    char before = '{';
    for (const auto& [label, text] : labels) {
      text_ += before;
      text_.append(label).append("=\"");
      append_label_value(text_, text);
      text_ += '"';
      before = ',';
    }
    text_ += '}';
  }
  fmt::format_to(std::back_inserter(text_), " {}\n", value);
}

void PrometheusText::single(std::string_view name,
                            std::string_view type,
                            std::string_view help,
                            double value) {
  metric(name, type, help);
  sample(value);
}

}  // namespace lar::server::operations
