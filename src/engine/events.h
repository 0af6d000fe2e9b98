// What the engine tells while it steps. Events of one sequence come in order; after on_finished its
// id is never mentioned again.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "base/result.h"
#include "engine/request.h"
#include "sampling/workspace.h"

namespace lar::engine {

struct TokenEvent {
  SequenceId id = 0;
  int32_t token = 0;
  bool has_logprob = false;                              // Params::top_logprobs >= 0
  float logprob = 0.0F;                                  // of the model
  std::span<const sampling::TokenLogprob> top_logprobs;  // best first; valid during the call
};

// The caller's answer to a token. kStop ends the sequence with FinishReason::kStop.
enum class TokenAction : uint8_t { kContinue, kStop };

enum class FinishReason : uint8_t {
  kStop,       // an end-of-generation token, or the caller's kStop
  kLength,     // max_tokens, or the context is full
  kCancelled,  // cancel()
  kError,
};

struct SequenceStats {
  uint32_t prompt_tokens = 0;
  uint32_t cached_tokens = 0;              // of the prompt, found in the cache
  uint32_t generated_tokens = 0;           // with the end-of-generation token
  uint32_t discarded_tokens = 0;           // lost to context shifts
  uint32_t preemptions = 0;                // times its blocks were taken for an older sequence
  int64_t seed = 0;                        // the seed that was used
  std::chrono::nanoseconds queued{0};      // from submit to the first step
  std::chrono::nanoseconds prompt{0};      // from then to the first token
  std::chrono::nanoseconds generation{0};  // from the first token to the end
};

struct Finished {
  FinishReason reason = FinishReason::kStop;
  std::optional<int32_t> eog_token;  // the token that ended the text; it has no TokenEvent
  std::optional<Error> error;        // where reason is kError
  SequenceStats stats;
};

// Calls may use Engine::submit and Engine::cancel, but not step.
class EventSink {
 public:
  virtual ~EventSink() = default;

  virtual TokenAction on_token(const TokenEvent& event) = 0;
  virtual void on_finished(SequenceId id, const Finished& finished) = 0;

  // After each part of the prompt: tokens computed or found, of all.
  virtual void on_prompt_progress(SequenceId /*id*/, uint32_t /*done*/, uint32_t /*total*/) {}

  // One row of Request::prompt_rows: logits [vocab] or hidden state [width]; rising positions.
  virtual void on_prompt_row(SequenceId /*id*/,
                             uint32_t /*position*/,
                             std::span<const float> /*row*/) {}

  // The context was full: `discarded` tokens after the kept ones are gone.
  virtual void on_shifted(SequenceId /*id*/, uint32_t /*discarded*/) {}
};

}  // namespace lar::engine
