#include "runner/protocol/messages.h"

#include <fmt/format.h>

#include "quant/traits.h"
#include "runner/protocol/fields.h"

namespace lar {

// Which numbers are values of an enumeration: those up to its last.
inline bool valid_enum(Code code) {
  return code >= Code::kInvalidArgument && code <= Code::kInternal;
}
inline bool valid_enum(DType type) {
  return quant::find_traits(static_cast<uint32_t>(type)) != nullptr;
}

namespace runtime {
inline bool valid_enum(Think think) {
  return think <= Think::kMax;
}
inline bool valid_enum(Constraint::Kind kind) {
  return kind <= Constraint::Kind::kRegex;
}
inline bool valid_enum(ToolChoice::Kind kind) {
  return kind <= ToolChoice::Kind::kFunction;
}
inline bool valid_enum(GenerateRequest::Kind kind) {
  return kind <= GenerateRequest::Kind::kEcho;
}
inline bool valid_enum(DoneReason reason) {
  return reason <= DoneReason::kCancelled;
}
}  // namespace runtime

namespace runner {
inline bool valid_enum(SandboxState state) {
  return state <= SandboxState::kOff;
}
inline bool valid_enum(SandboxMode mode) {
  return mode <= SandboxMode::kRequired;
}

namespace {

template <class Message>
Result<void> append(const Message& message, size_t limit, std::vector<uint8_t>& out) {
  const size_t begin = out.size();
  out.resize(begin + 4);
  Writer writer(out);
  writer(message);
  const size_t length = out.size() - begin - 4;
  if (length > limit) {
    out.resize(begin);
    return fail(
        Code::kResourceExhausted,
        fmt::format("a message of {} bytes to or from a runner; the limit is {}", length, limit));
  }
  const auto narrow = static_cast<uint32_t>(length);
  std::memcpy(out.data() + begin, &narrow, sizeof(narrow));
  return {};
}

template <class Message>
Result<Message> parse(std::string_view bytes) {
  Message message;
  Reader reader(bytes);
  reader(message);
  if (!reader.done()) return fail(Code::kDataCorrupt, "a malformed message");
  return message;
}

}  // namespace

Result<void> append_frame(const ServerMessage& message, std::vector<uint8_t>& out) {
  return append(message, kServerFrameBytesMax, out);
}

Result<void> append_frame(const RunnerMessage& message, std::vector<uint8_t>& out) {
  return append(message, kRunnerFrameBytesMax, out);
}

Result<ServerMessage> parse_server_message(std::string_view bytes) {
  return parse<ServerMessage>(bytes);
}

Result<RunnerMessage> parse_runner_message(std::string_view bytes) {
  return parse<RunnerMessage>(bytes);
}

}  // namespace runner
}  // namespace lar
