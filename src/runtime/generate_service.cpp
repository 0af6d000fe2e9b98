#include "runtime/generate_service.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "chat/json.h"
#include "chat/parsers/detect.h"
#include "runtime/answer_parser.h"
#include "runtime/constraint.h"
#include "runtime/free_thinking.h"
#include "runtime/text_requests.h"
#include "runtime/tool_grammar.h"

namespace lar::runtime {
namespace {

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

TokenLogprobs logprobs_of(const tokenizer::Tokenizer& tokenizer, const TokenProbability& token) {
  TokenLogprobs result{.chosen = alternative(tokenizer, token.token, token.logprob)};
  for (const auto& [other, logprob] : token.top) {
    result.top.push_back(alternative(tokenizer, other, logprob));
  }
  return result;
}

void take_stats(GenerateDone& done, const engine::SequenceStats& stats) {
  done.prompt_tokens = stats.prompt_tokens;
  done.cached_tokens = stats.cached_tokens;
  done.generated_tokens = stats.generated_tokens;
  done.shifted_tokens = stats.discarded_tokens;
  done.queued = stats.queued;
  done.prompt = stats.prompt;
  done.generation = stats.generation;
}

Result<chat::Value> tools_of(const GenerateRequest& request) {
  if (request.tools.empty()) return chat::Value();
  return with_context(chat::parse_json(request.tools), "tools");
}

std::optional<bool> wish_to_think(Think think) {
  if (think == Think::kDefault) return std::nullopt;
  return think != Think::kOff;
}

// The text of a last message of the assistant, which the model continues.
std::string_view begun_answer(const GenerateRequest& request) {
  if (request.messages.empty() || request.messages.back().role != "assistant" ||
      !request.messages.back().tool_calls.empty()) {
    return {};
  }
  return request.messages.back().content;
}

}  // namespace

// A generation on its way.
struct GenerateService::Job {
  ServiceId id = 0;
  // Where the context is to be returned.
  bool return_context = false;
  std::vector<int32_t> prompt;
  std::string text;  // of the prompt and, as it comes, of the answer; empty if the prompt was cut
  std::shared_ptr<const Dialect> dialect;  // shared with Dialects
  std::optional<AnswerParser> parser;      // none: all text is content
  bool one_call = false;                   // the answer ends with its first tool call
  bool stopped = false;                    // it has: the rest is dropped
  GenerateDone done;                       // what is known before the end
};

Result<std::unique_ptr<Service>> GenerateService::load(std::shared_ptr<const gguf::File> file,
                                                       const LoadOptions& options,
                                                       const PromptStyle& style) {
  LAR_TRY(auto model, Model::load(std::move(file), options));
  LAR_TRY(Dialects dialects, Dialects::create(*model, style));
  return std::unique_ptr<Service>(new GenerateService(std::move(model), std::move(dialects)));
}

GenerateService::GenerateService(std::unique_ptr<Model> model, Dialects dialects)
    : model_(std::move(model)), text_(*model_), dialects_(std::move(dialects)) {
  facts_.info = model_->info();
  facts_.memory = model_->memory();
  facts_.context = model_->context();
  const PromptBuilder::Abilities& abilities = dialects_.loaded().prompts.abilities();
  facts_.chat = abilities.chat;
  facts_.tools = abilities.tools;
  facts_.thinking = abilities.thinking;
  facts_.infill = abilities.infill;
}

GenerateService::~GenerateService() = default;

std::vector<std::string> GenerateService::warnings_of(const Options& options) const {
  std::vector<std::string> warnings = unhonoured(options);
  if (options.num_ctx && *options.num_ctx > model_->context()) {
    warnings.push_back(
        fmt::format("num_ctx: the model is loaded with a context of {} tokens", model_->context()));
  }
  return warnings;
}

// What the answer must be: the form that is asked for, or a call of one of the tools.
Result<GrammarSpec> GenerateService::grammar_of(const GenerateRequest& request,
                                                const Dialect& dialect) const {
  const ToolChoice& choice = request.tool_choice;
  if (choice.kind == ToolChoice::Kind::kAuto || choice.kind == ToolChoice::Kind::kNone) {
    return GrammarSpec{.constraint = request.constraint};
  }
  if (request.constraint.kind != Constraint::Kind::kNone) {
    return fail(Code::kInvalidArgument,
                "an answer cannot be a tool call and have a format at the same time");
  }
  LAR_TRY(const chat::Value tools, tools_of(request));
  return tool_call_grammar(dialect.format, model_->tokenizer(), tools, choice);
}

Result<std::unique_ptr<sampling::TokenMask>> GenerateService::mask_of(
    const GenerateRequest& request, const Dialect& dialect, const chat::OutputOptions& reading) {
  LAR_TRY(const GrammarSpec grammar, grammar_of(request, dialect));
  if (grammar.constraint.kind == Constraint::Kind::kNone) return nullptr;
  if (request.kind != GenerateRequest::Kind::kChat) {
    return model_->constrainer().mask(grammar, {});
  }
  const bool content = request.constraint.kind != Constraint::Kind::kNone;
  return model_->constrainer().mask(
      grammar, free_thinking(dialect.format, reading,
                             content ? Constrained::kContent : Constrained::kToolCall));
}

void GenerateService::open_parser(Job& job,
                                  const GenerateRequest& request,
                                  const chat::OutputOptions& reading) {
  const chat::OutputFormat& format = job.dialect->format;
  if (request.kind != GenerateRequest::Kind::kChat || !request.parse_output ||
      format.machine == chat::Machine::kPlain) {
    return;
  }
  job.parser.emplace(format, reading);
  job.one_call = !request.tool_choice.parallel;
}

Result<void> GenerateService::take(ServiceId id, GenerateRequest&& request, ServiceSink& sink) {
  const uint32_t context =
      std::min(request.options.num_ctx.value_or(model_->context()), model_->context());
  LAR_TRY(auto dialect, dialects_.find(request.go_template));
  request.go_template.reset();
  LAR_TRY(BuiltPrompt prompt, dialect->prompts.build(request, context));
  const auto prompt_tokens = static_cast<uint32_t>(prompt.tokens.size());
  if (request.kind == GenerateRequest::Kind::kEcho) {
    sink.on_event(id, PromptInfo{.tokens = prompt_tokens, .rendered = std::move(prompt.rendered)});
    sink.on_event(id,
                  GenerateDone{.prompt_tokens = prompt_tokens, .truncation = prompt.truncation});
    return {};
  }
  LAR_TRY(chat::Value tools, tools_of(request));
  const chat::OutputOptions reading =
      chat::options_for_prompt(dialect->format, prompt.rendered, std::move(tools),
                               wish_to_think(request.think), begun_answer(request));
  LAR_TRY(auto mask, mask_of(request, *dialect, reading));
  auto job = std::make_unique<Job>();
  job->id = id;
  job->dialect = std::move(dialect);
  job->return_context = request.return_context;
  if (request.return_context) {
    job->prompt.assign(prompt.tokens.begin() + (prompt.bos_added ? 1 : 0), prompt.tokens.end());
    if (prompt.truncation.dropped_tokens == 0) job->text = prompt.rendered;
  }
  job->done.truncation = prompt.truncation;
  job->done.warnings = warnings_of(request.options);
  std::ranges::move(prompt.warnings, std::back_inserter(job->done.warnings));
  open_parser(*job, request, reading);
  // The beginning token is kept beside those that were asked for.
  int32_t& keep = request.options.num_keep;
  if (prompt.bos_added && keep >= 0 && keep < INT32_MAX) ++keep;
  std::vector<int32_t> shown;
  if (job->parser) shown = job->dialect->marks;
  LAR_TRY(const RequestId stream, text_.submit({.prompt = std::move(prompt.tokens),
                                                .options = std::move(request.options),
                                                .shift = request.shift,
                                                .context = context,
                                                .mask = std::move(mask),
                                                .shown = std::move(shown),
                                                .keep_tokens = request.return_context}));
  streams_.emplace(id, stream);
  jobs_.emplace(stream, std::move(job));
  sink.on_event(id, PromptInfo{.tokens = prompt_tokens});
  return {};
}

Result<void> GenerateService::take(ServiceId, EmbedRequest&&, ServiceSink&) {
  return fail(Code::kUnsupported, "this model does not support embeddings");
}

Result<void> GenerateService::take(ServiceId, RerankRequest&&, ServiceSink&) {
  return fail(Code::kUnsupported, "this model does not support reranking");
}

Result<void> GenerateService::take(ServiceId id, TokenizeRequest&& request, ServiceSink& sink) {
  LAR_TRY(auto result, tokenize(model_->tokenizer(), request));
  sink.on_event(id, std::move(result));
  return {};
}

Result<void> GenerateService::take(ServiceId id, DetokenizeRequest&& request, ServiceSink& sink) {
  LAR_TRY(auto result, detokenize(model_->tokenizer(), request));
  sink.on_event(id, std::move(result));
  return {};
}

void GenerateService::submit(ServiceId id, Request request, ServiceSink& sink) {
  const Result<void> taken =
      std::visit([&](auto&& kind) { return take(id, std::forward<decltype(kind)>(kind), sink); },
                 std::move(request));
  if (!taken) sink.on_event(id, Error(taken.error()));
}

void GenerateService::cancel(ServiceId id) {
  const auto found = streams_.find(id);
  if (found != streams_.end()) text_.cancel(found->second);
}

bool GenerateService::step(ServiceSink& sink) {
  sink_ = &sink;
  const bool more = text_.step(*this);
  sink_ = nullptr;
  return more;
}

void GenerateService::on_text(RequestId stream,
                              std::string_view text,
                              std::span<const TokenProbability> tokens) {
  const auto found = jobs_.find(stream);
  if (found == jobs_.end()) return;
  Job& job = *found->second;
  if (job.stopped) return;
  if (!job.text.empty()) job.text += text;
  GenerateDelta delta;
  if (job.parser) {
    auto parsed = job.parser->feed(text);
    if (!parsed) return give_up(stream, parsed.error());
    delta = std::move(*parsed);
  } else {
    delta.content = text;
  }
  for (const TokenProbability& token : tokens) {
    delta.logprobs.push_back(logprobs_of(model_->tokenizer(), token));
  }
  send(job, std::move(delta));
  if (job.one_call && job.parser && job.parser->calls_ended() > 0) {
    job.stopped = true;
    text_.cancel(stream);
  }
}

void GenerateService::send(Job& job, GenerateDelta&& delta) {
  if (empty(delta)) return;
  delta.made = std::chrono::system_clock::now().time_since_epoch();
  sink_->on_event(job.id, std::move(delta));
}

void GenerateService::give_up(RequestId stream, const Error& error) {
  const auto found = jobs_.find(stream);
  const ServiceId id = found->second->id;
  jobs_.erase(found);
  streams_.erase(id);
  text_.cancel(stream);
  sink_->on_event(id, Error(error));
}

// What a next request continues from. Where a stop string has cut the answer, that is the text that
// was given and not the tokens that were generated.
std::vector<int32_t> GenerateService::context_of(Job& job, const TextDone& ended) const {
  if (!ended.stop.empty() && !job.text.empty()) {
    auto tokens =
        model_->tokenizer().encode(job.text, {.add_special = false, .parse_special = true});
    if (tokens) return std::move(*tokens);
  }
  std::vector<int32_t> context = std::move(job.prompt);
  context.insert(context.end(), ended.tokens.begin(), ended.tokens.end());
  return context;
}

void GenerateService::on_done(RequestId stream, const TextDone& ended) {
  const engine::SequenceStats& stats = ended.stats;
  totals_.prompt_tokens += stats.prompt_tokens;
  totals_.cached_tokens += stats.cached_tokens;
  totals_.generated_tokens += stats.generated_tokens;
  const auto found = jobs_.find(stream);
  if (found == jobs_.end()) return;
  if (found->second->parser && !ended.error && !found->second->stopped) {
    auto rest = found->second->parser->finish();
    if (!rest) return give_up(stream, rest.error());
    send(*found->second, std::move(*rest));
  }
  const std::unique_ptr<Job> job = std::move(found->second);
  jobs_.erase(found);
  streams_.erase(job->id);
  if (ended.error) {
    sink_->on_event(job->id, Error(*ended.error));
    return;
  }
  GenerateDone done = std::move(job->done);
  done.reason = job->stopped ? DoneReason::kStop : done_reason(ended.reason);
  done.stop = ended.stop;
  take_stats(done, stats);
  if (job->parser && !job->parser->thinking().empty()) {
    const auto thought =
        model_->tokenizer().encode(job->parser->thinking(), {.add_special = false});
    if (thought) done.reasoning_tokens = static_cast<uint32_t>(thought->size());
  }
  if (job->return_context) done.context = context_of(*job, ended);
  sink_->on_event(job->id, std::move(done));
}

ServiceLoad GenerateService::current_load() const {
  const engine::EngineLoad load = std::as_const(*model_).engine().load();
  ServiceLoad result = totals_;
  result.running = load.running;
  result.waiting = load.waiting;
  result.blocks = load.blocks;
  result.blocks_in_use = load.blocks_in_use;
  result.blocks_cached = load.blocks_cached;
  return result;
}

}  // namespace lar::runtime
