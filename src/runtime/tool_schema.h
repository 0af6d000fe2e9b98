// The schema of one tool's arguments, taken apart as far as a family's own syntax needs it; what
// stands inside values is left to schemas that refer to its parts.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace lar::runtime {

// A subschema and where it stands, as a JSON pointer.
struct SchemaPart {
  const nlohmann::ordered_json* schema = nullptr;
  std::string pointer;
};

class ToolSchema {
 public:
  // `number` is that of the tool in its request.
  ToolSchema(size_t number, nlohmann::ordered_json parameters);

  // The name of the whole schema, and its text with an $id that part() refers to.
  std::string name() const;
  std::string text() const;
  SchemaPart root() const { return {&root_, ""}; }

  // A schema of the values of `part` that have one of `types`.
  std::string part(const SchemaPart& part, const std::vector<std::string>& types) const;

  // What `part` stands for: the end of its references. Errors: unsupported for a reference that has
  // other keywords beside it or leaves the schema.
  Result<SchemaPart> resolved(SchemaPart part) const;

  // The types that values of the part may have, all six where it does not say.
  Result<std::vector<std::string>> types(const SchemaPart& part) const;

  struct Argument {
    std::string name;
    SchemaPart part;
    bool required = false;
  };
  // The properties of an object in their order. Errors: unsupported for a keyword that demands
  // something of the object as a whole, by its place.
  Result<std::vector<Argument>> arguments(const SchemaPart& object) const;

  // Errors: unsupported where the part has one of the keywords.
  static Result<void> refuse(const SchemaPart& part, std::initializer_list<const char*> keywords);

 private:
  Result<void> collect_types(const SchemaPart& part,
                             int depth,
                             std::vector<std::string>& types) const;

  size_t number_ = 0;
  nlohmann::ordered_json root_;
};

// One more step of a JSON pointer.
std::string pointer_step(const std::string& pointer, std::string_view step);

}  // namespace lar::runtime
