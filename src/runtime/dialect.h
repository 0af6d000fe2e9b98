// How a model is talked to: the template that writes its prompts and the format in which its
// answers are read. A model is loaded with one; requests may bring the template of another.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "chat/parsers/output_format.h"
#include "runtime/inference.h"
#include "runtime/model.h"
#include "runtime/prompt_builder.h"

namespace lar::runtime {

struct Dialect {
  PromptBuilder prompts;
  chat::OutputFormat format;
  std::vector<int32_t> marks;  // control tokens that the format needs to see
};

class Dialects {
 public:
  // Templates of requests that are kept compiled.
  static constexpr size_t kKeptMax = 16;

  // Borrows the model. Errors: unsupported (a renderer or parser that is not known), and what is
  // wrong with the template.
  static Result<Dialects> create(const Model& model, PromptStyle style);

  const Dialect& loaded() const { return *loaded_; }

  // What GenerateRequest::go_template asks for. Shared with the answers that are read in it.
  // Errors: what is wrong with the template.
  Result<std::shared_ptr<const Dialect>> find(const std::optional<std::string>& go_template);

 private:
  Dialects(const Model& model, PromptStyle style) : model_(&model), style_(std::move(style)) {}

  Result<std::shared_ptr<const Dialect>> make(const PromptStyle& style) const;

  struct Kept {
    std::string go_template;
    std::shared_ptr<const Dialect> dialect;
  };

  const Model* model_;  // borrowed
  PromptStyle style_;
  std::shared_ptr<const Dialect> loaded_;
  std::list<Kept> kept_;  // the last used first
};

}  // namespace lar::runtime
