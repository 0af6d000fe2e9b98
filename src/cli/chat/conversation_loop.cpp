#include "cli/chat/conversation_loop.h"

#include <fmt/format.h>

#include <utility>

#include "cli/chat/slash_commands.h"
#include "cli/output.h"

namespace lar::cli {
namespace {

constexpr std::string_view kQuotes = "\"\"\"";
constexpr const char* kPlaceholder = "Send a message (/? for help)";
constexpr const char* kMorePlaceholder = "Press Enter to send";

class Loop {
 public:
  Loop(ChatSession& session, const Environment& environment)
      : session_(session),
        editor_(
            {.history_file = environment.home + "/.ollama/history", .editor = environment.editor}) {
    if (environment.nohistory) editor_.set_history(false);
  }

  Result<int> run() {
    while (true) {
      const bool more = inside_ != Inside::kNothing || !typed_.empty();
      TypedLine line = editor_.read(more ? "... " : ">>> ", more ? kMorePlaceholder : kPlaceholder);
      switch (line.end) {
        case TypedLine::End::kClosed: LAR_TRY(write_stdout("\n")); return 0;
        case TypedLine::End::kInterrupted:
          if (line.text.empty() && !more)
            LAR_TRY(write_stdout("\nUse Ctrl + d or /bye to exit.\n"));
          typed_.clear();
          held_.clear();
          inside_ = Inside::kNothing;
          break;
        case TypedLine::End::kContinued: typed_ += line.text + "\n"; break;
        case TypedLine::End::kEnter:
          typed_ += line.text;
          editor_.add_history(typed_);
          LAR_TRY(const bool leave, take(std::exchange(typed_, {})));
          if (leave) return 0;
          break;
      }
    }
  }

 private:
  enum class Inside : uint8_t { kNothing, kMessage, kSystem };

  // What Enter ended. True: leave.
  Result<bool> take(const std::string& line) {
    if (inside_ != Inside::kNothing) return take_inside(line);
    if (line.empty()) return false;
    if (line.starts_with(kQuotes)) {
      held_ = line.substr(kQuotes.size());
      if (held_.ends_with(kQuotes)) return take_end(Inside::kMessage);
      held_ += "\n";
      inside_ = Inside::kMessage;
      return false;
    }
    if (line.starts_with('/')) {
      switch (run_slash_command(line, session_, editor_)) {
        case SlashResult::kLeave: return true;
        case SlashResult::kDone: return false;
        case SlashResult::kSystemBlock:
          held_ = line.substr(line.find(kQuotes) + kQuotes.size()) + "\n";
          inside_ = Inside::kSystem;
          return false;
        case SlashResult::kNotACommand: break;
      }
    }
    LAR_TRY(send(line));
    return false;
  }

  Result<bool> take_inside(const std::string& line) {
    held_ += line;
    if (!held_.ends_with(kQuotes)) {
      held_ += "\n";
      return false;
    }
    return take_end(inside_);
  }

  // The block that closing quotes end.
  Result<bool> take_end(Inside inside) {
    std::string text = std::move(held_);
    held_.clear();
    inside_ = Inside::kNothing;
    text.resize(text.size() - kQuotes.size());
    if (inside == Inside::kSystem) {
      session_.set_system(text);
      LAR_TRY(write_stdout("Set system message.\n"));
      return false;
    }
    LAR_TRY(send(text));
    return false;
  }

  // Errors that the next message may not meet are told, and the conversation goes on.
  Result<void> send(const std::string& text) {
    const auto done = session_.exchange(text);
    if (done) return {};
    const std::string& message = done.error().message;
    if (done.error().code == Code::kUnavailable) return std::unexpected<Error>(done.error());
    fmt::print("error: {}\n", message);
    std::fflush(stdout);
    return {};
  }

  ChatSession& session_;
  LineEditor editor_;
  std::string typed_;  // lines that Ctrl-J ended
  std::string held_;   // what an open block has so far
  Inside inside_ = Inside::kNothing;
};

}  // namespace

Result<int> run_conversation(ChatSession& session, const Environment& environment) {
  return Loop(session, environment).run();
}

}  // namespace lar::cli
