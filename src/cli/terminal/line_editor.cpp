#include "cli/terminal/line_editor.h"

#include <fcntl.h>
#include <histedit.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cwchar>
#include <deque>
#include <filesystem>
#include <fstream>
#include <optional>

#include "cli/terminal/table.h"

namespace lar::cli {
namespace {

constexpr size_t kHistoryLines = 100;
constexpr char kCtrlD = '\x04';
constexpr std::string_view kPasteBegin = "\x1b[200~";
constexpr std::string_view kPasteEnd = "\x1b[201~";

// Set by handlers, which interrupt the read of a key.
volatile std::sig_atomic_t line_signal =
    0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void on_signal(int number) {
  line_signal = number;
}

}  // namespace

struct LineEditor::Impl {
  EditLine* edit = nullptr;
  History* history = nullptr;
  std::string prompt;
  std::string placeholder;
  LineEditorOptions options;
  bool keep_history = true;
  std::deque<std::string> lines;  // of the history, as the file has them

  bool pasting = false;
  bool continued = false;
  bool placeholder_shown = false;
  std::string ahead;  // bytes read and not yet given to the editor

  std::string current() const {
    const LineInfo* info = el_line(edit);
    return {info->buffer, info->lastchar};
  }

  void show_placeholder() {
    placeholder_shown = !pasting && !placeholder.empty() && current().empty();
    if (!placeholder_shown) return;
    std::fprintf(stdout, "\x1b[38;5;245m%s\x1b[0m\x1b[%zuD", placeholder.c_str(),
                 display_width(placeholder));
    std::fflush(stdout);
  }

  void hide_placeholder() {
    if (!placeholder_shown) return;
    placeholder_shown = false;
    std::fputs("\x1b[K", stdout);
    std::fflush(stdout);
  }

  // One byte of the terminal; nullopt at the end or when Ctrl-C came.
  std::optional<char> next_byte() {
    if (!ahead.empty()) {
      const char byte = ahead.front();
      ahead.erase(0, 1);
      return byte;
    }
    char byte = 0;
    while (true) {
      const ssize_t count = ::read(STDIN_FILENO, &byte, 1);
      if (count == 1) return byte;
      if (count == 0 || errno != EINTR) return std::nullopt;
      if (line_signal == SIGTSTP) {
        suspend();
      } else if (line_signal == SIGINT) {
        return std::nullopt;
      }
    }
  }

  // Stops the program with the terminal as it was found, and goes on with the line afterwards.
  void suspend() {
    line_signal = 0;
    el_set(edit, EL_PREP_TERM, 0);
    std::signal(SIGTSTP, SIG_DFL);
    ::kill(::getpid(), SIGTSTP);
    std::signal(SIGTSTP, on_signal);
    el_set(edit, EL_PREP_TERM, 1);
    el_set(edit, EL_REFRESH);
  }

  // Whether the bytes that follow are the rest of `sequence`, of which `byte` was the first. Bytes
  // that turn out otherwise are given back.
  bool follows(char byte, std::string_view sequence) {
    if (byte != sequence[0]) return false;
    std::string seen;
    for (size_t i = 1; i < sequence.size(); ++i) {
      if (ahead.empty() && !more_within_a_moment()) break;
      const auto next = next_byte();
      if (!next) break;
      seen += *next;
      if (*next != sequence[i]) break;
    }
    if (seen == sequence.substr(1)) return true;
    ahead.insert(0, seen);
    return false;
  }

