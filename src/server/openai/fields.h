// Fields that several of OpenAI's requests share, and Anthropic's with other names. Values are what
// Fields::find gives: nullptr where a field is absent or null. Errors are invalid_argument.
#pragma once

#include <vector>

#include "server/inference/conversation.h"

namespace lar::server::openai {

// Whole numbers, numbers and strings go into Conversation::options under Ollama's names:
// temperature, top_p, seed, the penalties and the greatest number of tokens (max_tokens,
// max_completion_tokens, of which the older one counts where both are given). Ollama's further
// sampling options (top_k, min_p, repeat_penalty) and keep_alive are taken too.
Result<void> read_sampling(Fields& fields, Conversation& to);

// A string or a list of strings; anything else is left out with a warning, as Ollama does.
void read_stop(const Json* value, Conversation& to);

// {"50256": -100}: from a token's id to what is added to its logit, -100 to 100.
Result<void> read_logit_bias(const Json* value, Conversation& to);

// "none", "auto", "required", {"type": "function", "function": {"name"}} or, of /v1/responses,
// {"type": "function", "name"}; {"type": "allowed_tools"} with its mode and tools. Tools that are
// not allowed are taken out of `tools`. Call it after the tools are known.
Result<void> read_tool_choice(const Json* value,
                              const Json* parallel,
                              Json& tools,
                              Conversation& to);

// none, minimal, low, medium, high, xhigh, ultra, max; "" for the model's default.
Result<runtime::Think> parse_effort(const std::string& effort);

// {"type": "text" | "json_object" | "json_schema"} with the schema in `json_schema` or, in
// /v1/responses, in the object itself. null: no format.
Result<Json> parse_response_format(const Json* value);

// A Go program's name for the type of a JSON value: "float64", "<nil>".
std::string_view go_type(const Json& value);

// Warns of fields that would change the answer but that nothing here can do.
void warn_of(const Json& body, std::span<const std::string_view> names, Conversation& to);

}  // namespace lar::server::openai
