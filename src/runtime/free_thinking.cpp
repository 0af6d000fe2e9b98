#include "runtime/free_thinking.h"

#include <string_view>

namespace lar::runtime {
namespace {

using constrain::FreePartOptions;

// gpt-oss: messages in channels. The answer's text is that of the final one; a forced call is a
// message of its own, after at most one of thoughts.
FreePartOptions before_channel(const chat::OutputOptions& reading, Constrained constrained) {
  constexpr std::string_view kFinal = "<|channel|>final<|message|>";
  constexpr std::string_view kFinalJson = "<|channel|>final <|constrain|>json<|message|>";
  if (constrained == Constrained::kToolCall) {
    return {.end_texts = {"<|end|><|start|>assistant"},
            .start_text = "<|channel|>analysis<|message|>"};
  }
  if (reading.prefill.contains(kFinal)) return {};
  return {.end_texts = {std::string(kFinal), std::string(kFinalJson)}, .start_text = {}};
}

// Muse Glimmer: messages with recipients.
FreePartOptions before_recipient(const chat::OutputOptions& reading, Constrained constrained) {
  constexpr std::string_view kToUser = " to=user<|message|>";
  if (constrained == Constrained::kToolCall) {
    return {.end_texts = {"<|eom|><|start|>assistant"}, .start_text = "to=self<|message|>"};
  }
  if (reading.prefill.contains(kToUser)) return {};
  return {.end_texts = {std::string(kToUser)}, .start_text = {}};
}

// Thinking that the prompt has begun, or that the model may begin.
FreePartOptions before_tags(const chat::OutputFormat& format, const chat::OutputOptions& reading) {
  const chat::ThinkingStart start = format.thinking_start;
  if (format.thinking.empty() || start == chat::ThinkingStart::kNever) return {};
  FreePartOptions thought;
  for (const chat::ThinkingTags& tags : format.thinking) thought.end_texts.push_back(tags.close);
  if (reading.in_thinking) return thought;
  if (reading.begun || reading.thinking_closed || reading.thinking_off) return {};
  // Without an opening tag a thought is all there is until its end.
  if (start != chat::ThinkingStart::kImplicit) thought.start_text = format.thinking[0].open;
  return thought;
}

}  // namespace

FreePartOptions free_thinking(const chat::OutputFormat& format,
                              const chat::OutputOptions& reading,
                              Constrained constrained) {
  switch (format.machine) {
    case chat::Machine::kTags: return before_tags(format, reading);
    case chat::Machine::kHarmony: return before_channel(reading, constrained);
    case chat::Machine::kGlimmer: return before_recipient(reading, constrained);
    case chat::Machine::kPlain: break;
  }
  return {};
}

}  // namespace lar::runtime
