// Arguments in forms of their own all the way down: Gemma's {key:<|"|>text<|"|>}, and MiniMax M3's
// elements within elements.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "runtime/gbnf_text.h"
#include "runtime/tool_arguments.h"

namespace lar::runtime {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kRulesMax = 10'000;
constexpr size_t kItemsMax = 1'000;  // of a list whose length has a bound

bool has(const std::vector<std::string>& types, std::string_view type) {
  return std::ranges::find(types, type) != types.end();
}

class NestedRules {
 public:
  NestedRules(const ArgumentForm& form, const ToolSchema& schema, ArgumentRules& rules)
      : form_(form), schema_(schema), rules_(rules) {}

  Result<std::string> arguments() {
    LAR_TRY(const SchemaPart root, schema_.resolved(schema_.root()));
    LAR_TRY(const std::string items, object(root));
    const std::string name = schema_.name() + "-arguments";
    rules_.gbnf += fmt::format("{} ::={}\n", name, items);
    return name;
  }

 private:
  bool elements() const { return form_.syntax.form == chat::ArgumentsForm::kElements; }
  std::string literal(std::string_view text) const { return gbnf_literal(form_.tokenizer, text); }
  std::string fresh() { return fmt::format("{}-{}", schema_.name(), count_++); }

  // The name of the rule for the values of a part; made once, so that schemas may recur.
  Result<std::string> value(const SchemaPart& from) {
    LAR_TRY(const SchemaPart part, schema_.resolved(from));
    const auto [at, is_new] = made_.try_emplace(part.pointer);
    if (!is_new) return at->second;
    if (made_.size() > kRulesMax) {
      return fail(Code::kResourceExhausted, "the schemas of the tools are too large");
    }
    const std::string name = fresh();
    at->second = name;
    LAR_TRY(const auto choices, alternatives(part));
    rules_.gbnf += fmt::format("{} ::={}\n", name, fmt::join(choices, " |"));
    return name;
  }

  Result<std::vector<std::string>> alternatives(const SchemaPart& part) {
    LAR_TRY(std::vector<std::string> types, schema_.types(part));
    const bool container = has(types, "array") || has(types, "object");
    if (container) {
      LAR_TRY(const auto branches, branches_of(part));
      if (!branches.empty()) return branches;
    }
    const bool open = !part.schema->is_object() ||
                      !(part.schema->contains("type") || part.schema->contains("properties") ||
                        part.schema->contains("items"));
    std::vector<std::string> choices;
    std::vector<std::string> scalars = types;
    std::erase(scalars, "array");
    std::erase(scalars, "object");
    if (has(scalars, "string")) choices.push_back(text(part, types));
    std::erase(scalars, "string");
    if (!scalars.empty()) {
      const std::string rule = fresh();
      rules_.schemas.push_back({rule, schema_.part(part, scalars)});
      choices.push_back(" " + rule);
    }
    // What may be anything at all is no list or object.
    if (open && !choices.empty()) return choices;
    if (has(types, "array")) {
      LAR_TRY(choices.emplace_back(), list(part));
    }
    if (has(types, "object")) {
      LAR_TRY(choices.emplace_back(), object(part));
    }
    return choices;
  }

  // The branches of anyOf, or of oneOf where no value can be of two of them.
  Result<std::vector<std::string>> branches_of(const SchemaPart& part) {
    std::vector<std::string> choices;
    if (!part.schema->is_object()) return choices;
    for (const char* key : {"anyOf", "oneOf", "allOf"}) {
      const auto branches = part.schema->find(key);
      if (branches == part.schema->end()) continue;
      LAR_TRY(ToolSchema::refuse(part, {"properties", "required", "items", "enum", "const", "not",
                                        "if", "minItems", "maxItems"}));
      const bool all = std::string_view(key) == "allOf";
      if (!branches->is_array() || !choices.empty() || (all && branches->size() != 1)) {
        LAR_TRY(ToolSchema::refuse(part, {key}));
      }
      std::vector<std::string> seen;
      for (size_t i = 0; i < branches->size(); ++i) {
        const SchemaPart branch{&(*branches)[i],
                                pointer_step(pointer_step(part.pointer, key), std::to_string(i))};
        LAR_TRY(const auto types, schema_.types(branch));
        if (std::string_view(key) == "oneOf" &&
            std::ranges::any_of(types, [&](const std::string& type) { return has(seen, type); })) {
          LAR_TRY(ToolSchema::refuse(part, {"oneOf"}));
        }
        seen.insert(seen.end(), types.begin(), types.end());
        LAR_TRY(const std::string rule, value(branch));
        choices.push_back(" " + rule);
      }
    }
    return choices;
  }

