// Text over the engine: requests of token ids with options in, pieces of valid UTF-8 out, ended by
// the model, by a stop string or by a bound. One thread owns it, as it owns the engine.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "runtime/model.h"
#include "runtime/options.h"

namespace lar::runtime {

using RequestId = engine::SequenceId;

struct TextRequest {
  std::vector<int32_t> prompt;
  Options options;
  bool shift = true;     // a full context loses its oldest half instead of ending the text
  uint32_t context = 0;  // tokens it may have; 0, or more than the model's: the model's
  std::unique_ptr<sampling::TokenMask> mask;  // may be null
  std::vector<int32_t> shown;  // control tokens that become text for whoever parses it
  bool keep_tokens = false;    // TextDone::tokens is wanted
};

// The log probability of one token with its alternatives.
struct TokenProbability {
  int32_t token = 0;
  float logprob = 0.0F;
  std::vector<std::pair<int32_t, float>> top;  // token, logprob; best first
};

struct TextDone {
  engine::FinishReason reason = engine::FinishReason::kStop;
  std::string stop;            // the stop string that ended the text, if one did
  std::optional<Error> error;  // where reason is kError
  engine::SequenceStats stats;
  std::vector<int32_t> tokens;  // generated, without the one that ended the text
};

class TextSink {
 public:
  virtual ~TextSink() = default;
  // A piece of text and the tokens it is made of (empty unless log probabilities were asked for).
  // The text is empty for tokens whose text never came (the start of a stop string).
  virtual void on_text(RequestId id,
                       std::string_view text,
                       std::span<const TokenProbability> tokens) = 0;
  virtual void on_done(RequestId id, const TextDone& done) = 0;
  virtual void on_prompt_progress(RequestId /*id*/, uint32_t /*done*/, uint32_t /*total*/) {}
  virtual void on_shifted(RequestId /*id*/, uint32_t /*discarded*/) {}
};

class TextEngine {
 public:
  explicit TextEngine(Model& model);
  ~TextEngine();

  // Errors: those of Engine::submit.
  Result<RequestId> submit(TextRequest request);
  bool cancel(RequestId id);
  // One step of the engine; true while there is work left.
  bool step(TextSink& sink);

 private:
  class Stream;
  class Adapter;

  Model& model_;  // borrowed
  std::unordered_map<RequestId, std::unique_ptr<Stream>> streams_;
};

// A prompt that is longer than the context allows, cut as Ollama cuts it: the first `num_keep`
// tokens and as many of the last as leave room to go on (reference: half of what is not kept).
struct FittedPrompt {
  std::vector<int32_t> tokens;
  uint32_t dropped = 0;
};
FittedPrompt fit_prompt(std::vector<int32_t> tokens, uint32_t context, int32_t num_keep);

}  // namespace lar::runtime
