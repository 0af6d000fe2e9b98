#include "runtime/tool_arguments.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/gbnf_text.h"

namespace lar::runtime {
namespace {

bool has(const std::vector<std::string>& types, std::string_view type) {
  return std::ranges::find(types, type) != types.end();
}

}  // namespace

std::string add_list(const std::string& prefix,
                     const std::vector<ListMember>& members,
                     const std::string& separator,
                     ArgumentRules& rules) {
  // A rule for what follows each member, once where something stands before it and once where not.
  for (const char* place : {"first", "next"}) {
    const bool first = std::string_view(place) == "first";
    for (size_t i = 0; i <= members.size(); ++i) {
      rules.gbnf += fmt::format("{}-{}-{} ::=", prefix, place, i);
      if (i == members.size()) {
        rules.gbnf += " \"\"\n";
        continue;
      }
      rules.gbnf +=
          fmt::format("{}{} {}-next-{}", first ? "" : separator, members[i].items, prefix, i + 1);
      if (!members[i].required) rules.gbnf += fmt::format(" | {}-{}-{}", prefix, place, i + 1);
      rules.gbnf += '\n';
    }
  }
  return prefix + "-first-0";
}

std::vector<std::string> unlike_values(const std::vector<std::string>& types) {
  constexpr std::string_view kSpace = R"([\s\u0085]*)";
  const auto alone = [&](std::string_view words) {
    return fmt::format("{}({}){}", kSpace, words, kSpace);
  };
  std::vector<std::string> patterns = {alone("[nN][uU][lL][lL]")};
  if (has(types, "boolean")) {
    patterns.push_back(alone("[tT][rR][uU][eE]|[fF][aA][lL][sS][eE]"));
  }
  if (has(types, "integer") || has(types, "number")) {
    patterns.push_back(alone(R"(-?[0-9][0-9.eE+\-]*)"));
  }
  if (has(types, "array")) patterns.push_back(fmt::format(R"({}(\[[\s\S]*)?)", kSpace));
  if (has(types, "object")) patterns.push_back(fmt::format(R"({}(\{{[\s\S]*)?)", kSpace));
  return patterns;
}

Result<void> check_spelling(std::string_view name, std::string_view special) {
  const bool odd = name.empty() || name.find_first_of(special) != std::string_view::npos ||
                   name.front() == ' ' || name.back() == ' ' ||
                   std::ranges::any_of(name, [](char c) { return c >= 0 && c < ' '; });
  if (!odd) return {};
  return fail(Code::kUnsupported,
              fmt::format("a tool call cannot be forced in this model's form: it cannot spell the "
                          "name \"{}\"",
                          name));
}

Result<std::string> add_python_arguments(const ArgumentForm& form,
                                         const ToolSchema& schema,
                                         ArgumentRules& rules) {
  LAR_TRY(const SchemaPart root, schema.resolved(schema.root()));
  LAR_TRY(const auto arguments, schema.arguments(root));
  std::vector<ListMember> members;
  for (const ToolSchema::Argument& argument : arguments) {
    LAR_TRY(check_spelling(argument.name, "=(){}[],\"'"));
    LAR_TRY(const auto types, schema.types(argument.part));
    const std::string value = fmt::format("{}-value-{}", schema.name(), members.size());
    rules.schemas.push_back({value, schema.part(argument.part, types)});
    members.push_back(
        {gbnf_literal(form.tokenizer, argument.name + "=") + " " + value, argument.required});
  }
  return add_list(schema.name(), members, gbnf_literal(form.tokenizer, ", "), rules);
}

Result<std::string> add_tagged_arguments(const ArgumentForm& form,
                                         const std::string& tool,
                                         const ToolSchema& schema,
                                         ArgumentRules& rules) {
  const chat::ParameterSyntax& tags = form.syntax.parameter;
  const bool marked = !tags.after_name_not_string.empty();
  LAR_TRY(const SchemaPart root, schema.resolved(schema.root()));
  LAR_TRY(const auto arguments, schema.arguments(root));
  std::string all;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const ToolSchema::Argument& argument = arguments[i];
    LAR_TRY(check_spelling(argument.name, "<>\"&="));
    // By these the parser reads the value back.
    std::vector<std::string> types = chat::schema_types(form.tools.parameter(tool, argument.name));
    if (types.empty() && marked) {
      LAR_TRY(types, schema.types(argument.part));
    }
    const bool text = types.empty() || has(types, "string");
    std::vector<std::string> others = types;
    std::erase(others, "string");
    std::vector<std::string> values;
    const auto value_of = [&](const std::string& after_name, const std::string& rule) {
      values.push_back(gbnf_literal(form.tokenizer, after_name) + " " + rule);
    };
    if (text) {
      const std::string rule = fmt::format("{}-text-{}", schema.name(), i);
      rules.texts.push_back(
          {.name = rule,
           .schema = schema.part(argument.part, {"string"}),
           .without = form.enders,
           .unlike = marked ? std::vector<std::string>() : unlike_values(others)});
      value_of(tags.after_name, rule);
    }
    if (!others.empty()) {
      const std::string rule = fmt::format("{}-value-{}", schema.name(), i);
      rules.schemas.push_back({rule, schema.part(argument.part, others)});
      value_of(marked ? tags.after_name_not_string : tags.after_name, rule);
    }
    all += fmt::format(" ({} ({}){}){}",
                       gbnf_literal(form.tokenizer, tags.before_name + argument.name),
                       fmt::join(values, " |"), gbnf_literal(form.tokenizer, tags.after_value),
                       argument.required ? "" : "?");
  }
  const std::string name = schema.name() + "-arguments";
  rules.gbnf += fmt::format("{} ::={}\n", name, all.empty() ? " \"\"" : all);
  return name;
}

}  // namespace lar::runtime