  std::string text(const SchemaPart& part, const std::vector<std::string>& types) {
    const std::string rule = fresh();
    std::vector<std::string> others = types;
    std::erase(others, "string");
    rules_.texts.push_back(
        {.name = rule,
         .schema = schema_.part(part, {"string"}),
         .without = form_.enders,
         .unlike = elements() ? unlike_values(others) : std::vector<std::string>()});
    if (elements()) return " " + rule;
    const std::string quote = literal(form_.syntax.string_quote);
    return quote + " " + rule + quote;
  }

  Result<std::string> list(const SchemaPart& part) {
    LAR_TRY(ToolSchema::refuse(part, {"prefixItems", "contains", "uniqueItems", "allOf", "anyOf",
                                      "oneOf", "not", "if", "enum", "const"}));
    const Json& schema = *part.schema;
    static const Json kAny = Json::object();
    SchemaPart items{&kAny, ""};
    if (schema.is_object() && schema.contains("items")) {
      if (schema["items"].is_array()) LAR_TRY(ToolSchema::refuse(part, {"items"}));
      items = {&schema["items"], pointer_step(part.pointer, "items")};
    }
    const auto bound = [&](const char* key, size_t otherwise) {
      if (!schema.is_object() || !schema.contains(key) || !schema[key].is_number())
        return otherwise;
      return static_cast<size_t>(std::clamp(schema[key].get<double>(), 0.0, 1e9));
    };
    const size_t min = bound("minItems", 0);
    const size_t max = std::max(bound("maxItems", SIZE_MAX), min);
    if (min > kItemsMax) LAR_TRY(ToolSchema::refuse(part, {"minItems"}));
    std::string rule;
    if (max > 0) {
      LAR_TRY(rule, items.schema == &kAny ? any_scalar() : value(items));
    }
    std::string item = " " + rule;
    if (elements()) item = literal(tag("item")) + item + literal(tag("/item"));
    const std::string more = max == SIZE_MAX ? "" : std::to_string(std::min(max, kItemsMax) - 1);
    std::string all;
    if (max > 0) {
      all = fmt::format("{} ({}{}){{{},{}}}", item, elements() ? "" : literal(","), item,
                        min == 0 ? 0 : min - 1, more);
      if (min == 0) all = fmt::format(" ({})?", all);
    }
    return elements() ? (all.empty() ? " \"\"" : all) : literal("[") + all + literal("]");
  }

  // Anything but lists and objects, where the schema says nothing.
  Result<std::string> any_scalar() {
    if (any_.empty()) {
      any_ = fresh();
      const std::string text_rule = fresh();
      const std::string value_rule = fresh();
      rules_.texts.push_back({.name = text_rule,
                              .schema = R"({"type":"string"})",
                              .without = form_.enders,
                              .unlike = {}});
      rules_.schemas.push_back({value_rule, R"({"type":["boolean","integer","number","null"]})"});
      const std::string quote = elements() ? "" : literal(form_.syntax.string_quote);
      rules_.gbnf += fmt::format("{} ::={} {}{} | {}\n", any_, quote, text_rule, quote, value_rule);
    }
    return any_;
  }

  std::string tag(std::string_view name) const {
    return fmt::format("{}<{}>", form_.syntax.string_quote, name);
  }

  Result<std::string> object(const SchemaPart& part) {
    LAR_TRY(const auto arguments, schema_.arguments(part));
    std::vector<ListMember> members;
    for (const ToolSchema::Argument& argument : arguments) {
      LAR_TRY(check_spelling(argument.name, elements() ? "<>/" : ":,{}[]\"'<>|"));
      LAR_TRY(const std::string rule, value(argument.part));
      members.push_back({member(argument.name, rule), argument.required});
    }
    if (!elements()) {
      return literal("{") + " " + add_list(fresh(), members, literal(","), rules_) + literal("}");
    }
    std::string all;
    for (const ListMember& one : members) {
      all += one.required ? one.items : fmt::format(" ({})?", one.items);
    }
    return all.empty() ? " \"\"" : all;
  }

  std::string member(const std::string& name, const std::string& rule) const {
    if (!elements()) return literal(name + ":") + " " + rule;
    return literal(tag(name)) + " " + rule + literal(tag("/" + name));
  }

  const ArgumentForm& form_;
  const ToolSchema& schema_;
  ArgumentRules& rules_;
  std::map<std::string, std::string> made_;  // by pointer
  std::string any_;
  size_t count_ = 0;
};

}  // namespace

Result<std::string> add_nested_arguments(const ArgumentForm& form,
                                         const ToolSchema& schema,
                                         ArgumentRules& rules) {
  return NestedRules(form, schema, rules).arguments();
}

}  // namespace lar::runtime
