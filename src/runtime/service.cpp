#include "runtime/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "runtime/prompt_builder.h"

namespace lar::runtime {
namespace {

// A generation on its way.
struct Job {
  RequestId id = 0;  // the caller's
  bool return_context = false;
  std::vector<int32_t> prompt;  // where return_context
  GenerateDone done;            // what is known before the end
};

DoneReason done_reason(engine::FinishReason reason) {
  switch (reason) {
    case engine::FinishReason::kLength: return DoneReason::kLength;
    case engine::FinishReason::kCancelled: return DoneReason::kCancelled;
    default: return DoneReason::kStop;
  }
}

Alternative alternative(const tokenizer::Tokenizer& tokenizer, int32_t token, float logprob) {
  Alternative result{.token = token, .logprob = logprob};
  if (tokenizer.valid(token)) result.text = tokenizer.piece(token);
  return result;
}

// What the options of a request ask for and the loaded model cannot give.
std::vector<std::string> warnings_of(const Options& options, const Model& model) {
  std::vector<std::string> warnings = unhonoured(options);
  if (options.num_ctx && *options.num_ctx > model.context()) {
    warnings.push_back(
        fmt::format("num_ctx: the model is loaded with a context of {} tokens", model.context()));
  }
  return warnings;
}

uint32_t context_of(const Options& options, const Model& model) {
  return std::min(options.num_ctx.value_or(model.context()), model.context());
}

}  // namespace

struct Service::Impl final : TextSink {
  Impl(std::unique_ptr<Model> loaded, PromptBuilder prompt_builder)
      : model(std::move(loaded)), text(*model), prompts(std::move(prompt_builder)) {}

  // Each answers one kind of request; false results become the request's Error.
  Result<void> take(RequestId id, GenerateRequest&& request, ServiceSink& out);
  Result<void> take(RequestId id, EmbedRequest&& request, ServiceSink& out);
  Result<void> take(RequestId id, RerankRequest&& request, ServiceSink& out);
  Result<void> take(RequestId id, TokenizeRequest&& request, ServiceSink& out);
  Result<void> take(RequestId id, DetokenizeRequest&& request, ServiceSink& out);

  void on_text(RequestId stream,
               std::string_view piece,
               std::span<const TokenProbability> tokens) override;
  void on_done(RequestId stream, const TextDone& done) override;

