// Lines typed at a prompt, with history and the usual editing keys (libedit), a grey placeholder
// while nothing is typed, and pasted text of several lines.
#pragma once

#include <memory>
#include <string>

namespace lar::cli {

struct LineEditorOptions {
  std::string history_file;  // empty: no history on disk
  std::string editor;        // the program that Ctrl-G opens
};

struct TypedLine {
  enum class End : uint8_t {
    kEnter,
    kContinued,    // Ctrl-J, or a line break in pasted text: more of the message follows
    kInterrupted,  // Ctrl-C; the text is what stood in the line
    kClosed,       // Ctrl-D on an empty line, or the input ended
  };
  End end = End::kEnter;
  std::string text;  // without its line break
};

// One at a time: it owns the terminal.
class LineEditor {
 public:
  explicit LineEditor(LineEditorOptions options);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  TypedLine read(const std::string& prompt, const std::string& placeholder);

  void set_history(bool keep);
  // Adds a line and writes the file (mode 0600, the last 100 lines, through a temporary file).
  void add_history(const std::string& line);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lar::cli
