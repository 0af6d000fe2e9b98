// Lines typed at a prompt, with history and the usual editing keys (libedit).
#pragma once

#include <memory>
#include <optional>
#include <string>

namespace lar::cli {

class LineEditor {
 public:
  LineEditor();
  ~LineEditor();

  // One line without its newline; nullopt at the end of the input (Ctrl-D). `interrupted` is set
  // where Ctrl-C ended the line; the line is then empty.
  std::optional<std::string> read(const std::string& prompt, bool& interrupted);

  void add_history(const std::string& line);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lar::cli
