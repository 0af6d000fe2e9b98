// A schema as a document: which subschema an address ($ref) names, and which draft it is written
// in. Knows $id, $anchor and JSON pointers; fetches nothing.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "constrain/json_value.h"

namespace lar::constrain {

enum class Draft : uint8_t { kDraft4, kDraft6, kDraft7, kDraft2019, kDraft2020 };

class SchemaDocument {
 public:
  // `draft` holds where the schema has no $schema. Errors: invalid_argument; unsupported for a
  // $schema that is none of the drafts above.
  static Result<SchemaDocument> create(JsonValue root, Draft draft);

  const JsonValue& root() const { return *root_; }
  Draft draft() const { return draft_; }
  bool names_draft() const { return names_draft_; }  // in $schema

  // The subschema that `ref`, found in `from`, names. Errors: not_found; unsupported for one that
  // lies in another document.
  Result<const JsonValue*> resolve(const JsonValue& from, std::string_view ref);

  // The path of a subschema from the root ("#/properties/a"), for messages.
  std::string path_of(const JsonValue& schema) const;

  // The only subschema with this $dynamicAnchor, or nullptr where there are none or several.
  const JsonValue* sole_dynamic_anchor(const std::string& name) const;

 private:
  struct Place {
    std::string base;  // URI of the resource it belongs to
    const JsonValue* parent = nullptr;
    std::string step;  // path from the parent
  };

  SchemaDocument() = default;
  Result<void> index(const JsonValue& schema, const Place& place, size_t depth);

  std::unique_ptr<JsonValue> root_;  // the address of every subschema must stay
  Draft draft_ = Draft::kDraft2020;
  bool names_draft_ = false;
  std::unordered_map<const JsonValue*, Place> places_;
  std::map<std::string, const JsonValue*> resources_;  // URI without fragment, or with an anchor
  std::multimap<std::string, const JsonValue*> dynamic_anchors_;
};

}  // namespace lar::constrain
