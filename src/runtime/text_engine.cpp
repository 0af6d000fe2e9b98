#include "runtime/text_engine.h"

#include <algorithm>

#include "runtime/stop_filter.h"
#include "tokenizer/stream_decoder.h"

namespace lar::runtime {

// What is kept for one request between steps.
class TextEngine::Stream {
 public:
  Stream(const tokenizer::Tokenizer& tokenizer,
         std::vector<std::string> stops,
         std::span<const int32_t> shown,
         bool keep_tokens)
      : decoder_(tokenizer, {.shown = shown, .strip_first_space = false}),
        filter_(std::move(stops)),
        keep_(keep_tokens) {}

  // Passes on what a token makes known. True while the text goes on.
  bool take(const engine::TokenEvent& event, TextSink& sink) {
    if (keep_) tokens_.push_back(event.token);
    if (event.has_logprob) {
      TokenProbability& token = pending_.emplace_back();
      token.token = event.token;
      token.logprob = event.logprob;
      for (const auto& top : event.top_logprobs) token.top.emplace_back(top.token, top.logprob);
    }
    emit(event.id, filter_.push(decoder_.push(event.token)), sink);
    return !filter_.stopped();
  }

  void end(RequestId id, TextSink& sink) {
    if (filter_.stopped()) return;
    std::string rest = filter_.push(decoder_.finish());
    if (!filter_.stopped()) rest += filter_.flush();
    if (!rest.empty() || !pending_.empty()) sink.on_text(id, rest, pending_);
  }

  const std::string& stop() const { return filter_.found(); }
  std::vector<int32_t> take_tokens() { return std::move(tokens_); }

 private:
  void emit(RequestId id, std::string_view text, TextSink& sink) {
    if (text.empty()) return;
    sink.on_text(id, text, pending_);
    pending_.clear();
  }

  tokenizer::StreamDecoder decoder_;
  StopFilter filter_;
  std::vector<TokenProbability> pending_;  // tokens whose text is not out yet
  std::vector<int32_t> tokens_;
  bool keep_;
};

// Turns the engine's events into text.
class TextEngine::Adapter final : public engine::EventSink {
 public:
  Adapter(TextEngine& owner, TextSink& sink) : owner_(owner), sink_(sink) {}

  engine::TokenAction on_token(const engine::TokenEvent& event) override {
    const auto stream = owner_.streams_.find(event.id);
    if (stream == owner_.streams_.end()) return engine::TokenAction::kStop;
    return stream->second->take(event, sink_) ? engine::TokenAction::kContinue
                                              : engine::TokenAction::kStop;
  }
  void on_finished(engine::SequenceId id, const engine::Finished& finished) override {
    const auto stream = owner_.streams_.find(id);
    if (stream == owner_.streams_.end()) return;
    stream->second->end(id, sink_);
    sink_.on_done(id, {.reason = finished.reason,
                       .stop = stream->second->stop(),
                       .error = finished.error,
                       .stats = finished.stats,
                       .tokens = stream->second->take_tokens()});
    owner_.streams_.erase(id);
  }
  void on_prompt_progress(engine::SequenceId id, uint32_t done, uint32_t total) override {
    sink_.on_prompt_progress(id, done, total);
  }
  void on_shifted(engine::SequenceId id, uint32_t discarded) override {
    sink_.on_shifted(id, discarded);
  }

 private:
  TextEngine& owner_;
  TextSink& sink_;
};

TextEngine::TextEngine(Model& model) : model_(model) {}
TextEngine::~TextEngine() = default;

Result<RequestId> TextEngine::submit(TextRequest request) {
  auto stream = std::make_unique<Stream>(model_.tokenizer(), std::move(request.options.stop),
                                         request.shown, request.keep_tokens);
  const std::span<const int32_t> eog = model_.tokenizer().end_ids();
  LAR_TRY(const RequestId id, model_.engine().submit({.prompt = std::move(request.prompt),
                                                      .params = std::move(request.options.sampling),
                                                      .mask = std::move(request.mask),
                                                      .eog_tokens = {eog.begin(), eog.end()},
                                                      .max_tokens = request.options.num_predict,
                                                      .shift = request.shift,
                                                      .num_keep = request.options.num_keep,
                                                      .context = request.context}));
  streams_.emplace(id, std::move(stream));
  return id;
}

bool TextEngine::cancel(RequestId id) {
  return model_.engine().cancel(id);
}

bool TextEngine::step(TextSink& sink) {
  Adapter adapter(*this, sink);
  return model_.engine().step(adapter);
}

FittedPrompt fit_prompt(std::vector<int32_t> tokens, uint32_t context, int32_t num_keep) {
  if (tokens.size() < context) return {.tokens = std::move(tokens)};
  const size_t keep =
      num_keep < 0 ? 0 : std::min<size_t>(static_cast<size_t>(num_keep), context / 2);
  const size_t room = std::max<size_t>(1, context - std::max<size_t>(1, (context - keep) / 2));
  if (tokens.size() <= room) return {.tokens = std::move(tokens)};
  const auto dropped = static_cast<ptrdiff_t>(tokens.size() - room);
  const auto head = static_cast<ptrdiff_t>(std::min(keep, room - 1));
  tokens.erase(tokens.begin() + head, tokens.begin() + head + dropped);
  return {.tokens = std::move(tokens), .dropped = static_cast<uint32_t>(dropped)};
}

}  // namespace lar::runtime
