// Gemma 4: <|channel>thought ...<channel|>, <|tool_call>call:f{k:<|"|>v<|"|>}<tool_call|>.
// FunctionGemma: <start_function_call>call:f{k:<escape>v<escape>}<end_function_call>.
#include "chat/parsers/families/families.h"
#include "chat/parsers/gemma_calls.h"

namespace lar::chat::families {

OutputFormat gemma4() {
  OutputFormat format;
  const std::string close = "<channel|>";
  format.thinking = {{"<|channel>thought\n", close},
                     {"<|channel>thought", close},
                     {"<|channel>", close},
                     {"<|channel>thought\n<|channel>", close}};
  format.thinking_start = ThinkingStart::kAnywhere;
  format.drop_stray_close = true;
  format.trim_start = true;
  format.silent = {"<tool_call|>", "<|tool_response>", "<tool_response|>"};
  format.calls = {{"<|tool_call>", gemma_calls({"<|\"|>", "<tool_call|>"})}};
  format.syntax.known = true;
  format.syntax.form = ArgumentsForm::kGemma;
  format.syntax.before_name = "<|tool_call>call:";
  format.syntax.after_arguments = "<tool_call|>";
  format.syntax.string_quote = "<|\"|>";
  return format;
}

OutputFormat functiongemma() {
  OutputFormat format;
  format.call_space = Space::kKeep;
  format.silent = {"<end_function_call>", "<start_function_response>"};
  format.calls = {{"<start_function_call>", gemma_calls({"<escape>", "<end_function_call>"})}};
  format.syntax.known = true;
  format.syntax.form = ArgumentsForm::kGemma;
  format.syntax.before_name = "<start_function_call>call:";
  format.syntax.after_arguments = "<end_function_call>";
  format.syntax.string_quote = "<escape>";
  return format;
}

}  // namespace lar::chat::families
