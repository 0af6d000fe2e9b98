// What server and runner say to each other. Values only; frame.h has their bytes.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "runner/loaded.h"
#include "runner/runner.h"
#include "runner/sandbox.h"
#include "runtime/inference.h"

namespace lar::runner {

// Server to runner.
struct LoadMessage {
  std::string name;
  uint32_t model_files = 0;  // descriptors kFirstModelFd and on, parts in order
  runtime::PromptStyle style;
  runtime::LoadOptions options;
  SandboxMode sandbox = SandboxMode::kBestEffort;
};
struct SubmitMessage {
  RequestId id = 0;
  runtime::Request request;
};
struct CancelMessage {
  RequestId id = 0;
};
struct PingMessage {
  uint64_t number = 0;
};
using ServerMessage = std::variant<LoadMessage, SubmitMessage, CancelMessage, PingMessage>;

// Runner to server.
struct ProgressMessage {
  uint64_t done_bytes = 0;
  uint64_t total_bytes = 0;
};
struct LoadFailedMessage {
  Error error;
};
struct EventMessage {
  RequestId id = 0;
  runtime::Event event;
};
struct PongMessage {
  uint64_t number = 0;
  uint64_t steps = 0;    // of the engine so far: work that does not move is a hang
  bool working = false;  // the engine's thread is in a step
  RunnerStats stats;
};
using RunnerMessage =
    std::variant<ProgressMessage, Loaded, LoadFailedMessage, EventMessage, PongMessage>;

// Frames are a length of 4 bytes and that many bytes of one message.
inline constexpr size_t kServerFrameBytesMax = 96U << 20;  // prompts, from the server
inline constexpr size_t kRunnerFrameBytesMax = 16U << 20;  // events, from a runner

// Appends the frame of a message. Errors: resource_exhausted for a message longer than its limit;
// nothing is appended then.
Result<void> append_frame(const ServerMessage& message, std::vector<uint8_t>& out);
Result<void> append_frame(const RunnerMessage& message, std::vector<uint8_t>& out);

// A frame's content. Errors: data_corrupt.
Result<ServerMessage> parse_server_message(std::string_view bytes);
Result<RunnerMessage> parse_runner_message(std::string_view bytes);

}  // namespace lar::runner
