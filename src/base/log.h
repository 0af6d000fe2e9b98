// Structured log lines on a descriptor, in the form that Ollama's have:
//   time=2026-11-27T06:13:04.123Z level=INFO msg="listening" address=127.0.0.1:11434
// One write() a line, so lines of several threads do not mix. A Logger is passed to whoever logs.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace lar {

enum class LogLevel : uint8_t { kTrace, kDebug, kInfo, kWarn, kError };

// A name and its value; values with spaces, quotes or control characters are quoted.
struct LogField {
  std::string_view name;
  std::string value;
};

class Logger {
 public:
  // `fd` is borrowed. Nothing below `least` is written.
  Logger(int fd, LogLevel least) : fd_(fd), least_(least) {}

  bool enabled(LogLevel level) const { return level >= least_; }

  // Thread-safe. A log that cannot be written is no reason to fail.
  void write(LogLevel level,
             std::string_view message,
             std::initializer_list<LogField> fields = {}) const;

  void debug(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::kDebug, message, fields);
  }
  void info(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::kInfo, message, fields);
  }
  void warn(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::kWarn, message, fields);
  }
  void error(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::kError, message, fields);
  }

 private:
  int fd_;
  LogLevel least_;
};

// The line without its time: `level=INFO msg="..." name=value`, and a newline.
std::string log_line(LogLevel level,
                     std::string_view message,
                     std::initializer_list<LogField> fields);

}  // namespace lar
