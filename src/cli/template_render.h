// lar template render: what a template makes of a conversation, byte for byte.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/arguments.h"
#include "cli/environment.h"

namespace lar::cli {

struct RenderArguments {
  std::string model;
  std::string jinja_path;
  std::string go_path;
  std::string context_path;
  std::string now;
  bool tokens = false;
};

void add_render_options(Arguments& command, RenderArguments& arguments);

// The rendering, or with `tokens` a line for each token of it: its id, "special" or "-", and its
// text as JSON, with tabs between. Errors: invalid_argument with line and column for a template
// that cannot be compiled or rendered.
Result<std::string> render_context(const RenderArguments& arguments,
                                   const Environment& environment);

}  // namespace lar::cli
