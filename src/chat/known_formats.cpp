#include "chat/known_formats.h"

namespace lar::chat {
namespace {

constexpr std::string_view kEndOfTurn = "<|END_OF_TURN_TOKEN|>";

const std::vector<KnownFormat>& table() {
  static const std::vector<KnownFormat> formats = {
      {.name = "alfred",
       .system_open = "<start_system>",
       .system_end = "<end_message>",
       .user_open = "<start_user>",
       .user_end = "<end_message>",
       .answer_open = "<start_assistant>",
       .answer_end = "<end_message>",
       .generation = "<start_assistant>",
       .stop = {"<start_system>", "<end_message>", "<start_user>", "<start_assistant>"}},
      {.name = "alpaca",
       .system_end = "\n\n",
       .user_open = "### Instruction:\n",
       .user_end = "\n\n",
       .answer_open = "### Response:\n",
       .answer_end = "\n\n",
       .generation = "### Response:\n",
       .folded_after = "",
       .stop = {"###Instruction:", "###Response"}},
      {.name = "chatml",
       .system_open = "<|im_start|>system\n",
       .system_end = "<|im_end|>\n",
       .user_open = "<|im_start|>user\n",
       .user_end = "<|im_end|>\n",
       .answer_open = "<|im_start|>assistant\n",
       .answer_end = "<|im_end|>\n",
       .generation = "<|im_start|>assistant\n",
       .stop = {"<|im_start|>", "<|im_end|>"}},
      {.name = "chatqa",
       .system_open = "System: ",
       .system_end = "\n\n",
       .user_open = "User: ",
       .user_end = "\n\n",
       .answer_open = "Assistant: ",
       .answer_end = "\n\n",
       .generation = "Assistant:",
       .stop = {"System:", "User:", "Assistant:", "<|begin_of_text|>"}},
      {.name = "codellama-70b-instruct",
       .system_open = "Source: system\n\n ",
       .system_end = " <step> ",
       .user_open = "Source: user\n\n ",
       .user_end = " <step> ",
       .answer_open = "Source: assistant\n\n ",
       .answer_end = " <step> ",
       .generation = "Source: assistant\nDestination: user\n\n ",
       .stop = {"Source:", "Destination:", "<step>"}},
      {.name = "command-r",
       .system_open = "<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>",
       .system_end = kEndOfTurn,
       .user_open = "<|START_OF_TURN_TOKEN|><|USER_TOKEN|>",
       .user_end = kEndOfTurn,
       .answer_open = "<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>",
       .answer_end = kEndOfTurn,
       .generation = "<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>",
       .stop = {"<|START_OF_TURN_TOKEN|>", "<|END_OF_TURN_TOKEN|>"}},
      {.name = "falcon-instruct",
       .system_open = "System: ",
       .system_end = "\n",
       .user_open = "User:\n",
       .user_end = "\n",
       .answer_open = "Falcon:\n",
       .answer_end = "\n",
       .generation = "Falcon:\n",
       .stop = {"User:", "Assistant:"}},
      {.name = "gemma-instruct",
       .system_open = "\n",
       .user_open = "\n",
       .user_end = "<end_of_turn>\n",
       .answer_open = "<start_of_turn>model\n",
       .answer_end = "<end_of_turn>\n",
       .generation = "<start_of_turn>model\n",
       .folded_after = "<start_of_turn>user",
       .stop = {"<start_of_turn>", "<end_of_turn>"}},
      {.name = "gemma3-instruct",
       .system_end = "\n\n",
       .user_end = "<end_of_turn>\n",
       .answer_open = "<start_of_turn>model\n",
       .answer_end = "<end_of_turn>\n",
       .generation = "<start_of_turn>model\n",
       .folded_after = "<start_of_turn>user\n",
       .stop = {"<end_of_turn>"}},
      {.name = "granite-instruct",
       .system_open = "System:\n",
       .system_end = "\n\n",
       .user_open = "Question:\n",
       .user_end = "\n\n",
       .answer_open = "Answer:\n",
       .answer_end = "\n\n",
       .generation = "Answer:\n",
       .stop = {"System:", "Question:", "Answer:"}},
      {.name = "llama2-chat",
       .start = "[INST] ",
       .system_open = "\n",
       .system_end = "\n",
       .user_open = "<</SYS>>\n\n",
       .user_end = " [/INST]",
       .answer_open = " ",
       .answer_end = "</s><s>[INST] ",
       .folded_after = "<<SYS>>",
       .stop = {"[INST]", "[/INST]", "<<SYS>>", "<</SYS>>"}},
      {.name = "llama3-instruct",
       .system_open = "<|start_header_id|>system<|end_header_id|>\n\n",
       .system_end = "<|eot_id|>",
       .user_open = "<|start_header_id|>user<|end_header_id|>\n\n",
       .user_end = "<|eot_id|>",
       .answer_open = "<|start_header_id|>assistant<|end_header_id|>\n\n",
       .answer_end = "<|eot_id|>",
       .generation = "<|start_header_id|>assistant<|end_header_id|>\n\n",
       .stop = {"<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"}},
      {.name = "magicoder",
       .system_end = "\n\n",
       .user_open = "@@ Instruction\n",
       .user_end = "\n\n",
       .answer_open = "@@ Response\n",
       .answer_end = "\n\n",
       .generation = "@@ Response\n",
       .folded_after = "",
       .stop = {"@@Instruction", "@@Response"}},
      {.name = "mistral-instruct",
       .start = "[INST] ",
       .system_end = "\n\n",
       .user_end = "[/INST]",
       .answer_open = " ",
       .answer_end = "</s>[INST] ",
       .stop = {"[INST]", "[/INST]"}},
      {.name = "openchat",
       .system_open = "GPT4 Correct System: ",
       .system_end = "<|end_of_turn|>",
       .user_open = "GPT4 Correct User: ",
       .user_end = "<|end_of_turn|>",
       .answer_open = "GPT4 Correct Assistant: ",
       .answer_end = "<|end_of_turn|>",
       .generation = "GPT4 Correct Assistant:",
       .stop = {"<|end_of_turn|>"}},
      {.name = "phi-3",
       .system_open = "<|system|>\n",
       .system_end = "<|end|>\n",
       .user_open = "<|user|>\n",
       .user_end = "<|end|>\n",
       .answer_open = "<|assistant|>\n",
       .answer_end = "<|end|>\n",
       .generation = "<|assistant|>\n",
       .stop = {"<|end|>", "<|system|>", "<|user|>", "<|assistant|>"}},
      {.name = "solar-instruct",
       .system_open = "### System:\n",
       .system_end = "\n\n",
       .user_open = "### User:\n",
       .user_end = "\n\n",
       .answer_open = "### Assistant:\n",
       .answer_end = "</s>\n\n",
       .generation = "### Assistant:\n",
       .stop = {"###System:", "###User:", "###Assistant"}},
      {.name = "starcoder2-instruct",
       .system_end = "\n\n",
       .user_open = "### Instruction\n",
       .user_end = "\n\n",
       .answer_open = "### Response\n",
       .answer_end = "<|endoftext|>\n\n",
       .generation = "### Response\n",
       .folded_after = "",
       .stop = {"###Instruction", "###Response", "<|endoftext|>"}},
      {.name = "vicuna",
       .system_end = "\n\n",
       .user_open = "USER: ",
       .user_end = "\n",
       .answer_open = "ASSISTANT: ",
       .answer_end = "</s>\n",
       .generation = "ASSISTANT:",
       .folded_after = "",
       .stop = {"USER:", "ASSISTANT:"}},
      {.name = "zephyr",
       .system_open = "<|system|>\n",
       .system_end = "</s>\n",
       .user_open = "<|user|>\n",
       .user_end = "</s>\n",
       .answer_open = "<|assistant|>\n",
       .answer_end = "</s>\n",
       .generation = "<|assistant|>\n",
       .stop = {"<|system|>", "</s>", "<|user|>", "<|assistant|>"}},
  };
  return formats;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

Message message(std::string role, std::string text) {
  Message made;
  made.role = std::move(role);
  made.content = Value::string(std::move(text), Origin::kContent);
  return made;
}

// Texts that no template has.
constexpr std::string_view kQuestion = "qWzQuestion";
constexpr std::string_view kAnswer = "qWzAnswer";
constexpr std::string_view kSystem = "qWzSystem";

std::string render(const ChatTemplate& chat_template, const std::vector<Message>& messages) {
  ChatOptions options;
  options.now = jinja::DateTime{};
  auto prompt = chat_template.render(messages, Value(), options);
  return prompt ? std::move(prompt->text) : std::string();
}

// What a template writes between a question and its answer, without the space around it.
std::string between(const ChatTemplate& chat_template) {
  const std::string text =
      render(chat_template, {message("user", std::string(kQuestion)),
                             message("assistant", std::string(kAnswer)), message("user", "q")});
  const size_t question = text.find(kQuestion);
  const size_t answer = text.find(kAnswer);
  if (question == std::string::npos || answer == std::string::npos || answer < question) return {};
  const size_t begin = question + kQuestion.size();
  return std::string(trimmed(std::string_view(text).substr(begin, answer - begin)));
}

}  // namespace

std::string KnownFormat::go_template() const {
  const auto piece = [](std::string_view text) { return std::string(text); };
  const std::string content = "{{ .Content }}";
  std::string system = piece(system_open) + content + piece(system_end);
  std::string user = piece(user_open) + content + piece(user_end);
  std::string begin;
  if (folds_system()) {
    begin = "{{ $system := \"\" }}";
    user = piece(folded_after) + "{{ if $system }}" + piece(system_open) + "{{ $system }}" +
           piece(system_end) + "{{ $system = \"\" }}{{ end }}" + user;
    system =
        "{{ if $system }}{{ $system = printf \"%s\\n\\n%s\" $system .Content }}"
        "{{ else }}{{ $system = .Content }}{{ end }}";
  }
  return begin + piece(start) + "{{ range .Messages }}{{ if eq .Role \"system\" }}" + system +
         "{{ else if eq .Role \"user\" }}" + user + "{{ else if eq .Role \"assistant\" }}" +
         piece(answer_open) + content + piece(answer_end) + "{{ end }}{{ end }}" +
         piece(generation);
}

std::span<const KnownFormat> known_formats() {
  return table();
}

const KnownFormat* detect_known_format(const ChatTemplate& chat_template) {
  const std::string mark = between(chat_template);
  if (mark.empty()) return nullptr;
  const std::string with_system = render(chat_template, {message("system", std::string(kSystem)),
                                                         message("user", std::string(kQuestion))});
  for (const KnownFormat& format : table()) {
    const std::string joined = std::string(format.user_end) + std::string(format.answer_open);
    // Some end only answers, not questions, with the token that ends a text.
    const bool fits = mark == trimmed(joined) ||
                      (format.user_end.starts_with("</s>") && mark == trimmed(format.answer_open));
    if (!fits) continue;
    // Two that differ only in what becomes of a system message.
    if (format.name == "llama2-chat" && with_system.find("<<SYS>>") == std::string::npos) continue;
    if (format.name == "gemma-instruct" && with_system.find(kSystem) != std::string::npos) continue;
    return &format;
  }
  return nullptr;
}

}  // namespace lar::chat
