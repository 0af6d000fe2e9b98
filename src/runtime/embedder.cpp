#include "runtime/embedder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "backend/cpu/cpu_backend.h"
#include "runtime/embedding_vector.h"

namespace lar::runtime {
namespace {

using models::Pooling;

// Positions a block of a decoder's cache holds: few, as texts are short. Where nothing outlives the
// step, one a block wastes none.
constexpr uint32_t kBlockTokens = 16;

// Texts of a step. More would only make the tables longer.
constexpr uint32_t kSequencesMax = 256;

uint32_t blocks_for(uint32_t tokens, uint32_t block_tokens) {
  return tokens / block_tokens + (tokens % block_tokens != 0 ? 1 : 0);
}

uint32_t context_of(const program::Program& program, const LoadOptions& options) {
  return std::max(1U, std::min(options.context, program.context_train));
}

backend::CompileOptions embed_options(const program::Program& program,
                                      Pooling pooling,
                                      const LoadOptions& options) {
  const uint32_t context = context_of(program, options);
  const bool whole = is_bidirectional(program);
  backend::CompileOptions result;
  result.limits.tokens = std::max({1U, options.batch, whole ? context : 1U});
  result.limits.sequences = std::min(result.limits.tokens, kSequencesMax);
  result.limits.outputs =
      pooling == Pooling::kMean ? result.limits.tokens : result.limits.sequences;
  // What lives for one step only need not be small.
  result.kv.type = whole ? DType::kF32 : options.kv_type;
  result.kv.block_tokens = whole ? 1 : kBlockTokens;
  result.kv.blocks = blocks_for(std::max(context, result.limits.tokens), result.kv.block_tokens);
  return result;
}

Result<Pooling> require_pooling(const gguf::File& file) {
  LAR_TRY(const auto pooling, models::read_pooling(file));
  if (pooling) return *pooling;
  return fail(Code::kUnsupported,
              file.name() + ": the model generates text and makes no embeddings");
}

// Whether the older embeddings endpoint of Ollama gives vectors of such a file as they are.
Result<bool> is_raw(const gguf::File& file, const std::string& arch) {
  LAR_TRY(const auto normalized, file.optional_bool(arch + ".normalize_embeddings"));
  if (arch == "nomic-bert" || arch == "nomic-bert-moe") return !normalized.value_or(false);
  if (arch != "bert") return false;
  LAR_TRY(const auto tokenizer, file.optional_string("tokenizer.ggml.model"));
  return !normalized.value_or(true) || tokenizer.value_or("") != "bert";
}

}  // namespace

struct Embedder::Text {
  Job* job = nullptr;  // borrowed: it owns this text
  size_t index = 0;    // in the request
  std::vector<int32_t> tokens;
  uint32_t second_text = 0;
  uint32_t done = 0;  // tokens
  std::vector<double> sum;
  std::vector<float> vector;
  std::vector<int32_t> blocks;
};

struct Embedder::Job {
  EmbedId id = 0;
  bool reranks = false;
  VectorForm form;
  std::vector<Text> texts;
  size_t first = 0;  // texts before it are complete
  size_t next = 0;   // texts from it on are not begun
  EmbedResult vectors;
  RerankResult scores;
  std::optional<Error> error;
};

// A text's part of the step.
struct Embedder::Share {
  Text* text = nullptr;
  uint32_t tokens = 0;
  uint32_t outputs = 0;
};

Result<backend::MemoryPlan> Embedder::plan(const gguf::File& file, const LoadOptions& options) {
  LAR_TRY(const Pooling pooling, require_pooling(file));
  LAR_TRY(const program::Program program, models::build_embedding(file, pooling));
  const backend::CpuBackend backend({.threads = options.threads, .isas = options.isas});
  return backend.plan(program, embed_options(program, pooling, options));
}

Result<std::unique_ptr<Embedder>> Embedder::load(std::shared_ptr<const gguf::File> file,
                                                 const LoadOptions& options) {
  std::unique_ptr<Embedder> embedder(new Embedder());
  embedder->file_ = std::move(file);
  const gguf::File& gguf = *embedder->file_;
  embedder->info_ = describe(gguf);
  LAR_TRY(embedder->pooling_, require_pooling(gguf));
  LAR_TRY(const program::Program program, models::build_embedding(gguf, embedder->pooling_));
  LAR_TRY(embedder->tokenizer_, with_context(tokenizer::Tokenizer::create(gguf), gguf.name()));
  if (embedder->tokenizer_->size() > program.vocab) {
    return fail(Code::kDataCorrupt,
                fmt::format("{}: the vocabulary has {} tokens, the embeddings only {}", gguf.name(),
                            embedder->tokenizer_->size(), program.vocab));
  }
  LAR_TRY(embedder->raw_, is_raw(gguf, embedder->info_.architecture));
  LAR_TRY(const auto pair_template, gguf.optional_string("tokenizer.chat_template.rerank"));
  embedder->texts_ =
      std::make_unique<EmbedTexts>(*embedder->tokenizer_, std::string(pair_template.value_or("")));
  embedder->bidirectional_ = is_bidirectional(program);
  embedder->context_ = context_of(program, options);
  embedder->width_ = program.values[static_cast<size_t>(program.hidden)].cols;
  embedder->labels_ = program.labels;

  const backend::CompileOptions compile = embed_options(program, embedder->pooling_, options);
  embedder->limits_ = compile.limits;
  embedder->block_tokens_ = compile.kv.block_tokens;
  embedder->backend_ = std::make_unique<backend::CpuBackend>(
      backend::CpuOptions{.threads = options.threads, .isas = options.isas});
  LAR_TRY(embedder->executable_, embedder->backend_->compile(program, compile));
  embedder->free_blocks_.resize(compile.kv.blocks);
  std::iota(embedder->free_blocks_.rbegin(), embedder->free_blocks_.rend(), 0);
  return embedder;
}

Embedder::~Embedder() = default;

Result<EmbedId> Embedder::submit(const EmbedRequest& request) {
  if (reranks()) {
    return fail(Code::kUnsupported, "the model scores documents for a query; it makes no vectors");
  }
  if (request.inputs.size() > EmbedLimits::kMaxTexts) {
    return fail(Code::kResourceExhausted,
                fmt::format("{} inputs in one request; at most {}", request.inputs.size(),
                            EmbedLimits::kMaxTexts));
  }
  auto job = std::make_unique<Job>();
  job->form = {.normalize = request.normalize || !raw_, .dimensions = request.dimensions};
  job->vectors.vectors.resize(request.inputs.size());
  const uint32_t context = std::min(context_, request.num_ctx.value_or(context_));
  for (const std::string& input : request.inputs) {
    LAR_TRY(EmbedText text, texts_->text(input, context, request.truncate));
    if (text.tokens.size() > context_) {
      return fail(Code::kInvalidArgument, "the input length exceeds the context length");
    }
    if (text.dropped > 0) {
      job->vectors.warnings.push_back(
          fmt::format("input {} was cut from {} to {} tokens", job->texts.size(),
                      text.tokens.size() + text.dropped, text.tokens.size()));
    }
    job->vectors.tokens += static_cast<uint32_t>(text.tokens.size());
    job->texts.push_back({.index = job->texts.size(), .tokens = std::move(text.tokens)});
  }
  return enqueue(std::move(job));
}

Result<EmbedId> Embedder::submit(const RerankRequest& request) {
  if (!reranks()) {
    return fail(Code::kUnsupported, "the model makes vectors; it has no head to rank documents");
  }
  if (request.documents.size() > EmbedLimits::kMaxTexts) {
    return fail(Code::kResourceExhausted,
                fmt::format("{} documents in one request; at most {}", request.documents.size(),
                            EmbedLimits::kMaxTexts));
  }
  auto job = std::make_unique<Job>();
  job->reranks = true;
  job->scores.scores.resize(request.documents.size());
  for (const std::string& document : request.documents) {
    LAR_TRY(EmbedText text, texts_->pair(request.query, document, context_));
    if (text.tokens.empty()) return fail(Code::kInvalidArgument, "the input has no tokens");
    if (text.dropped > 0) {
      job->scores.warnings.push_back(
          fmt::format("document {} was cut by {} tokens to fit", job->texts.size(), text.dropped));
    }
    job->scores.tokens += static_cast<uint32_t>(text.tokens.size());
    job->texts.push_back({.index = job->texts.size(),
                          .tokens = std::move(text.tokens),
                          .second_text = text.second_text});
  }
  return enqueue(std::move(job));
}

Result<EmbedId> Embedder::enqueue(std::unique_ptr<Job> job) {
  if (waiting_texts_ + job->texts.size() > EmbedLimits::kMaxWaitingTexts) {
    return fail(Code::kResourceExhausted,
                fmt::format("{} texts are waiting already", waiting_texts_));
  }
  for (Text& text : job->texts) text.job = job.get();
  waiting_texts_ += job->texts.size();
  job->id = ++last_id_;
  jobs_.push_back(std::move(job));
  return last_id_;
}

bool Embedder::cancel(EmbedId id) {
  const auto job = std::ranges::find(jobs_, id, [](const auto& j) { return j->id; });
  if (job == jobs_.end()) return false;
  fail_job(**job, {});
  jobs_.erase(job);
  return true;
}

bool Embedder::step(EmbedSink& sink) {
  plan_step();
  if (!shares_.empty()) {
    if (const auto done = run(); done) {
      uint32_t output = 0;
      for (const Share& share : shares_) {
        collect(share, output);
        output += share.outputs;
      }
    } else {
      for (const Share& share : shares_) fail_job(*share.text->job, done.error());
    }
  }
  finish_jobs(sink);
  return !idle();
}

// Texts that are partly done go on; then each request gives one text in turn, until the step is
// full or has something of all.
void Embedder::plan_step() {
  shares_.clear();
  tokens_.clear();
  slices_.clear();
  output_rows_.clear();
  for (const auto& job : jobs_) {
    for (size_t i = job->first; i < job->next; ++i) {
      if (job->texts[i].done < job->texts[i].tokens.size()) give(job->texts[i]);
    }
  }
  for (bool gave = true; gave;) {
    gave = false;
    for (const auto& job : jobs_) {
      if (job->next == job->texts.size() || !give(job->texts[job->next])) continue;
      ++job->next;
      gave = true;
    }
  }
}

// Puts as much of a text into the step as fits. False: nothing did.
bool Embedder::give(Text& text) {
  const auto used = static_cast<uint32_t>(tokens_.size());
  const auto left = static_cast<uint32_t>(text.tokens.size()) - text.done;
  const uint32_t count = std::min(left, limits_.tokens - used);
  if (count == 0 || (bidirectional_ && count < left)) return false;
  if (slices_.size() == limits_.sequences || !take_blocks(text)) return false;

  Share share{.text = &text, .tokens = count};
  const auto output = [&](uint32_t row) {
    output_rows_.push_back(used + row);
    ++share.outputs;
  };
  const bool first = pooling_ == Pooling::kCls || (pooling_ == Pooling::kRank && bidirectional_);
  if (pooling_ == Pooling::kMean) {
    for (uint32_t row = 0; row < count; ++row) output(row);
  } else if (first && text.done == 0) {
    output(0);
  } else if (!first && count == left) {
    output(count - 1);
  }
  slices_.push_back({.row_begin = used,
                     .tokens = count,
                     .first_position = text.done,
                     .block_table = text.blocks,
                     .second_text = text.second_text});
  const auto begin = text.tokens.begin() + text.done;
  tokens_.insert(tokens_.end(), begin, begin + count);
  shares_.push_back(share);
  return true;
}

bool Embedder::take_blocks(Text& text) {
  if (!text.blocks.empty()) return true;
  const size_t needed = blocks_for(static_cast<uint32_t>(text.tokens.size()), block_tokens_);
  if (needed > free_blocks_.size()) return false;
  const auto begin = free_blocks_.end() - static_cast<ptrdiff_t>(needed);
  text.blocks.assign(begin, free_blocks_.end());
  free_blocks_.erase(begin, free_blocks_.end());
  return true;
}

void Embedder::release_blocks(Text& text) {
  free_blocks_.insert(free_blocks_.end(), text.blocks.begin(), text.blocks.end());
  text.blocks.clear();
}

Result<void> Embedder::run() {
  return executable_->run({.tokens = tokens_,
                           .sequences = slices_,
                           .output_rows = output_rows_,
                           .want_logits = reranks()});
}

void Embedder::collect(const Share& share, uint32_t first_output) {
  Text& text = *share.text;
  text.done += share.tokens;
  for (uint32_t i = 0; i < share.outputs; ++i) {
    if (reranks()) {
      const auto scores = executable_->logits(first_output + i);
      text.vector.assign(scores.begin(), scores.end());
      continue;
    }
    const auto state = executable_->hidden(first_output + i);
    if (pooling_ != Pooling::kMean) {
      text.vector.assign(state.begin(), state.end());
      continue;
    }
    text.sum.resize(width_, 0.0);
    for (size_t c = 0; c < width_; ++c) text.sum[c] += static_cast<double>(state[c]);
  }
  if (text.done == text.tokens.size()) end_text(text);
}

void Embedder::end_text(Text& text) {
  Job& job = *text.job;
  release_blocks(text);
  if (pooling_ == Pooling::kMean) {
    const auto count = static_cast<double>(text.tokens.size());
    text.vector.resize(width_);
    for (size_t c = 0; c < width_; ++c) text.vector[c] = static_cast<float>(text.sum[c] / count);
  }
  if (job.reranks) {
    // Of several labels the first is the one that is asked for ("yes"), by its probability.
    std::vector<float>& scores = text.vector;
    const float top = *std::ranges::max_element(scores);
    double sum = 0.0;
    for (const float score : scores) sum += std::exp(static_cast<double>(score - top));
    const double probability = std::exp(static_cast<double>(scores[0] - top)) / sum;
    const float score = labels_ == 1 ? scores[0] : static_cast<float>(probability);
    if (!std::isfinite(score)) {
      return fail_job(job, {Code::kInvalidArgument, "the score is not a number"});
    }
    job.scores.scores[text.index] = score;
  } else {
    if (auto finished = finish_vector(text.vector, job.form); !finished) {
      return fail_job(job, finished.error());
    }
    job.vectors.vectors[text.index] = std::move(text.vector);
  }
}

void Embedder::fail_job(Job& job, const Error& error) {
  if (job.error) return;
  job.error = error;
  for (Text& text : job.texts) release_blocks(text);
  waiting_texts_ -= job.texts.size();
}

void Embedder::finish_jobs(EmbedSink& sink) {
  const auto complete = [&](Job& job) {
    if (job.error) return true;
    while (job.first < job.texts.size() &&
           job.texts[job.first].done == job.texts[job.first].tokens.size()) {
      job.texts[job.first++].tokens = {};
    }
    return job.first == job.texts.size();
  };
  for (size_t i = 0; i < jobs_.size();) {
    if (!complete(*jobs_[i])) {
      ++i;
      continue;
    }
    const std::unique_ptr<Job> job = std::move(jobs_[i]);
    jobs_.erase(jobs_.begin() + static_cast<ptrdiff_t>(i));
    if (job->error) {
      sink.on_failed(job->id, *job->error);
      continue;
    }
    waiting_texts_ -= job->texts.size();
    if (job->reranks) {
      sink.on_reranked(job->id, std::move(job->scores));
    } else {
      sink.on_embedded(job->id, std::move(job->vectors));
    }
  }
  // The next step begins with another request.
  if (jobs_.size() > 1) std::rotate(jobs_.begin(), jobs_.begin() + 1, jobs_.end());
}

namespace {

class OneResult final : public EmbedSink {
 public:
  void on_embedded(EmbedId, EmbedResult&& result) override { vectors = std::move(result); }
  void on_reranked(EmbedId, RerankResult&& result) override { scores = std::move(result); }
  void on_failed(EmbedId, const Error& error) override { failure = error; }

  EmbedResult vectors;
  RerankResult scores;
  std::optional<Error> failure;
};

}  // namespace

template <class Request>
Result<void> Embedder::run_alone(const Request& request, EmbedSink& sink) {
  if (!idle()) return fail(Code::kInternal, "other requests are queued");
  LAR_TRY(submit(request));
  while (step(sink)) {
  }
  return {};
}

Result<EmbedResult> Embedder::embed(const EmbedRequest& request) {
  OneResult sink;
  LAR_TRY(run_alone(request, sink));
  if (sink.failure) return std::unexpected(*std::move(sink.failure));
  return std::move(sink.vectors);
}

Result<RerankResult> Embedder::rerank(const RerankRequest& request) {
  OneResult sink;
  LAR_TRY(run_alone(request, sink));
  if (sink.failure) return std::unexpected(*std::move(sink.failure));
  return std::move(sink.scores);
}

}  // namespace lar::runtime
