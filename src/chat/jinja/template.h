// A Jinja template as Hugging Face transformers runs it (jinja2's immutable sandbox with
// trim_blocks, lstrip_blocks, loop controls and {% generation %}), compiled once.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "chat/jinja/date_time.h"
#include "chat/jinja/limits.h"
#include "chat/prompt.h"
#include "chat/value.h"

namespace lar::chat::jinja {

struct CompileOptions {
  bool trim_blocks = true;
  bool lstrip_blocks = true;
  CompileLimits limits;
};

struct RenderOptions {
  RenderLimits limits;
  std::optional<DateTime> now;  // for strftime_now(); else the local time
};

using Rendered = Prompt;

struct Tree;

// Immutable: may be rendered by several threads at once.
class Template {
 public:
  // Errors: invalid_argument ("line 3, column 7: ..."), resource_exhausted for a limit.
  static Result<std::unique_ptr<Template>> compile(std::string_view source,
                                                   const CompileOptions& options = {});
  ~Template();
  Template(const Template&) = delete;
  Template& operator=(const Template&) = delete;

  // `context` is a dictionary. Errors as of compile; raise_exception is an invalid_argument.
  Result<Rendered> render(const Value& context, const RenderOptions& options = {}) const;

 private:
  explicit Template(std::unique_ptr<Tree> tree);

  std::unique_ptr<Tree> tree_;
};

}  // namespace lar::chat::jinja
