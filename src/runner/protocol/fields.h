// The fields of everything that crosses the boundary, in the order of their bytes.
#pragma once

#include "runner/protocol/archive.h"
#include "runner/protocol/messages.h"

// Each list names all fields of its struct; a round-trip test fills every one of them.
namespace lar {

template <class A>
void fields(A& a, Error& v) {
  a(v.code, v.message);
}
template <class A>
void fields(A& a, IsaSet& v) {
  a(v.bits);
}

namespace sampling {
template <class A>
void fields(A& a, LogitBias& v) {
  a(v.token, v.bias);
}
template <class A>
void fields(A& a, Params& v) {
  a(v.temperature, v.top_k, v.top_p, v.min_p, v.typical_p, v.top_n_sigma);
  a(v.repeat_last_n, v.repeat_penalty, v.presence_penalty, v.frequency_penalty);
  a(v.dry_multiplier, v.dry_base, v.dry_allowed_length, v.dry_penalty_last_n, v.dry_breakers);
  a(v.xtc_probability, v.xtc_threshold, v.mirostat, v.mirostat_tau, v.mirostat_eta);
  a(v.logit_bias, v.seed, v.top_logprobs);
}
}  // namespace sampling

namespace backend {
template <class A>
void fields(A& a, MemoryItem& v) {
  a(v.what, v.bytes, v.mapped);
}
template <class A>
void fields(A& a, MemoryPlan& v) {
  a(v.items);
}
}  // namespace backend

namespace runtime {
template <class A>
void fields(A& a, Options& v) {
  a(v.sampling, v.num_predict, v.num_keep, v.stop, v.num_ctx, v.num_batch, v.num_thread);
  a(v.num_gpu, v.main_gpu, v.use_mmap, v.draft_num_predict);
}
template <class A>
void fields(A& a, LoadOptions& v) {
  a(v.threads, v.isas, v.context, v.parallel, v.sequences, v.batch, v.kv_type);
}
template <class A>
void fields(A& a, PromptStyle& v) {
  a(v.go_template, v.renderer, v.parser);
}
template <class A>
void fields(A& a, CalledTool& v) {
  a(v.id, v.name, v.arguments);
}
template <class A>
void fields(A& a, ChatMessage& v) {
  a(v.role, v.content, v.thinking, v.tool_calls, v.tool_name, v.tool_call_id);
}
template <class A>
void fields(A& a, Constraint& v) {
  a(v.kind, v.text);
}
template <class A>
void fields(A& a, ToolChoice& v) {
  a(v.kind, v.function, v.parallel);
}
template <class A>
void fields(A& a, GenerateRequest& v) {
  a(v.kind, v.messages, v.tools, v.tool_choice, v.think, v.prompt, v.suffix, v.context);
  a(v.go_template, v.constraint, v.options, v.truncate, v.shift, v.parse_output, v.return_context);
}
template <class A>
void fields(A& a, Alternative& v) {
  a(v.token, v.text, v.logprob);
}
template <class A>
void fields(A& a, TokenLogprobs& v) {
  a(v.chosen, v.top);
}
template <class A>
void fields(A& a, ToolCallDelta& v) {
  a(v.index, v.name, v.arguments, v.done, v.id);
}
template <class A>
void fields(A& a, GenerateDelta& v) {
  a(v.content, v.thinking, v.tool_calls, v.logprobs, v.made);
}
template <class A>
void fields(A& a, PromptTruncation& v) {
  a(v.dropped_messages, v.dropped_tokens);
}
template <class A>
void fields(A& a, GenerateDone& v) {
  a(v.reason, v.stop, v.prompt_tokens, v.cached_tokens, v.generated_tokens, v.reasoning_tokens);
  a(v.shifted_tokens, v.queued, v.prompt, v.generation, v.truncation, v.context, v.warnings);
}
template <class A>
void fields(A& a, PromptInfo& v) {
  a(v.tokens, v.rendered);
}
template <class A>
void fields(A& a, EmbedRequest& v) {
  a(v.inputs, v.truncate, v.dimensions, v.normalize, v.num_ctx);
}
template <class A>
void fields(A& a, EmbedResult& v) {
  a(v.vectors, v.tokens, v.warnings);
}
template <class A>
void fields(A& a, RerankRequest& v) {
  a(v.query, v.documents);
}
template <class A>
void fields(A& a, RerankResult& v) {
  a(v.scores, v.tokens, v.warnings);
}
template <class A>
void fields(A& a, TokenizeRequest& v) {
  a(v.text, v.add_special, v.parse_special);
}
template <class A>
void fields(A& a, TokenizeResult& v) {
  a(v.tokens);
}
template <class A>
void fields(A& a, DetokenizeRequest& v) {
  a(v.tokens);
}
template <class A>
void fields(A& a, DetokenizeResult& v) {
  a(v.text);
}
}  // namespace runtime

namespace runner {
template <class A>
void fields(A& a, Loaded& v) {
  a(v.context, v.parallel, v.vocab, v.embedding_width, v.architecture, v.memory);
  a(v.chat, v.tools, v.thinking, v.infill, v.embeds, v.reranks, v.sandbox, v.warnings);
}
template <class A>
void fields(A& a, RunnerStats& v) {
  a(v.running, v.waiting, v.blocks, v.blocks_in_use, v.blocks_cached);
  a(v.generated_tokens, v.prompt_tokens, v.cached_tokens, v.resident_bytes);
}
template <class A>
void fields(A& a, LoadMessage& v) {
  a(v.name, v.model_files, v.style, v.options, v.sandbox);
}
template <class A>
void fields(A& a, SubmitMessage& v) {
  a(v.id, v.request);
}
template <class A>
void fields(A& a, CancelMessage& v) {
  a(v.id);
}
template <class A>
void fields(A& a, PingMessage& v) {
  a(v.number);
}
template <class A>
void fields(A& a, ProgressMessage& v) {
  a(v.done_bytes, v.total_bytes);
}
template <class A>
void fields(A& a, LoadFailedMessage& v) {
  a(v.error);
}
template <class A>
void fields(A& a, EventMessage& v) {
  a(v.id, v.event);
}
template <class A>
void fields(A& a, PongMessage& v) {
  a(v.number, v.steps, v.working, v.stats);
}
}  // namespace runner

}  // namespace lar
