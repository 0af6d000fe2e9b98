#include "cli/terminal/line_editor.h"

#include <histedit.h>

#include <clocale>
#include <csignal>
#include <cstdio>

namespace lar::cli {
namespace {

constexpr int kHistoryLines = 100;

// libedit reads on after a signal; the flag tells why the line ended.
volatile std::sig_atomic_t line_interrupted =
    0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void on_interrupt(int) {
  line_interrupted = 1;
}

}  // namespace

struct LineEditor::Impl {
  EditLine* edit = nullptr;
  History* history = nullptr;
  std::string prompt;
};

namespace {

char* prompt_of(EditLine* edit) {
  void* data = nullptr;
  el_get(edit, EL_CLIENTDATA, &data);
  return static_cast<std::string*>(data)->data();
}

}  // namespace

LineEditor::LineEditor() : impl_(std::make_unique<Impl>()) {
  // libedit shows characters beyond ASCII only in a locale that has them.
  std::setlocale(LC_CTYPE, "");
  impl_->edit = el_init("lar", stdin, stdout, stderr);
  impl_->history = history_init();
  HistEvent event;
  history(impl_->history, &event, H_SETSIZE, kHistoryLines);
  el_set(impl_->edit, EL_CLIENTDATA, &impl_->prompt);
  el_set(impl_->edit, EL_PROMPT, prompt_of);
  el_set(impl_->edit, EL_EDITOR, "emacs");
  el_set(impl_->edit, EL_HIST, history, impl_->history);
  el_set(impl_->edit, EL_SIGNAL, 0);
}

LineEditor::~LineEditor() {
  el_end(impl_->edit);
  history_end(impl_->history);
}

std::optional<std::string> LineEditor::read(const std::string& prompt, bool& interrupted) {
  impl_->prompt = prompt;
  line_interrupted = 0;
  struct sigaction action = {};
  struct sigaction before = {};
  action.sa_handler = on_interrupt;
  ::sigaction(SIGINT, &action, &before);
  int count = 0;
  const char* line = el_gets(impl_->edit, &count);
  ::sigaction(SIGINT, &before, nullptr);
  interrupted = line_interrupted != 0;
  if (interrupted) {
    el_reset(impl_->edit);
    std::fputs("\n", stdout);
    return std::string();
  }
  if (line == nullptr || count <= 0) return std::nullopt;
  std::string text(line, static_cast<size_t>(count));
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

void LineEditor::add_history(const std::string& line) {
  if (line.empty()) return;
  HistEvent event;
  history(impl_->history, &event, H_ENTER, line.c_str());
}

}  // namespace lar::cli
