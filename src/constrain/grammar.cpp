#include "constrain/grammar.h"

#include <algorithm>
#include <array>
#include <map>

#include "constrain/regex.h"

namespace lar::constrain {
namespace {

constexpr uint32_t kLeadKind = 65;  // white space before the start: [kLeadKind, bytes left]
constexpr uint32_t kLeadBytes = 16;

bool is_space(uint8_t byte) {
  return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

bool is_empty_object(const JsonValue& value) {
  return value.is(JsonValue::Kind::kObject) && value.members.empty();
}

JsonValue string_value(std::string text) {
  return {.kind = JsonValue::Kind::kString, .text = std::move(text)};
}

Result<std::unique_ptr<SchemaReader>> read_schema(JsonValue schema, const SchemaOptions& options) {
  const bool generating = options.purpose == Purpose::kGenerate;
  if (generating && is_empty_object(schema)) {
    schema.members.push_back({"type", string_value("object")});
  }
  LAR_TRY(SchemaDocument document, SchemaDocument::create(std::move(schema), options.draft));
  ReaderOptions reader{.formats = options.formats};
  if (reader.formats == FormatPolicy::kDeclared) {
    const bool annotates = document.names_draft() && document.draft() >= Draft::kDraft2019;
    reader.formats = annotates ? FormatPolicy::kAnnotate : FormatPolicy::kAssert;
  }
  return std::make_unique<SchemaReader>(std::move(document), reader);
}

// Several schemas as definitions of one document; each is a resource of its own, so that its
// references start at itself.
Result<JsonValue> collect_schemas(const std::vector<NamedSchema>& schemas) {
  JsonValue defs{.kind = JsonValue::Kind::kObject};
  for (const NamedSchema& named : schemas) {
    LAR_TRY(JsonValue schema, with_context(parse_json(named.schema), named.name));
    if (is_empty_object(schema)) schema.members.push_back({"type", string_value("object")});
    if (schema.is(JsonValue::Kind::kObject) && schema.find("$id") == nullptr) {
      schema.members.push_back({"$id", string_value("lar:" + std::to_string(defs.members.size()))});
    }
    defs.members.push_back({named.name, std::move(schema)});
  }
  JsonValue all{.kind = JsonValue::Kind::kObject};
  all.members.push_back({"$defs", std::move(defs)});
  return all;
}

std::string escaped_regex(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\^$.|?*+()[]{}/").contains(c)) out += '\\';
    out += c;
  }
  return out;
}

Result<Dfa> strings_of(ValueAlgebra& algebra, const JsonValue& schema, const NamedText& text) {
  LAR_TRY(const ValueSet* values, algebra.resolve(algebra.schema(schema)));
  std::vector<StringAlt> alternatives = values->strings;
  for (StringAlt& alternative : alternatives) {
    if (alternative.max == kNoLimit) continue;
    alternative.max = std::min(alternative.max, std::max(alternative.min, kMaxTextChars));
  }
  Dfa strings = Dfa::none();
  if (!alternatives.empty()) {
    LAR_TRY(const DfaId id, algebra.as_dfa(alternatives));
    strings = algebra.dfa(id);
  }
  const auto remove = [&](std::string_view pattern, RegexMatch match) -> Result<void> {
    LAR_TRY(const Dfa unwanted, compile_regex(pattern, match));
    LAR_TRY(strings, Dfa::combine(strings, unwanted, Dfa::Op::kMinus));
    return {};
  };
  for (const std::string& part : text.without) {
    LAR_TRY(remove(escaped_regex(part), RegexMatch::kSearch));
  }
  for (const std::string& pattern : text.unlike) LAR_TRY(remove(pattern, RegexMatch::kWhole));
  if (strings.empty()) {
    return fail(Code::kInvalidArgument, "no string of the schema can be written in this form");
  }
  return strings;
}

}  // namespace

Grammar::Grammar() : rules_(*this), automaton_(states_, rules_) {
  const uint32_t done = JsonRules::kDoneKind;
  states_.intern({&done, 1});
}

uint32_t Grammar::kind(StateId state) const {
  return states_.key(state)[0];
}

void Grammar::AllRules::step(StateId state, uint8_t byte, MoveList& out) {
  const uint32_t kind = grammar_.kind(state);
  if (kind == GbnfRules::kKind) {
    grammar_.gbnf_->step(state, byte, out);
  } else if (kind == kLeadKind) {
    const uint32_t left = grammar_.states_.key(state)[1];
    if (is_space(byte) && left > 0) {
      const std::array<uint32_t, 2> next{kLeadKind, left - 1};
      out.add(grammar_.states_.intern(next));
    }
    step(grammar_.start_, byte, out);
  } else if (grammar_.json_ != nullptr) {
    grammar_.json_->step(state, byte, out);
  }
}

bool Grammar::AllRules::accepting(StateId state) {
  const uint32_t kind = grammar_.kind(state);
  if (kind == GbnfRules::kKind) return grammar_.gbnf_->accepting(state);
  if (kind == kLeadKind) return accepting(grammar_.start_);
  return state == kDone || grammar_.json_->accepting(state);
}

bool Grammar::AllRules::final_only(StateId state) {
  const uint32_t kind = grammar_.kind(state);
  if (kind == GbnfRules::kKind) return grammar_.gbnf_->final_only(state);
  if (kind == kLeadKind) return false;
  return state == kDone || grammar_.json_->final_only(state);
}

bool Grammar::AllRules::cacheable(StateId state, uint8_t byte) const {
  const uint32_t kind = grammar_.kind(state);
  if (kind == GbnfRules::kKind || kind == kLeadKind) return true;
  return state != kDone && grammar_.json_->cacheable(state, byte);
}

void Grammar::AllRules::token_edges(StateId state, std::vector<TokenEdge>& out) {
  const uint32_t kind = grammar_.kind(state);
  if (kind == kLeadKind) return token_edges(grammar_.start_, out);
  if (kind == GbnfRules::kKind) grammar_.gbnf_->token_edges(state, out);
}

Result<std::shared_ptr<Grammar>> Grammar::from_schema(std::string_view schema,
                                                      const SchemaOptions& options) {
  LAR_TRY(JsonValue json, parse_json(schema));
  LAR_TRY(std::unique_ptr<SchemaReader> reader, read_schema(std::move(json), options));
  const ExprId root = reader->root();
  auto plan = std::make_unique<JsonPlan>(std::move(reader), options.purpose);
  LAR_TRY(const NodeId node, plan->build(root));
  std::shared_ptr<Grammar> grammar(new Grammar);
  grammar->json_ = std::make_unique<JsonRules>(grammar->states_, std::move(plan));
  grammar->start_ = grammar->json_->document(node);
  if (options.purpose == Purpose::kCheck) grammar->automaton_.allow_states(kMaxCheckStates);
  return grammar;
}

Result<std::shared_ptr<Grammar>> Grammar::json_object() {
  return from_schema(R"({"type":"object"})", {});
}

Result<std::shared_ptr<Grammar>> Grammar::from_gbnf(std::string_view text,
                                                    const GbnfOptions& options) {
  std::vector<NamedSchema> schemas = options.schemas;
  for (const NamedText& named : options.texts) schemas.push_back({named.name, named.schema});
  std::vector<std::string> outer;
  for (const NamedSchema& named : schemas) outer.push_back(named.name);
  LAR_TRY(const GbnfSyntax syntax, parse_gbnf(text, options.token_id, outer));
  std::shared_ptr<Grammar> grammar(new Grammar);
  std::vector<NodeId> nodes(syntax.rules.size(), 0);
  std::map<uint32_t, Dfa> texts;
  if (!schemas.empty()) {
    LAR_TRY(JsonValue all, collect_schemas(schemas));
    LAR_TRY(std::unique_ptr<SchemaReader> reader,
            read_schema(std::move(all), options.schema_options));
    auto plan = std::make_unique<JsonPlan>(std::move(reader), options.schema_options.purpose);
    const JsonValue* defs = plan->reader().document().root().find("$defs");
    ValueAlgebra& algebra = plan->reader().algebra();
    for (uint32_t rule = 0; rule < syntax.rules.size(); ++rule) {
      if (syntax.rules[rule]) continue;
      const auto named = std::ranges::find(outer, syntax.rule_names[rule]);
      if (named == outer.end()) continue;
      const auto i = static_cast<size_t>(named - outer.begin());
      const JsonValue& schema = defs->members[i].value;
      if (i < options.schemas.size()) {
        LAR_TRY(nodes[rule], with_context(plan->build(algebra.schema(schema)), outer[i]));
        continue;
      }
      const NamedText& of = options.texts[i - options.schemas.size()];
      LAR_TRY(Dfa strings, with_context(strings_of(algebra, schema, of), outer[i]));
      texts.emplace(rule, std::move(strings));
    }
    grammar->json_ = std::make_unique<JsonRules>(grammar->states_, std::move(plan), options.style);
  }
  Grammar* self = grammar.get();
  LAR_TRY(grammar->gbnf_, GbnfRules::create(syntax, texts, grammar->states_,
                                            [self, nodes](uint32_t rule, uint8_t byte,
                                                          StateId after, MoveList& out) {
                                              self->json_->start(nodes[rule], byte, after, out);
                                            }));
  grammar->start_ = grammar->gbnf_->root();
  return grammar;
}

Result<std::shared_ptr<Grammar>> Grammar::from_regex(std::string_view pattern) {
  LAR_TRY(const Dfa dfa, compile_regex(pattern, RegexMatch::kWhole));
  if (dfa.empty()) return fail(Code::kInvalidArgument, "regex: no text matches the expression");
  std::shared_ptr<Grammar> grammar(new Grammar);
  LAR_TRY(grammar->gbnf_, GbnfRules::of_strings(dfa, grammar->states_));
  grammar->start_ = grammar->gbnf_->root();
  return grammar;
}

StateId Grammar::start_after_space() {
  const std::array<uint32_t, 2> key{kLeadKind, kLeadBytes};
  return states_.intern(key);
}

MaskCache& Grammar::masks(const std::shared_ptr<const Vocabulary>& vocabulary) {
  if (masks_ == nullptr || masks_->vocabulary() != vocabulary) {
    MaskCache::Hooks hooks;
    const auto is_json = [this](StateId state) {
      return json_ != nullptr && kind(state) < GbnfRules::kKind;
    };
    if (json_ != nullptr && json_->looks_at_text()) {
      hooks.look_at = [this](std::string_view text) { look_at(text); };
    }
    hooks.mask_state = [this, is_json](StateId state, size_t longest) {
      return is_json(state) ? json_->mask_state(state, longest) : state;
    };
    hooks.free_run = [this, is_json](StateId state, size_t slice) {
      return is_json(state) ? json_->free_run(state, slice) : FreeRun{};
    };
    hooks.content_run = [this, is_json](StateId state) {
      return is_json(state) ? json_->content_run(state) : ContentRun{};
    };
    hooks.shared_key = [this, is_json](StateId state) {
      return is_json(state) && json_->is_free_string(state) ? states_.key(state)
                                                            : std::span<const uint32_t>();
    };
    masks_ = std::make_unique<MaskCache>(vocabulary, std::move(hooks));
  }
  return *masks_;
}

void Grammar::look_at(std::string_view text) {
  if (json_ != nullptr) json_->look_at(text);
}

std::string Grammar::explain(StateId state) {
  return json_ == nullptr || kind(state) >= GbnfRules::kKind ? "" : json_->explain(state);
}

}  // namespace lar::constrain
