#include "runtime/prompt_tokens.h"

namespace lar::runtime {
namespace {

std::vector<tokenizer::Segment> segments_of(const chat::Prompt& prompt) {
  std::vector<tokenizer::Segment> segments;
  const std::string_view text = prompt.text;
  size_t begin = 0;
  for (const chat::Run& run : prompt.runs) {
    segments.push_back({.text = text.substr(begin, run.end - begin),
                        .parse_special = run.origin == chat::Origin::kTemplate});
    begin = run.end;
  }
  return segments;
}

}  // namespace

chat::SpecialTokens special_tokens(const tokenizer::Tokenizer& tokenizer) {
  const auto text_of = [&](tokenizer::TokenId id) {
    return tokenizer.valid(id) ? std::string(tokenizer.text(id)) : std::string();
  };
  const tokenizer::SpecialIds& ids = tokenizer.ids();
  return {.bos = text_of(ids.bos),
          .eos = text_of(ids.eos),
          .others = {{"pad_token", text_of(ids.pad)}, {"unk_token", text_of(ids.unk)}}};
}

Result<std::vector<int32_t>> encode_prompt(const tokenizer::Tokenizer& tokenizer,
                                           const chat::Prompt& prompt) {
  const std::vector<tokenizer::Segment> segments = segments_of(prompt);
  const auto bos = tokenizer.ids().bos;
  const bool has_bos = tokenizer.valid(bos) && !segments.empty() && segments[0].parse_special &&
                       prompt.text.starts_with(tokenizer.text(bos));
  return tokenizer.encode_segments(segments, !has_bos);
}

Result<ContinuedPrompt> continue_context(const tokenizer::Tokenizer& tokenizer,
                                         std::span<const int32_t> context,
                                         const chat::Prompt& prompt) {
  ContinuedPrompt continued;
  const std::string earlier =
      tokenizer.decode(context, {.special = true, .strip_first_space = false});
  std::vector<tokenizer::Segment> segments = segments_of(prompt);
  segments.insert(segments.begin(), {.text = earlier, .parse_special = true});
  LAR_TRY(continued.tokens, tokenizer.encode_segments(segments, true));
  continued.text = earlier + prompt.text;
  return continued;
}

}  // namespace lar::runtime
