#include "support/random_schema.h"

#include <random>
#include <vector>

namespace lar::test {
namespace {

class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  std::string document() {
    definitions_ = 1 + pick(2);
    std::string schema = chance(4) ? any(0) : object(0);
    schema.pop_back();
    schema += R"(, "$defs": {)";
    for (unsigned i = 0; i < definitions_; ++i) {
      // A definition that refers to itself does so where it may be left out.
      const std::string name = "d" + std::to_string(i);
      const std::string self = R"({"$ref": "#/$defs/)" + name + "\"}";
      schema += (i > 0 ? ", \"" : "\"") + name + R"(": {"type": "object", "properties": {"v": )" +
                scalar() + R"(, "next": )" + (chance(2) ? self : R"({"type": "null"})") +
                R"(}, "required": ["v"], "additionalProperties": false})";
    }
    return schema + "}}";
  }

 private:
  unsigned pick(unsigned count) { return static_cast<unsigned>(random_() % count); }
  bool chance(unsigned in) { return pick(in) == 0; }
  std::string number(int first, int last) {
    return std::to_string(first + static_cast<int>(pick(static_cast<unsigned>(last - first + 1))));
  }
  std::string one_of(const std::vector<std::string>& list) {
    return list[pick(static_cast<unsigned>(list.size()))];
  }

  std::string string() {
    switch (pick(8)) {
      case 0: return R"({"type": "string"})";
      case 1: return R"({"type": "string", "maxLength": )" + number(0, 12) + "}";
      case 2:
        return R"({"type": "string", "minLength": )" + number(0, 3) + R"(, "maxLength": )" +
               number(3, 30) + "}";
      case 3:
        return R"({"type": "string", "format": ")" +
               one_of({"date", "time", "date-time", "uuid", "ipv4", "email", "duration"}) + "\"}";
      case 4:
        return R"({"type": "string", "pattern": ")" +
               one_of({"^[a-z]{2,8}$", "^[A-Z][a-z]*$", "^(yes|no|maybe)$", R"(^\\d{3}-\\d{4}$)",
                       R"(^[^ ]{1,6}$)", "^#[0-9a-f]{6}$", R"(^\\w+@\\w+$)"}) +
               "\"}";
      case 5: return R"({"enum": ["red", "green", "blue", "gr\u00fcn", "a\"b\\c\n"]})";
      case 6: return R"({"const": ")" + one_of({"x", "on", "\xE4\xB8\x96\xE7\x95\x8C"}) + "\"}";
      default: return R"({"type": ["string", "null"], "maxLength": 8})";
    }
  }

  std::string scalar() {
    switch (pick(9)) {
      case 0: return R"({"type": "boolean"})";
      case 1: return R"({"type": "null"})";
      case 2: return R"({"type": "integer"})";
      case 3:
        return R"({"type": "integer", "minimum": )" + number(-500, 10) + R"(, "maximum": )" +
               number(10, 100000) + "}";
      case 4:
        return R"({"type": "number", "exclusiveMinimum": )" + number(-9, 0) + R"(, "maximum": )" +
               number(1, 99) + ".5}";
      case 5: return R"({"enum": [1, 2.5, null, true, "x"]})";
      case 6: return R"({"type": "integer", "multipleOf": )" + number(2, 10) + "}";
      default: return string();
    }
  }

  std::string array(unsigned depth) {
    switch (pick(4)) {
      case 0:
        return R"({"type": "array", "items": )" + any(depth + 1) + R"(, "minItems": )" +
               number(0, 2) + R"(, "maxItems": )" + number(2, 5) + "}";
      case 1:
        return R"({"type": "array", "prefixItems": [)" + any(depth + 1) + ", " + scalar() +
               R"(], "items": false, "minItems": 2})";
      case 2:
        return R"({"type": "array", "items": {"enum": ["a", "b", "c", 1, 2]}, "uniqueItems": true,)"
               R"( "minItems": 1})";
      default: return R"({"type": "array", "items": )" + scalar() + "}";
    }
  }

  std::string object(unsigned depth) {
    std::string properties;
    std::string required;
    const unsigned count = 1 + pick(depth == 0 ? 6 : 3);
    for (unsigned i = 0; i < count; ++i) {
      const std::string name =
          one_of({"id", "name", "na\\\"me", "naming", "t\u00e4g", "value"}) + std::to_string(i);
      properties += (i > 0 ? ", \"" : "\"") + name + "\": " + any(depth + 1);
      if (!chance(3)) required += (required.empty() ? "\"" : ", \"") + name + "\"";
    }
    std::string rest = R"(, "additionalProperties": false)";
    if (chance(5)) {
      rest = R"(, "additionalProperties": )" + scalar() + R"(, "maxProperties": )" +
             std::to_string(count + 1);
    }
    if (chance(8)) rest += R"(, "patternProperties": {"^x_": )" + scalar() + "}";
    return R"({"type": "object", "properties": {)" + properties + R"(}, "required": [)" + required +
           "]" + rest + "}";
  }

  std::string any(unsigned depth) {
    if (depth >= 3) return scalar();
    switch (pick(10)) {
      case 0: return array(depth);
      case 1: return object(depth);
      case 2: return R"({"anyOf": [)" + scalar() + ", " + object(depth + 1) + "]}";
      case 3: return R"({"oneOf": [{"type": "integer"}, {"type": "string", "maxLength": 5}]})";
      case 4: return R"({"$ref": "#/$defs/d)" + std::to_string(pick(definitions_)) + "\"}";
      case 5: return R"({"allOf": [{"type": "integer", "minimum": 3}, {"maximum": 77}]})";
      default: return scalar();
    }
  }

  std::mt19937 random_;
  unsigned definitions_ = 1;
};

}  // namespace

std::string random_schema(unsigned seed) {
  return Maker(seed).document();
}

}  // namespace lar::test
