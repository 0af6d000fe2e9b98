// What the machines behind OutputParser share: they take bytes and collect events.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "chat/parsers/call_reader.h"
#include "chat/parsers/output_parser.h"
#include "chat/parsers/tool_set.h"

namespace lar::chat {

class OutputMachine : public CallSink {
 public:
  explicit OutputMachine(const OutputOptions& options) : tools_(options.tools) {}

  Result<std::vector<OutputEvent>> feed(std::string_view piece);
  Result<std::vector<OutputEvent>> finish();
  // Text before the output, whose events do not count. `whole`: no tag that begins in it goes on in
  // the output.
  void prefill(std::string_view text, bool whole);

  void begin(std::string_view name, std::string_view id) override;
  void arguments(std::string_view json) override;
  void end(std::string_view id) override;
  void text(std::string_view text) override { emit(OutputEvent::Kind::kContent, text); }
  void fail(Error error) override;

 protected:
  // One byte. What it leaves in again_ is read next, before the byte that follows.
  virtual void byte(char c) = 0;
  virtual void over() = 0;
  // Reads what is held back because it may be the beginning of a tag.
  virtual void read_held() {}

  void emit(OutputEvent::Kind kind, std::string_view text);
  bool failed() const { return error_.has_value(); }
  // `bytes` are to be read again.
  void again(std::string_view bytes) { again_.insert(0, bytes); }
  // Reads what is in again_; for over(), which may put more there.
  void drain();

  const ToolSet tools_;

 private:
  Result<std::vector<OutputEvent>> take();

  std::string again_;
  std::vector<OutputEvent> events_;
  size_t calls_ = 0;
  bool finished_ = false;
  std::optional<Error> error_;
};

std::unique_ptr<OutputMachine> make_tag_machine(const OutputFormat& format,
                                                const OutputOptions& options);
std::unique_ptr<OutputMachine> make_channel_machine(const OutputFormat& format,
                                                    const OutputOptions& options);

}  // namespace lar::chat
