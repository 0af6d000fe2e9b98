#include "constrain/schema_document.h"

#include <array>
#include <charconv>

#include "constrain/json_pointer.h"

namespace lar::constrain {
namespace {

// RFC 3986, section 5.2, for what occurs in schemas.
struct UriParts {
  std::string scheme;     // with ':'
  std::string authority;  // with '//'
  std::string path;
};

UriParts split_uri(std::string_view uri) {
  UriParts parts;
  const size_t colon = uri.find(':');
  const size_t slash = uri.find('/');
  if (colon != std::string_view::npos && colon > 0 &&
      (slash == std::string_view::npos || colon < slash)) {
    parts.scheme = uri.substr(0, colon + 1);
    uri.remove_prefix(colon + 1);
  }
  if (uri.starts_with("//")) {
    const size_t end = std::min(uri.find('/', 2), uri.size());
    parts.authority = uri.substr(0, end);
    uri.remove_prefix(end);
  }
  parts.path = uri;
  return parts;
}

std::string remove_dots(std::string_view path) {
  std::vector<std::string_view> kept;
  bool directory = false;
  const bool rooted = path.starts_with('/');
  if (rooted) path.remove_prefix(1);
  while (true) {
    const size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    directory = part == "." || part == "..";
    if (part == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (part != ".") {
      kept.push_back(part);
    }
    if (end == path.size()) break;
    path.remove_prefix(end + 1);
  }
  std::string out = rooted ? "/" : "";
  for (size_t i = 0; i < kept.size(); ++i) {
    if (i > 0) out += '/';
    out += kept[i];
  }
  if (directory && !kept.empty()) out += '/';
  return out;
}

// Both without fragments.
std::string resolve_uri(std::string_view base, std::string_view ref) {
  if (ref.empty()) return std::string(base);
  const UriParts r = split_uri(ref);
  if (!r.scheme.empty()) return std::string(ref);
  const UriParts b = split_uri(base);
  if (!r.authority.empty()) return b.scheme + r.authority + remove_dots(r.path);
  if (r.path.starts_with('/')) return b.scheme + b.authority + remove_dots(r.path);
  const size_t cut = b.path.rfind('/');
  const std::string folder =
      cut == std::string::npos ? (b.authority.empty() ? "" : "/") : b.path.substr(0, cut + 1);
  return b.scheme + b.authority + remove_dots(folder + r.path);
}

std::pair<std::string_view, std::string_view> split_fragment(std::string_view uri) {
  const size_t hash = uri.find('#');
  if (hash == std::string_view::npos) return {uri, {}};
  return {uri.substr(0, hash), uri.substr(hash + 1)};
}

std::string percent_decode(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr ==
            text.data() + i + 3) {
      out.push_back(static_cast<char>(value));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

// Where subschemas stand.
constexpr std::array<std::string_view, 16> kSchemaKeywords{"items",
                                                           "additionalItems",
                                                           "additionalProperties",
                                                           "not",
                                                           "if",
                                                           "then",
                                                           "else",
                                                           "contains",
                                                           "propertyNames",
                                                           "unevaluatedItems",
                                                           "unevaluatedProperties",
                                                           "contentSchema",
                                                           "allOf",
                                                           "anyOf",
                                                           "oneOf",
                                                           "prefixItems"};
constexpr std::array<std::string_view, 6> kSchemaMaps{
    "properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"};

template <size_t N>
bool among(const std::array<std::string_view, N>& list, std::string_view name) {
  for (const std::string_view item : list) {
    if (item == name) return true;
  }
  return false;
}

Result<Draft> draft_of(std::string_view uri) {
  constexpr std::string_view kHost = "json-schema.org/";
  const size_t host = uri.find(kHost);
  if (host == std::string_view::npos || host > std::string_view("https://").size()) {
    return fail(Code::kUnsupported, "$schema: \"" + std::string(uri) + "\" is not supported");
  }
  if (uri.find("2020-12") != uri.npos) return Draft::kDraft2020;
  if (uri.find("2019-09") != uri.npos) return Draft::kDraft2019;
  if (uri.find("draft-07") != uri.npos) return Draft::kDraft7;
  if (uri.find("draft-06") != uri.npos) return Draft::kDraft6;
  if (uri.find("draft-04") != uri.npos) return Draft::kDraft4;
  if (uri.find("json-schema.org/schema") != uri.npos) return Draft::kDraft2020;
  return fail(Code::kUnsupported, "$schema: \"" + std::string(uri) + "\" is not supported");
}

}  // namespace

Result<SchemaDocument> SchemaDocument::create(JsonValue root, Draft draft) {
  SchemaDocument out;
  out.draft_ = draft;
  out.root_ = std::make_unique<JsonValue>(std::move(root));
  if (const JsonValue* uri = out.root_->find("$schema")) {
    if (!uri->is(JsonValue::Kind::kString)) {
      return fail(Code::kInvalidArgument, "$schema: must be a string");
    }
    LAR_TRY(out.draft_, draft_of(uri->text));
    out.names_draft_ = true;
  }
  out.resources_.emplace("", out.root_.get());
  LAR_TRY(out.index(*out.root_, {}, 0));
  return out;
}

Result<void> SchemaDocument::index(const JsonValue& schema, const Place& place, size_t depth) {
  using Kind = JsonValue::Kind;
  if (depth > kMaxJsonDepth) return fail(Code::kResourceExhausted, "schema nested too deeply");
  const auto [at, fresh] = places_.try_emplace(&schema, place);
  if (!fresh || !schema.is(Kind::kObject)) return {};
  Place& mine = at->second;
  const bool ref_hides_siblings = draft_ <= Draft::kDraft7 && schema.find("$ref") != nullptr;
  const JsonValue* id = schema.find(draft_ == Draft::kDraft4 ? "id" : "$id");
  if (id != nullptr && id->is(Kind::kString) && !ref_hides_siblings) {
    const auto [uri, fragment] = split_fragment(id->text);
    if (!uri.empty()) {
      mine.base = resolve_uri(place.base, uri);
      resources_.emplace(mine.base, &schema);
    }
    if (!fragment.empty()) {
      resources_.emplace(mine.base + "#" + std::string(fragment), &schema);
    }
  }
  for (const char* keyword : {"$anchor", "$dynamicAnchor"}) {
    const JsonValue* anchor = schema.find(keyword);
    if (anchor == nullptr || !anchor->is(Kind::kString)) continue;
    resources_.emplace(mine.base + "#" + anchor->text, &schema);
    if (std::string_view(keyword) == "$dynamicAnchor") {
      dynamic_anchors_.emplace(anchor->text, &schema);
    }
  }
  const std::string base = mine.base;  // places_ may move while it grows
  for (const JsonMember& member : schema.members) {
    const std::string step = "/" + escape_pointer(member.name);
    if (among(kSchemaKeywords, member.name)) {
      LAR_TRY(index(member.value, {base, &schema, step}, depth + 1));
      for (size_t i = 0; i < member.value.items.size(); ++i) {
        LAR_TRY(index(member.value.items[i], {base, &schema, step + "/" + std::to_string(i)},
                      depth + 1));
      }
    } else if (among(kSchemaMaps, member.name)) {
      for (const JsonMember& inner : member.value.members) {
        LAR_TRY(index(inner.value, {base, &schema, step + "/" + escape_pointer(inner.name)},
                      depth + 1));
      }
    }
  }
  return {};
}

Result<const JsonValue*> SchemaDocument::resolve(const JsonValue& from, std::string_view ref) {
  const auto place = places_.find(&from);
  const std::string base = place == places_.end() ? "" : place->second.base;
  const auto [uri, raw_fragment] = split_fragment(ref);
  const std::string target = resolve_uri(base, uri);
  const std::string fragment = percent_decode(raw_fragment);
  const std::string quoted = "$ref: \"" + std::string(ref) + "\" ";
  if (!fragment.empty() && !fragment.starts_with('/')) {
    const auto anchor = resources_.find(target + "#" + fragment);
    if (anchor != resources_.end()) return anchor->second;
    return fail(Code::kNotFound, quoted + "names no anchor of the schema");
  }
  const auto resource = resources_.find(target);
  if (resource == resources_.end()) {
    return fail(Code::kUnsupported, quoted + "names another document, which is not fetched");
  }
  const JsonValue* at = resource->second;
  std::string at_base = target;
  for (std::string_view rest = fragment; !rest.empty();) {
    rest.remove_prefix(1);
    const size_t end = std::min(rest.find('/'), rest.size());
    const std::string step = unescape_pointer(rest.substr(0, end));
    rest.remove_prefix(end);
    const JsonValue* next = at->find(step);
    size_t i = 0;
    if (next == nullptr && at->is(JsonValue::Kind::kArray) &&
        std::from_chars(step.data(), step.data() + step.size(), i).ptr ==
            step.data() + step.size() &&
        i < at->items.size()) {
      next = &at->items[i];
    }
    if (next == nullptr) return fail(Code::kNotFound, quoted + "names nothing in the schema");
    if (const auto known = places_.find(next); known != places_.end()) at_base = known->second.base;
    at = next;
  }
  // A target under an unknown keyword becomes a subschema by being referred to.
  LAR_TRY(index(*at, {at_base, nullptr, "/" + fragment}, 0));
  return at;
}

std::string SchemaDocument::path_of(const JsonValue& schema) const {
  std::string path;
  auto at = places_.find(&schema);
  for (; at != places_.end(); at = places_.find(at->second.parent)) path = at->second.step + path;
  return "#" + path;
}

const JsonValue* SchemaDocument::sole_dynamic_anchor(const std::string& name) const {
  const auto [first, last] = dynamic_anchors_.equal_range(name);
  return first != last && std::next(first) == last ? first->second : nullptr;
}

}  // namespace lar::constrain
