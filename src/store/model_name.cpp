#include "store/model_name.h"

#include <algorithm>

namespace lar::store {
namespace {

enum class Part { kScheme, kHost, kNamespace, kModel, kTag };

constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr size_t length_max(Part part) {
  switch (part) {
    case Part::kScheme: return ModelName::kSchemeMax;
    case Part::kHost: return ModelName::kHostMax;
    default: return ModelName::kPartMax;
  }
}

constexpr bool may_begin(Part part, char c) {
  return is_letter(c) || (part != Part::kScheme && (is_digit(c) || c == '_'));
}

constexpr bool may_follow(Part part, char c) {
  if (is_letter(c) || is_digit(c) || c == '-') return true;
  switch (c) {
    case '_': return part != Part::kScheme;
    case '.': return part != Part::kNamespace;
    case ':': return part == Part::kHost;
    case '+': return part == Part::kScheme;
    default: return false;
  }
}

bool well_formed(Part part, std::string_view text) {
  if (text.empty() || text.size() > length_max(part) || !may_begin(part, text[0])) return false;
  return std::ranges::all_of(text.substr(1), [part](char c) { return may_follow(part, c); });
}

// Cuts what follows the last `separator` off `text`; nullopt if there is none.
std::optional<std::string_view> cut_last(std::string_view& text, char separator) {
  const size_t at = text.rfind(separator);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view tail = text.substr(at + 1);
  text = text.substr(0, at);
  return tail;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

Result<ModelName> ModelName::parse(std::string_view text) {
  const auto invalid = [] { return fail(Code::kInvalidArgument, "invalid model name"); };
  std::optional<Digest> pin;
  if (const auto pinned = cut_last(text, '@')) {
    const auto digest = Digest::parse(*pinned);
    if (!digest) return invalid();
    pin = *digest;
  }
  std::string_view scheme = "https";
  std::string_view host = kDefaultHost;
  std::string_view name_space = kDefaultNamespace;
  std::string_view tag = kDefaultTag;
  // A colon before the last slash belongs to a port.
  if (const size_t colon = text.rfind(':');
      colon != std::string_view::npos &&
      (text.rfind('/') == std::string_view::npos || text.rfind('/') < colon)) {
    tag = text.substr(colon + 1);
    text = text.substr(0, colon);
  }
  std::string_view model = text;
  if (const auto last = cut_last(text, '/')) {
    model = *last;
    name_space = text;
    if (const auto second = cut_last(text, '/')) {
      name_space = *second;
      host = text;
      if (const size_t at = host.find("://"); at != std::string_view::npos) {
        scheme = host.substr(0, at);
        host = host.substr(at + 3);
      }
    }
  }
  if (!well_formed(Part::kScheme, scheme)) return invalid();
  auto parts = from_parts(host, name_space, model, tag);
  if (!parts) return invalid();
  parts->scheme_ = scheme;
  parts->pin_ = pin;
  return *std::move(parts);
}

std::optional<ModelName> ModelName::from_parts(std::string_view host,
                                               std::string_view name_space,
                                               std::string_view model,
                                               std::string_view tag) {
  if (!well_formed(Part::kHost, host) || !well_formed(Part::kNamespace, name_space) ||
      !well_formed(Part::kModel, model) || !well_formed(Part::kTag, tag)) {
    return std::nullopt;
  }
  ModelName name;
  name.host_ = host;
  name.namespace_ = name_space;
  name.model_ = model;
  name.tag_ = tag;
  return name;
}

std::string ModelName::str() const {
  return host_ + '/' + namespace_ + '/' + model_ + ':' + tag_;
}

std::string ModelName::shortest() const {
  if (!equal_ignoring_case(host_, kDefaultHost)) return str();
  if (!equal_ignoring_case(namespace_, kDefaultNamespace)) {
    return namespace_ + '/' + model_ + ':' + tag_;
  }
  return model_ + ':' + tag_;
}

std::string ModelName::relative_path() const {
  return host_ + '/' + namespace_ + '/' + model_ + '/' + tag_;
}

bool ModelName::same_model(const ModelName& other) const {
  return equal_ignoring_case(relative_path(), other.relative_path());
}

}  // namespace lar::store