  std::unique_ptr<Model> model;
  TextEngine text;
  PromptBuilder prompts;
  Abilities abilities;
  Totals totals;
  std::unordered_map<RequestId, Job> jobs;           // by the engine's id
  std::unordered_map<RequestId, RequestId> streams;  // the engine's id by the caller's
  ServiceSink* sink = nullptr;                       // during a step
};

Result<void> Service::Impl::take(RequestId id, GenerateRequest&& request, ServiceSink& out) {
  const uint32_t context = context_of(request.options, *model);
  LAR_TRY(BuiltPrompt prompt, prompts.build(request, context));
  const auto prompt_tokens = static_cast<uint32_t>(prompt.tokens.size());
  if (request.kind == GenerateRequest::Kind::kEcho) {
    out.on_event(id, PromptInfo{.tokens = prompt_tokens, .rendered = std::move(prompt.rendered)});
    out.on_event(id, GenerateDone{.prompt_tokens = prompt_tokens, .truncation = prompt.truncation});
    return {};
  }
  std::unique_ptr<sampling::TokenMask> mask;
  if (request.constraint.kind != Constraint::Kind::kNone) {
    const bool thinks = request.kind == GenerateRequest::Kind::kChat && abilities.thinking &&
                        request.think != Think::kOff;
    LAR_TRY(mask, model->constrainer().mask({.constraint = std::move(request.constraint)},
                                            thinking_part(prompt.rendered, thinks)));
  }
  Job job{.id = id, .return_context = request.return_context};
  job.done.truncation = prompt.truncation;
  job.done.warnings = warnings_of(request.options, *model);
  std::ranges::move(prompt.warnings, std::back_inserter(job.done.warnings));
  if (request.return_context) job.prompt = prompt.tokens;
  LAR_TRY(const RequestId stream, text.submit({.prompt = std::move(prompt.tokens),
                                               .options = std::move(request.options),
                                               .shift = request.shift,
                                               .context = context,
                                               .mask = std::move(mask),
                                               .keep_tokens = request.return_context}));
  streams.emplace(id, stream);
  jobs.emplace(stream, std::move(job));
  out.on_event(id, PromptInfo{.tokens = prompt_tokens});
  return {};
}

Result<void> Service::Impl::take(RequestId, EmbedRequest&&, ServiceSink&) {
  return fail(Code::kUnsupported, "this model does not support embeddings");
}

Result<void> Service::Impl::take(RequestId, RerankRequest&&, ServiceSink&) {
  return fail(Code::kUnsupported, "this model does not support reranking");
}

Result<void> Service::Impl::take(RequestId id, TokenizeRequest&& request, ServiceSink& out) {
  LAR_TRY(auto tokens,
          model->tokenizer().encode(request.text, {.add_special = request.add_special,
                                                   .parse_special = request.parse_special}));
  out.on_event(id, TokenizeResult{.tokens = std::move(tokens)});
  return {};
}

Result<void> Service::Impl::take(RequestId id, DetokenizeRequest&& request, ServiceSink& out) {
  out.on_event(
      id, DetokenizeResult{.text = model->tokenizer().decode(request.tokens, {.special = true})});
  return {};
}

void Service::Impl::on_text(RequestId stream,
                            std::string_view piece,
                            std::span<const TokenProbability> tokens) {
  const auto found = jobs.find(stream);
  if (found == jobs.end()) return;
  GenerateDelta delta{.content = std::string(piece)};
  for (const TokenProbability& token : tokens) {
    TokenLogprobs& added = delta.logprobs.emplace_back();
    added.chosen = alternative(model->tokenizer(), token.token, token.logprob);
    for (const auto& [other, logprob] : token.top) {
      added.top.push_back(alternative(model->tokenizer(), other, logprob));
    }
  }
  sink->on_event(found->second.id, std::move(delta));
}

void Service::Impl::on_done(RequestId stream, const TextDone& ended) {
  const auto found = jobs.find(stream);
  if (found == jobs.end()) return;
  Job job = std::move(found->second);
  jobs.erase(found);
  streams.erase(job.id);
  const engine::SequenceStats& stats = ended.stats;
  totals.prompt_tokens += stats.prompt_tokens;
  totals.cached_tokens += stats.cached_tokens;
  totals.generated_tokens += stats.generated_tokens;
  if (ended.error) {
    sink->on_event(job.id, Error(*ended.error));
    return;
  }
  GenerateDone done = std::move(job.done);
  done.reason = done_reason(ended.reason);
  done.stop = ended.stop;
  done.prompt_tokens = stats.prompt_tokens;
  done.cached_tokens = stats.cached_tokens;
  done.generated_tokens = stats.generated_tokens;
  done.shifted_tokens = stats.discarded_tokens;
  done.queued = stats.queued;
  done.prompt = stats.prompt;
  done.generation = stats.generation;
  if (job.return_context) {
    done.context = std::move(job.prompt);
    done.context.insert(done.context.end(), ended.tokens.begin(), ended.tokens.end());
  }
  sink->on_event(job.id, std::move(done));
}

Service::Service(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Service::~Service() = default;

Result<std::unique_ptr<Service>> Service::create(std::unique_ptr<Model> model, PromptStyle style) {
  LAR_TRY(PromptBuilder prompts,
          with_context(PromptBuilder::create(model->tokenizer(), model->chat_template(), style),
                       model->file().name()));
  auto impl = std::make_unique<Impl>(std::move(model), std::move(prompts));
  if (const chat::ChatTemplate* chat_template = impl->prompts.chat_template()) {
    const chat::TemplateTraits& traits = chat_template->traits();
    impl->abilities = {.chat = true, .tools = traits.tools, .thinking = traits.thinking};
  }
  impl->abilities.infill = has_infill_tokens(impl->model->tokenizer());
  return std::unique_ptr<Service>(new Service(std::move(impl)));
}

void Service::submit(RequestId id, Request request, ServiceSink& sink) {
  const Result<void> taken = std::visit(
      [&](auto&& kind) { return impl_->take(id, std::move(kind), sink); }, std::move(request));
  if (!taken) sink.on_event(id, Error(taken.error()));
}

bool Service::cancel(RequestId id) {
  const auto found = impl_->streams.find(id);
  return found != impl_->streams.end() && impl_->text.cancel(found->second);
}

bool Service::step(ServiceSink& sink) {
  impl_->sink = &sink;
  const bool more = impl_->text.step(*impl_);
  impl_->sink = nullptr;
  return more;
}

const Abilities& Service::abilities() const {
  return impl_->abilities;
}

Model& Service::model() {
  return *impl_->model;
}

const Model& Service::model() const {
  return *impl_->model;
}

const Service::Totals& Service::totals() const {
  return impl_->totals;
}

}  // namespace lar::runtime
