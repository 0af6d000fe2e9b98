// lar logits: the logits of given token ids at every position, as a .npy file.
#include <optional>

#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/model_file.h"
#include "cli/npy.h"
#include "cli/output.h"
#include "runtime/evaluate.h"

namespace lar::cli {
namespace {

Result<void> write_logits(const gguf::File& file,
                          const std::vector<int32_t>& tokens,
                          const runtime::EvaluateOptions& options,
                          const std::string& out) {
  LAR_TRY(auto evaluator, runtime::Evaluator::create(file, options));
  for (const int32_t token : tokens) {
    if (token < 0 || static_cast<uint32_t>(token) >= evaluator.vocab()) {
      return fail(Code::kInvalidArgument, "token " + std::to_string(token) +
                                              " is not in the vocabulary of " +
                                              std::to_string(evaluator.vocab()));
    }
  }
  LAR_TRY(auto writer, NpyWriter::create(out, tokens.size(), evaluator.vocab()));
  std::optional<Error> error;
  LAR_TRY(evaluator.run(tokens, 0, [&](uint32_t, std::span<const float> row) {
    if (auto written = writer.add(row); !written && !error) error = written.error();
  }));
  if (error) return std::unexpected<Error>(*error);
  return writer.finish();
}

}  // namespace

int run_logits(const std::vector<std::string>& args, const Environment& environment) {
  std::string path;
  std::vector<int32_t> tokens;
  std::string out;
  runtime::EvaluateOptions options{.threads = environment.threads, .isas = environment.isas};
  Arguments command(
      "Write the logits of given tokens, float32 [tokens, vocabulary], to a .npy file");
  command.option("FILE", path, "A GGUF file").required();
  command.option("--tokens", tokens, "Token ids, separated by commas")
      .separated_by_commas()
      .required();
  command.option("--out", out, "The .npy file to write").required();
  command.option("--batch", options.batch, "Tokens of a step").range(1U, 65'536U);
  command.option("-t,--threads", options.threads, "Threads").range(1, 1024);
  int kv_type = static_cast<int>(DType::kF32);
  command.choice("--kv", kv_type, "Type of the KV cache: f32 (default) or f16",
                 {{"f32", static_cast<int>(DType::kF32)}, {"f16", static_cast<int>(DType::kF16)}});
  if (const auto code = command.parse(args)) return *code;

  options.kv_type = static_cast<DType>(kv_type);
  options.context = static_cast<uint32_t>(tokens.size());
  const auto file = open_model(path, environment);
  if (!file) return print_error(file.error());
  const auto done = write_logits(**file, tokens, options, out);
  return done ? 0 : print_error(done.error());
}

}  // namespace lar::cli
