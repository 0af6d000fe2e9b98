// A conversation with a model file: messages in, the tokens of the next prompt out. Uses the file's
// chat template; a file without one gets the plain text of the last message, as Ollama does.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "chat/prompt_renderer.h"
#include "runtime/model.h"

namespace lar::cli {

class Conversation {
 public:
  // Errors: a chat template that cannot be compiled, with its line and column.
  static Result<Conversation> create(const runtime::Model& model);

  void set_system(std::string text) { system_ = std::move(text); }
  const std::string& system() const { return system_; }
  void add_user(std::string text);
  void add_assistant(std::string text);
  void clear() { messages_.clear(); }
  bool has_template() const { return renderer_.system() != chat::PromptSystem::kPlain; }

  // The prompt that the model continues.
  Result<std::vector<int32_t>> prompt() const;

 private:
  Conversation(const runtime::Model& model, chat::PromptRenderer renderer)
      : model_(&model), renderer_(std::move(renderer)) {}

  const runtime::Model* model_;  // borrowed
  chat::PromptRenderer renderer_;
  std::string system_;
  std::vector<chat::Message> messages_;
};

// A prompt as Ollama's raw mode takes it: special tokens that are written out are read as such.
Result<std::vector<int32_t>> raw_prompt(const runtime::Model& model, std::string_view text);

}  // namespace lar::cli
