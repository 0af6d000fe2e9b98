#include "modelfile/recipe.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "store/json.h"

namespace lar::modelfile {
namespace {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_identifier_char(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

// Cuts `text` at the first `mark`; what follows it, or nullopt.
std::optional<std::string_view> cut(std::string_view& text, char mark) {
  const size_t at = text.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  const auto tail = text.substr(at + 1);
  text = text.substr(0, at);
  return tail;
}

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit) &&
         (text.size() == 1 || text[0] != '0');
}

// Dot-separated identifiers; numeric ones of a pre-release have no leading zero.
bool are_identifiers(std::string_view text, bool pre_release) {
  while (true) {
    std::string_view part = text;
    const auto rest = cut(part, '.');
    if (part.empty() || !std::ranges::all_of(part, is_identifier_char)) return false;
    if (pre_release && std::ranges::all_of(part, is_digit) && !is_number(part)) return false;
    if (!rest) return true;
    text = *rest;
  }
}

// Semantic version 2.0; MAJOR and MAJOR.MINOR alone are versions too.
bool is_version(std::string_view text) {
  const auto build = cut(text, '+');
  const auto pre_release = cut(text, '-');
  if (build && !are_identifiers(*build, false)) return false;
  if (pre_release && !are_identifiers(*pre_release, true)) return false;
  int numbers = 0;
  for (std::optional<std::string_view> rest = text; rest;) {
    std::string_view part = *rest;
    rest = cut(part, '.');
    if (!is_number(part)) return false;
    ++numbers;
  }
  return numbers == 3 || (numbers < 3 && !build && !pre_release);
}

Result<void> apply(Recipe& recipe, const Instruction& instruction) {
  const std::string& value = instruction.value;
  switch (instruction.command) {
    case Command::kFrom: recipe.from.push_back(value); break;
    case Command::kAdapter: recipe.adapters.push_back(value); break;
    case Command::kDraft: recipe.drafts.push_back(value); break;
    case Command::kTemplate: recipe.template_text = value; break;
    case Command::kSystem: recipe.system = value; break;
    case Command::kLicense: recipe.licenses.push_back(value); break;
    case Command::kRenderer: recipe.renderer = value; break;
    case Command::kParser: recipe.parser = value; break;
    case Command::kMessage: recipe.messages.push_back({instruction.name, value}); break;
    case Command::kRequires: {
      const std::string version = value.starts_with('v') ? value.substr(1) : value;
      if (!is_version(version)) {
        return fail(Code::kInvalidArgument, "requires must be a valid semver (e.g. 0.14.0)");
      }
      recipe.requires_version = version;
      break;
    }
    case Command::kParameter:
      if (is_deprecated_parameter(instruction.name)) {
        recipe.warnings.push_back("parameter " + instruction.name + " is deprecated");
        break;
      }
      return add_parameter(recipe.parameters, instruction.name, value);
  }
  return {};
}

}  // namespace

Result<Recipe> make_recipe(const Modelfile& file) {
  Recipe recipe;
  for (const Instruction& instruction : file.instructions) LAR_TRY(apply(recipe, instruction));
  return recipe;
}

std::string encode_messages(const std::vector<Message>& messages) {
  auto list = nlohmann::ordered_json::array();
  for (const Message& message : messages) {
    list.push_back({{"role", message.role}, {"content", message.content}});
  }
  return store::go_json(list) + '\n';
}

Result<std::vector<Message>> decode_messages(std::string_view json) {
  LAR_TRY(const auto list, with_context(store::parse_json(json), "messages"));
  if (!list.is_array()) return fail(Code::kDataCorrupt, "messages: not a list");
  std::vector<Message> messages;
  for (const auto& item : list) {
    Message& message = messages.emplace_back();
    if (!item.is_object()) return fail(Code::kDataCorrupt, "messages: not a list of objects");
    for (const auto& [key, out] :
         {std::pair("role", &message.role), std::pair("content", &message.content)}) {
      const auto field = item.find(key);
      if (field == item.end()) continue;
      if (!field->is_string()) return fail(Code::kDataCorrupt, "messages: a field is not a string");
      *out = field->get<std::string>();
    }
  }
  return messages;
}

}  // namespace lar::modelfile
