// Which output format a model has, by what its template prints: small conversations with a made-up
// tool and thought are rendered, and the marks around them are looked at.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "chat/chat_template.h"
#include "chat/gotemplate/template.h"
#include "chat/parsers/output_format.h"
#include "chat/parsers/output_parser.h"

namespace lar::chat {

// The format of a Jinja template; content only where it shows neither calls nor thoughts.
OutputFormat detect_output_format(const ChatTemplate& chat_template, std::string_view source);

// The format of a Go template as Ollama finds it: the text before the calls and around the thoughts
// of a message. A template of gpt-oss has the harmony format.
OutputFormat detect_go_output_format(const gotemplate::Template& chat_template);

// How the output begins: what the end of the prompt already opened. `begun` is the text of a last
// message of the assistant; it counts if the prompt ends with it.
OutputOptions options_for_prompt(const OutputFormat& format,
                                 std::string_view prompt,
                                 Value tools,
                                 std::optional<bool> think,
                                 std::string_view begun = {});

// The end of the prompt that the template prints for an answer to a user. Empty if it prints none.
std::string generation_prompt(const ChatTemplate& chat_template,
                              const Value& tools,
                              std::optional<bool> think);

// The same of a Go template.
std::string generation_prompt(const gotemplate::Template& chat_template, std::optional<bool> think);

// `text` without tokens that end a turn ("<|im_end|>", "</s>", ..., the template's own) at its end.
std::string_view without_end_of_turn(std::string_view text, std::string_view own = {});

}  // namespace lar::chat
