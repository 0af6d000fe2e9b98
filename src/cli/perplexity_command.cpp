// lar perplexity: how well a model predicts a text, and how far it is from another model.
#include <fmt/format.h>

#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/model_file.h"
#include "cli/output.h"
#include "runtime/perplexity.h"

namespace lar::cli {
namespace {

struct PerplexityArguments {
  std::string path;
  std::string text_path;
  std::string base_path;
  runtime::PerplexityOptions options;
  int threads = 1;
};

Result<runtime::Evaluator> evaluator_for(const gguf::File& file,
                                         const PerplexityArguments& arguments,
                                         const Environment& environment) {
  return runtime::Evaluator::create(file, {.threads = arguments.threads,
                                           .isas = environment.isas,
                                           .context = arguments.options.chunk_tokens});
}

// The text's tokens as the model sees a document, and the token that begins each chunk (-1: none).
struct Document {
  std::vector<int32_t> tokens;
  int32_t bos = -1;
};

Result<Document> read_document(const gguf::File& file, const std::string& path) {
  LAR_TRY(const auto tokenizer, with_context(tokenizer::Tokenizer::create(file), file.name()));
  LAR_TRY(const MappedFile text, MappedFile::open(path));
  const auto bytes = text.bytes();
  const std::string_view view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  Document document;
  LAR_TRY(document.tokens, tokenizer->encode(view, {.add_special = true, .parse_special = false}));
  if (tokenizer->add_bos()) document.bos = tokenizer->ids().bos;
  return document;
}

Result<std::string> measure(const PerplexityArguments& arguments, const Environment& environment) {
  LAR_TRY(const auto file, open_model(arguments.path, environment));
  LAR_TRY(const Document document, read_document(*file, arguments.text_path));
  LAR_TRY(auto model, evaluator_for(*file, arguments, environment));
  const InterruptGuard interrupt;
  const auto progress = [&](uint32_t done, uint32_t total, double value) {
    if (environment.stderr_is_terminal) {
      fmt::print(stderr, "\r[{}/{}] {:.4f} ", done, total, value);
      std::fflush(stderr);
    }
    return !interrupt.interrupted();
  };
  std::string text;
  if (arguments.base_path.empty()) {
    LAR_TRY(const auto result, runtime::measure_perplexity(model, document.tokens, document.bos,
                                                           arguments.options, progress));
    text =
        fmt::format("Final estimate: PPL = {:.4f} +/- {:.5f}\n", result.value, result.uncertainty);
  } else {
    LAR_TRY(const auto base_file, open_model(arguments.base_path, environment));
    LAR_TRY(auto base, evaluator_for(*base_file, arguments, environment));
    LAR_TRY(const auto result,
            runtime::measure_divergence(base, model, document.tokens, document.bos,
                                        arguments.options, progress));
    text = fmt::format(
        "PPL(model) = {:.4f}\nPPL(base) = {:.4f}\nMean KLD = {:.6f}\nMaximum KLD = {:.6f}\n"
        "Same top token = {:.3f} %\nPositions = {}\n",
        result.perplexity, result.base_perplexity, result.mean_kl, result.max_kl,
        100.0 * result.same_top, result.positions);
  }
  if (environment.stderr_is_terminal) std::fputs("\n", stderr);
  return text;
}

}  // namespace

int run_perplexity(const std::vector<std::string>& args, const Environment& environment) {
  PerplexityArguments arguments;
  arguments.threads = environment.threads;
  Arguments command("Measure how well a model predicts a text");
  command.option("FILE", arguments.path, "A GGUF file").required();
  command.option("-f,--file", arguments.text_path, "The text").required();
  command.option("-c,--ctx-size", arguments.options.chunk_tokens, "Tokens of a chunk (512)")
      .range(4U, 1U << 20);
  command.option("--chunks", arguments.options.chunks_max, "Chunks at most (all)");
  command.option("--kl-base", arguments.base_path,
                 "A model file of the same vocabulary: print the divergence from it");
  command.option("-t,--threads", arguments.threads, "Threads").range(1, 1024);
  if (const auto code = command.parse(args)) return *code;

  const auto text = measure(arguments, environment);
  if (!text) return print_error(text.error());
  const auto written = write_stdout(*text);
  return written ? 0 : print_error(written.error());
}

}  // namespace lar::cli
