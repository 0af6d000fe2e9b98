// Tables as Ollama's commands print them: no lines, columns padded and four blanks apart.
#pragma once

#include <string>
#include <vector>

namespace lar::cli {

class Table {
 public:
  // Without a header (an empty list) the table has rows alone.
  explicit Table(std::vector<std::string> header = {}) : header_(std::move(header)) {}

  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.empty(); }

  // Every line ends with a newline. Widths count characters as a terminal shows them.
  std::string str() const;

 private:
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

// Columns that `text` (UTF-8) takes on a terminal; wide characters take two.
size_t display_width(std::string_view text);

}  // namespace lar::cli
