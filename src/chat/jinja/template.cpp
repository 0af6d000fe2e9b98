#include "chat/jinja/template.h"

#include "chat/jinja/parser.h"
#include "chat/jinja/renderer.h"
#include "chat/jinja/tree.h"

namespace lar::chat::jinja {

Template::Template(std::unique_ptr<Tree> tree) : tree_(std::move(tree)) {}
Template::~Template() = default;

Result<std::unique_ptr<Template>> Template::compile(std::string_view source,
                                                    const CompileOptions& options) {
  const LexerOptions lexer{options.trim_blocks, options.lstrip_blocks};
  LAR_TRY(Tree tree, parse(source, lexer, options.limits));
  return std::unique_ptr<Template>(new Template(std::make_unique<Tree>(std::move(tree))));
}

Result<Rendered> Template::render(const Value& context, const RenderOptions& options) const {
  if (!context.is_dict()) {
    return fail(Code::kInvalidArgument, "the context of a template is a dictionary");
  }
  Renderer renderer(*tree_, context, options.limits, options.now ? *options.now : local_now());
  TextBuilder out(renderer.meter());
  LAR_TRY(renderer.run(&out));
  Rendered rendered;
  rendered.runs = out.take_runs();
  rendered.text = out.take_text();
  return rendered;
}

}  // namespace lar::chat::jinja