  static bool more_within_a_moment() {
    fd_set set;
    FD_ZERO(&set);
    FD_SET(STDIN_FILENO, &set);
    timeval wait = {.tv_sec = 0, .tv_usec = 50'000};
    return ::select(STDIN_FILENO + 1, &set, nullptr, nullptr, &wait) > 0;
  }

  int read_key(wchar_t* key) {
    show_placeholder();
    std::mbstate_t state{};
    while (true) {
      const auto byte = next_byte();
      hide_placeholder();
      if (!byte) return line_signal == SIGINT ? -1 : 0;
      if (*byte == kCtrlD && current().empty()) return 0;  // libedit would show it
      if (follows(*byte, kPasteBegin)) {
        pasting = true;
        continue;
      }
      if (pasting && follows(*byte, kPasteEnd)) {
        pasting = false;
        continue;
      }
      if (*byte == '\n' || (pasting && *byte == '\r')) {
        continued = true;
        *key = L'\n';
        return 1;
      }
      const size_t used = std::mbrtowc(key, &*byte, 1, &state);
      if (used == static_cast<size_t>(-2)) continue;  // the character goes on
      if (used == static_cast<size_t>(-1)) {
        state = {};
        continue;
      }
      return 1;
    }
  }

  void load_history() {
    std::ifstream file(options.history_file);
    for (std::string line; std::getline(file, line);) {
      if (line.empty()) continue;
      lines.push_back(line);
      if (lines.size() > kHistoryLines) lines.pop_front();
    }
    HistEvent event;
    for (const std::string& line : lines) ::history(history, &event, H_ENTER, line.c_str());
  }

  void save_history() const {
    std::error_code ignored;  // without a folder there is no history
    std::filesystem::create_directories(std::filesystem::path(options.history_file).parent_path(),
                                        ignored);
    const std::string temporary = options.history_file + ".tmp";
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return;
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    const bool whole = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::close(fd);
    if (whole) (void)std::rename(temporary.c_str(), options.history_file.c_str());
  }

  // Lets the user edit the line in a program of their choice.
  void edit_elsewhere() {
    std::string path = "/tmp/ollama-prompt-XXXXXX.txt";
    const int fd = ::mkstemps(path.data(), 4);
    if (fd < 0) return;
    const std::string text = current();
    const bool written = ::write(fd, text.data(), text.size()) >= 0;
    ::close(fd);
    if (written) {
      el_set(edit, EL_PREP_TERM, 0);
      if (run_editor(path)) replace_line(path);
      el_set(edit, EL_PREP_TERM, 1);
    }
    ::unlink(path.c_str());
  }

  bool run_editor(const std::string& path) const {
    const pid_t child = ::fork();
    if (child == 0) {
      const std::string command = options.editor + " \"$0\"";
      ::execl("/bin/sh", "sh", "-c", command.c_str(), path.c_str(), nullptr);
      ::_exit(127);
    }
    int status = 0;
    return child > 0 && ::waitpid(child, &status, 0) == child && status == 0;
  }

  // A line holds no line breaks; those of the file become blanks.
  void replace_line(const std::string& path) {
    std::ifstream file(path);
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    while (text.ends_with('\n')) text.pop_back();
    for (char& c : text) c = c == '\n' ? ' ' : c;
    const std::string before = current();
    const LineInfo* info = el_line(edit);
    el_cursor(edit, static_cast<int>(info->lastchar - info->cursor));
    el_deletestr(edit, static_cast<int>(before.size()));
    el_insertstr(edit, text.c_str());
  }
};

LineEditor::LineEditor(LineEditorOptions options) : impl_(std::make_unique<Impl>()) {
  // libedit shows characters beyond ASCII only in a locale that has them.
  if (std::setlocale(LC_CTYPE, "") == nullptr || MB_CUR_MAX == 1) {
    std::setlocale(LC_CTYPE, "C.UTF-8");
  }
  Impl& impl = *impl_;
  impl.options = std::move(options);
  impl.edit = el_init("lar", stdin, stdout, stderr);
  impl.history = history_init();
  HistEvent event;
  ::history(impl.history, &event, H_SETSIZE, static_cast<int>(kHistoryLines));
  ::history(impl.history, &event, H_SETUNIQUE, 1);
  EditLine* edit = impl.edit;
  el_set(edit, EL_CLIENTDATA, &impl);
  el_set(
      edit, EL_PROMPT, +[](EditLine* self) {
        void* data = nullptr;
        el_get(self, EL_CLIENTDATA, &data);
        return static_cast<Impl*>(data)->prompt.data();
      });
  el_set(
      edit, EL_GETCFN, +[](EditLine* self, wchar_t* key) {
        void* data = nullptr;
        el_get(self, EL_CLIENTDATA, &data);
        return static_cast<Impl*>(data)->read_key(key);
      });
  el_set(edit, EL_EDITOR, "emacs");
  el_set(edit, EL_HIST, ::history, impl.history);
  el_set(edit, EL_SIGNAL, 0);
  // Enter (CR) and Ctrl-J (LF) are two keys.
  el_set(edit, EL_SETTY, "-d", "-icrnl", "-inlcr", nullptr);
  el_set(
      edit, EL_ADDFN, "insert-blanks", "Insert blanks",
      +[](EditLine* self, wint_t) -> unsigned char {
        el_insertstr(self, "        ");
        return CC_REFRESH;
      });
  el_set(
      edit, EL_ADDFN, "edit-elsewhere", "Edit in a program",
      +[](EditLine* self, wint_t) -> unsigned char {
        void* data = nullptr;
        el_get(self, EL_CLIENTDATA, &data);
        static_cast<Impl*>(data)->edit_elsewhere();
        return CC_REDISPLAY;
      });
  el_set(edit, EL_BIND, "^I", "insert-blanks", nullptr);
  el_set(edit, EL_BIND, "^G", "edit-elsewhere", nullptr);
  el_set(edit, EL_BIND, "^W", "ed-delete-prev-word", nullptr);
  el_set(edit, EL_BIND, "^U", "vi-kill-line-prev", nullptr);
  if (!impl.options.history_file.empty()) impl.load_history();
}

LineEditor::~LineEditor() {
  el_end(impl_->edit);
  history_end(impl_->history);
}

TypedLine LineEditor::read(const std::string& prompt, const std::string& placeholder) {
  Impl& impl = *impl_;
  impl.prompt = prompt;
  impl.placeholder = placeholder;
  impl.continued = false;
  line_signal = 0;
  struct sigaction action = {};
  struct sigaction interrupt_before = {};
  struct sigaction stop_before = {};
  action.sa_handler = on_signal;
  ::sigaction(SIGINT, &action, &interrupt_before);
  ::sigaction(SIGTSTP, &action, &stop_before);
  std::fputs("\x1b[?2004h", stdout);
  int count = 0;
  const char* line = el_gets(impl.edit, &count);
  const bool interrupted = line_signal == SIGINT;
  TypedLine typed;
  if (interrupted) typed.text = impl.current();
  std::fputs("\x1b[?2004l", stdout);
  std::fflush(stdout);
  ::sigaction(SIGINT, &interrupt_before, nullptr);
  ::sigaction(SIGTSTP, &stop_before, nullptr);
  if (interrupted) {
    el_reset(impl.edit);
    std::fputs("\n", stdout);
    typed.end = TypedLine::End::kInterrupted;
    return typed;
  }
  if (line == nullptr || count <= 0) {
    typed.end = TypedLine::End::kClosed;
    return typed;
  }
  typed.text.assign(line, static_cast<size_t>(count));
  while (typed.text.ends_with('\n') || typed.text.ends_with('\r')) typed.text.pop_back();
  if (impl.continued) typed.end = TypedLine::End::kContinued;
  return typed;
}

void LineEditor::set_history(bool keep) {
  impl_->keep_history = keep;
}

void LineEditor::add_history(const std::string& line) {
  if (line.empty() || !impl_->keep_history) return;
  HistEvent event;
  ::history(impl_->history, &event, H_ENTER, line.c_str());
  impl_->lines.push_back(line);
  if (impl_->lines.size() > kHistoryLines) impl_->lines.pop_front();
  if (!impl_->options.history_file.empty()) impl_->save_history();
}

}  // namespace lar::cli
