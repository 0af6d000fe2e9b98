#include "chat/parsers/output_machine.h"

#include <fmt/format.h>
#include <utility>

#include "base/utf8.h"

namespace lar::chat {
namespace {

constexpr size_t kRawBytesShownMax = 500;

}  // namespace

Error broken_call(std::string_view raw, std::string_view reason) {
  const std::string shown = utf8_sanitize(raw.substr(0, kRawBytesShownMax));
  return {Code::kInvalidArgument,
          fmt::format("error parsing tool call: raw='{}', err={}", shown, reason)};
}

Result<std::vector<OutputEvent>> OutputMachine::feed(std::string_view piece) {
  if (finished_ && !failed()) {
    return lar::fail(Code::kInternal, "the output is over");
  }
  for (const char c : piece) {
    if (failed()) break;
    byte(c);
    drain();
  }
  return take();
}

void OutputMachine::prefill(std::string_view text, bool whole) {
  for (const char c : text) {
    byte(c);
    drain();
  }
  if (whole) read_held();
  events_.clear();
  calls_ = 0;
}

Result<std::vector<OutputEvent>> OutputMachine::finish() {
  if (!finished_ && !failed()) over();
  finished_ = true;
  return take();
}

void OutputMachine::drain() {
  while (!again_.empty() && !failed()) {
    const std::string bytes = std::exchange(again_, {});
    for (size_t i = 0; i < bytes.size() && !failed(); ++i) {
      byte(bytes[i]);
      if (again_.empty()) continue;
      again_ += bytes.substr(i + 1);
      break;
    }
  }
}

Result<std::vector<OutputEvent>> OutputMachine::take() {
  if (error_) return std::unexpected<Error>(*error_);
  return std::exchange(events_, {});
}

void OutputMachine::emit(OutputEvent::Kind kind, std::string_view text) {
  if (text.empty()) return;
  if (!events_.empty() && events_.back().kind == kind) {
    events_.back().text += text;
    return;
  }
  events_.push_back({kind, std::string(text), {}, calls_ > 0 ? calls_ - 1 : 0});
}

void OutputMachine::begin(std::string_view name, std::string_view id) {
  events_.push_back({OutputEvent::Kind::kCallBegin, std::string(name), std::string(id), calls_++});
}

void OutputMachine::arguments(std::string_view json) {
  emit(OutputEvent::Kind::kArguments, json);
}

void OutputMachine::end(std::string_view id) {
  events_.push_back({OutputEvent::Kind::kCallEnd, {}, std::string(id), calls_ - 1});
}

void OutputMachine::fail(Error error) {
  if (!error_) error_ = std::move(error);
}

}  // namespace lar::chat
