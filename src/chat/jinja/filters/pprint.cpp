// pprint: Python's pprint.pformat with lines of 80 characters.
#include <algorithm>
#include <numeric>

#include "chat/jinja/arguments.h"
#include "chat/jinja/filters/families.h"
#include "chat/jinja/operators.h"
#include "chat/jinja/python_text.h"
#include "chat/jinja/strings.h"
#include "chat/jinja/unicode.h"

namespace lar::chat::jinja {
namespace {

constexpr int64_t kLineChars = 80;

class PrettyPrinter {
 public:
  explicit PrettyPrinter(Renderer& renderer) : renderer_(renderer), out_(renderer.meter()) {}

  // `allowance`: characters that must still fit behind the value on its last line.
  void print(const Value& value, int64_t indent, int64_t allowance, uint32_t level) {
    if (!renderer_.meter()->work(1)) return;
    const Value flat = flat_repr(value);
    const auto width = static_cast<int64_t>(count_chars(flat.text()));
    if (width <= kLineChars - indent - allowance) {
      out_.append(flat);
    } else if (value.is_dict()) {
      print_dict(value, indent, allowance + 1, level);
    } else if (value.is_sequence()) {
      print_items(value, indent, allowance, level);
    } else if (value.is_string() && !value.string_data().markup) {
      print_string(value, indent, allowance, level);
    } else {
      out_.append(flat);
    }
  }

  Value finish() { return out_.finish(); }

 private:
  void put(std::string_view text) { out_.append(text, Origin::kTemplate); }
  void new_line(int64_t indent) {
    put("\n");
    out_.append_repeated(" ", static_cast<uint64_t>(indent), Origin::kTemplate);
  }

  std::vector<size_t> sorted_keys(const Value& dict) {
    const auto& entries = dict.entries().entries();
    std::vector<size_t> indexes(entries.size());
    std::iota(indexes.begin(), indexes.end(), size_t{0});
    std::ranges::sort(indexes, [&](size_t a, size_t b) {
      const Value& left = entries[a].first;
      const Value& right = entries[b].first;
      // Keys of different kinds have no order of their own.
      if (left.kind() != right.kind()) return left.kind() < right.kind();
      if (left.is_string()) return left.text() < right.text();
      if (left.is_int()) return left.as_int() < right.as_int();
      return a < b;
    });
    return indexes;
  }

  // repr() with sorted dictionaries.
  void append_flat(TextBuilder& out, const Value& value) {
    if (!renderer_.meter()->work(1)) return;
    if (value.is_dict()) {
      out.append("{", Origin::kTemplate);
      bool first = true;
      for (const size_t index : sorted_keys(value)) {
        if (!first) out.append(", ", Origin::kTemplate);
        first = false;
        append_flat(out, value.entries().entries()[index].first);
        out.append(": ", Origin::kTemplate);
        append_flat(out, value.entries().entries()[index].second);
      }
      out.append("}", Origin::kTemplate);
    } else if (value.is_sequence()) {
      out.append(value.is_list() ? "[" : "(", Origin::kTemplate);
      bool first = true;
      for (const Value& item : value.items()) {
        if (!first) out.append(", ", Origin::kTemplate);
        first = false;
        append_flat(out, item);
      }
      if (value.is_tuple() && value.items().size() == 1) out.append(",", Origin::kTemplate);
      out.append(value.is_list() ? "]" : ")", Origin::kTemplate);
    } else {
      append_repr(out, value);
    }
  }

  Value flat_repr(const Value& value) {
    TextBuilder out(renderer_.meter());
    append_flat(out, value);
    return out.finish();
  }

  void print_dict(const Value& value, int64_t indent, int64_t allowance, uint32_t level) {
    put("{");
    const auto indexes = sorted_keys(value);
    for (size_t i = 0; i < indexes.size(); ++i) {
      const auto& [key, item] = value.entries().entries()[indexes[i]];
      const Value shown = flat_repr(key);
      out_.append(shown);
      put(": ");
      const bool last = i + 1 == indexes.size();
      const auto width = static_cast<int64_t>(count_chars(shown.text()));
      print(item, indent + 1 + width + 2, last ? allowance : 1, level + 1);
      if (!last) {
        put(",");
        new_line(indent + 1);
      }
    }
    put("}");
  }

  void print_items(const Value& value, int64_t indent, int64_t allowance, uint32_t level) {
    const auto& items = value.items();
    const std::string_view end = value.is_list() ? "]" : items.size() == 1 ? ",)" : ")";
    put(value.is_list() ? "[" : "(");
    for (size_t i = 0; i < items.size(); ++i) {
      if (i > 0) {
        put(",");
        new_line(indent + 1);
      }
      const bool last = i + 1 == items.size();
      print(items[i], indent + 1, last ? allowance + static_cast<int64_t>(end.size()) : 1,
            level + 1);
    }
    put(end);
  }

  int64_t quoted_width(const Value& text) {
    renderer_.meter()->work(text.text().size() / 4);
    return static_cast<int64_t>(count_chars(quote(text.text())));
  }

  // A long string in pieces: at line ends, then behind white space.
  void print_string(const Value& value, int64_t indent, int64_t allowance, uint32_t level) {
    Meter* meter = renderer_.meter();
    const bool top = level == 0;
    if (top) {
      ++indent;
      ++allowance;
    }
    const int64_t width = kLineChars - indent;
    std::vector<Value> chunks;
    const std::vector<Value> lines = split_lines(value, true, meter);
    for (size_t i = 0; i < lines.size(); ++i) {
      const bool last_line = i + 1 == lines.size();
      const std::string_view line = lines[i].text();
      if (quoted_width(lines[i]) <= width - (last_line ? allowance : 0)) {
        chunks.push_back(lines[i]);
        continue;
      }
      size_t begin = 0;
      size_t end = 0;
      while (end < line.size() && meter->work(1)) {
        size_t next = end;
        while (next < line.size() && skip_space(line, next) == next) {
          next += offset_of_char(line.substr(next), 1);
        }
        next = skip_space(line, next);
        const bool last_part = last_line && next == line.size();
        const Value candidate = slice_string(lines[i], begin, next, meter);
        if (quoted_width(candidate) > width - (last_part ? allowance : 0) && end > begin) {
          chunks.push_back(slice_string(lines[i], begin, end, meter));
          begin = end;
        }
        end = next;
      }
      if (end > begin) chunks.push_back(slice_string(lines[i], begin, end, meter));
    }
    const bool parenthesized = top && chunks.size() > 1;
    if (parenthesized) put("(");
    for (size_t i = 0; i < chunks.size(); ++i) {
      if (i > 0) new_line(indent);
      out_.append(quote(chunks[i].text()), origin_of(chunks[i]));
    }
    if (parenthesized) put(")");
  }

  Renderer& renderer_;
  TextBuilder out_;
};

Result<Value> do_pprint(Renderer& renderer, const Value& input, CallArgs& args) {
  LAR_TRY(bind("do_pprint", args, {}, 0));
  PrettyPrinter printer(renderer);
  printer.print(input, 0, 0, 0);
  return printer.finish();
}

constexpr NamedFunction kFilters[] = {{"pprint", do_pprint}};

}  // namespace

std::span<const NamedFunction> pprint_filters() {
  return kFilters;
}

}  // namespace lar::chat::jinja
