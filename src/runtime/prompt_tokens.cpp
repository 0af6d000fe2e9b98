#include "runtime/prompt_tokens.h"

namespace lar::runtime {

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
  std::vector<tokenizer::Segment> segments;
  const std::string_view text = prompt.text;
  size_t begin = 0;
  for (const chat::Run& run : prompt.runs) {
    segments.push_back({.text = text.substr(begin, run.end - begin),
                        .parse_special = run.origin == chat::Origin::kTemplate});
    begin = run.end;
  }
  const auto bos = tokenizer.ids().bos;
  const bool has_bos = tokenizer.valid(bos) && !segments.empty() && segments[0].parse_special &&
                       text.starts_with(tokenizer.text(bos));
  return tokenizer.encode_segments(segments, !has_bos);
}

}  // namespace lar::runtime
