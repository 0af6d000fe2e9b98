// lar tokenize and lar detokenize: text to token ids as one JSON array, and back.
#include <nlohmann/json.hpp>

#include <iostream>
#include <iterator>

#include "base/utf8.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/model_file.h"
#include "cli/output.h"
#include "tokenizer/tokenizer.h"

namespace lar::cli {
namespace {

std::string read_stdin() {
  return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

struct TokenizeArguments {
  std::string path;
  bool no_bos = false;
  bool parse_special = false;
  bool pieces = false;
};

Result<std::string> tokenize(const TokenizeArguments& arguments, const Environment& environment) {
  LAR_TRY(const auto file, open_model(arguments.path, environment));
  LAR_TRY(const auto tokenizer, with_context(tokenizer::Tokenizer::create(*file), arguments.path));
  LAR_TRY(const auto ids,
          tokenizer->encode(read_stdin(), {.add_special = !arguments.no_bos,
                                           .parse_special = arguments.parse_special}));
  nlohmann::json result = nlohmann::json::array();
  for (const int32_t id : ids) {
    if (arguments.pieces) {
      result.push_back({id, utf8_sanitize(tokenizer->piece(id))});
    } else {
      result.push_back(id);
    }
  }
  return result.dump() + "\n";
}

Result<std::string> detokenize(const std::string& path, const Environment& environment) {
  LAR_TRY(const auto file, open_model(path, environment));
  LAR_TRY(const auto tokenizer, with_context(tokenizer::Tokenizer::create(*file), path));
  const auto input = nlohmann::json::parse(read_stdin(), nullptr, false);
  if (!input.is_array()) {
    return fail(Code::kInvalidArgument, "expected a JSON array of token ids on stdin");
  }
  std::vector<int32_t> ids;
  for (const auto& element : input) {
    const auto& id = element.is_array() && !element.empty() ? element[0] : element;
    if (!id.is_number_integer()) {
      return fail(Code::kInvalidArgument, "expected a JSON array of token ids on stdin");
    }
    const auto value = id.get<int64_t>();
    if (value < 0 || static_cast<uint64_t>(value) >= tokenizer->size()) {
      return fail(Code::kInvalidArgument, "token " + std::to_string(value) +
                                              " is not in the vocabulary of " +
                                              std::to_string(tokenizer->size()));
    }
    ids.push_back(static_cast<int32_t>(value));
  }
  // The tokens that tokenize adds by itself are no part of the text; others are written out.
  std::span<const int32_t> text = ids;
  if (tokenizer->add_bos() && !text.empty() && text.front() == tokenizer->ids().bos) {
    text = text.subspan(1);
  }
  if (tokenizer->add_eos() && !text.empty() && text.back() == tokenizer->ids().eos) {
    text = text.first(text.size() - 1);
  }
  return tokenizer->decode(text, {.special = true});
}

int finish(const Result<std::string>& text) {
  if (!text) return print_error(text.error());
  const auto written = write_stdout(*text);
  return written ? 0 : print_error(written.error());
}

}  // namespace

int run_tokenize(const std::vector<std::string>& args, const Environment& environment) {
  TokenizeArguments arguments;
  Arguments command("Turn text on stdin into one JSON array of token ids");
  command.option("FILE", arguments.path, "A GGUF file").required();
  command.flag("--no-bos", arguments.no_bos, "Do not add the tokens that begin and end a text");
  command.flag("--parse-special", arguments.parse_special,
               "Read special tokens that are written in the text as such");
  command.flag("--pieces", arguments.pieces, "Print [id, text] pairs");
  if (const auto code = command.parse(args)) return *code;
  return finish(tokenize(arguments, environment));
}

int run_detokenize(const std::vector<std::string>& args, const Environment& environment) {
  std::string path;
  Arguments command("Turn a JSON array of token ids on stdin into text");
  command.option("FILE", path, "A GGUF file").required();
  if (const auto code = command.parse(args)) return *code;
  return finish(detokenize(path, environment));
}

}  // namespace lar::cli
