// The name of a model: [scheme://][host[:port]/][namespace/]model[:tag][@sha256:...].
// Missing parts are registry.ollama.ai, library and latest. A value of this type is well formed,
// and it is the only thing that a manifest's path is made from.
//
//   part       first character       further characters              length
//   host       letter, digit, _      letters, digits, _ - . :        1-350
//   namespace  letter, digit, _      letters, digits, _ -            1-80
//   model, tag letter, digit, _      letters, digits, _ - .          1-80
//   scheme     letter                letters, digits, + - .          1-32
//
// So no part is empty, "." or "..", or has a slash, and two names never share a path. Letters keep
// the case they were written in; names that differ only in case are the same model, which the
// store sees to when it looks one up.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/digest.h"

namespace lar::store {

class ModelName {
 public:
  static constexpr std::string_view kDefaultHost = "registry.ollama.ai";
  static constexpr std::string_view kDefaultNamespace = "library";
  static constexpr std::string_view kDefaultTag = "latest";
  static constexpr size_t kHostMax = 350;
  static constexpr size_t kPartMax = 80;
  static constexpr size_t kSchemeMax = 32;

  // Error: invalid_argument, "invalid model name".
  static Result<ModelName> parse(std::string_view text);

  // From the four parts of a manifest's path, all of which must be well formed.
  static std::optional<ModelName> from_parts(std::string_view host,
                                             std::string_view name_space,
                                             std::string_view model,
                                             std::string_view tag);

  const std::string& scheme() const { return scheme_; }  // "https" if none was given
  const std::string& host() const { return host_; }
  const std::string& name_space() const { return namespace_; }
  const std::string& model() const { return model_; }
  const std::string& tag() const { return tag_; }
  const std::optional<Digest>& pin() const { return pin_; }  // the manifest's digest, if given

  std::string str() const;            // host/namespace/model:tag
  std::string shortest() const;       // without the default host and namespace, always with a tag
  std::string relative_path() const;  // host/namespace/model/tag

  // Same model: equal but for the case of letters; scheme and pin are not looked at.
  bool same_model(const ModelName& other) const;

 private:
  ModelName() = default;

  std::string scheme_ = "https";
  std::string host_;
  std::string namespace_;
  std::string model_;
  std::string tag_;
  std::optional<Digest> pin_;
};

bool equal_ignoring_case(std::string_view a, std::string_view b);  // ASCII letters

}  // namespace lar::store
