// The families of output formats, a file each. The table is in registry.cpp.
#pragma once

#include "chat/parsers/output_format.h"

namespace lar::chat::families {

OutputFormat apertus();
OutputFormat cohere();
OutputFormat command_r_plus();
OutputFormat deepseek();
OutputFormat dsml();
OutputFormat firefunction();
OutputFormat functiongemma();
OutputFormat functionary_v2();
OutputFormat functionary_v31();
OutputFormat functionary_v32();
OutputFormat gemma4();
OutputFormat gigachat();
OutputFormat glimmer();
OutputFormat glm();
OutputFormat granite();
OutputFormat harmony();
OutputFormat hermes();
OutputFormat hunyuan();
OutputFormat hy3();
OutputFormat kimi_k2();
OutputFormat kimi_k3();
OutputFormat lfm2();
OutputFormat llama3();
OutputFormat llama4();
OutputFormat minicpm();
OutputFormat minimax();
OutputFormat minimax_m3();
OutputFormat mistral();
OutputFormat olmo3();
OutputFormat plain();
OutputFormat qwen3_coder();
OutputFormat seed_oss();
OutputFormat solar_open();
OutputFormat tool_calls_list();

// Glimmer's block of calls alone, without a message around it.
OutputFormat atem_block();

// Pieces that several families share.
ThinkingTags think_tags();
// What stands inside <tool_call>: JSON, <function=...>, GLM's tags or a name and JSON.
std::shared_ptr<const CallForm> tool_call_content(std::string_view closer);
std::shared_ptr<const CallForm> coder_call(bool known_names_only);
// Thinking between `tags` at the begin of the output.
void set_thinking(OutputFormat& format, ThinkingTags tags);

}  // namespace lar::chat::families
