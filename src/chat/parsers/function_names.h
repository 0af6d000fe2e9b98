// Names of functions as gpt-oss may see them: identifiers. A request's names are mapped to them
// and, in the model's calls, back.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lar::chat {

// Spaces, '-' and '.' become '_', what is no letter, digit or '_' goes, a digit in front gets a
// '_'. What is left of nothing is "unnamed".
std::string identifier(std::string_view name);

class FunctionNames {
 public:
  // A name that is taken gets "_2", "_3", ... The model's own tools ("python", "browser.open")
  // keep their names.
  explicit FunctionNames(const std::vector<std::string>& names);

  const std::vector<std::string>& mapped() const { return mapped_; }
  // The request's name of what the model calls `mapped`; itself if there is none.
  std::string original(std::string_view mapped) const;

 private:
  std::vector<std::string> names_;
  std::vector<std::string> mapped_;
};

}  // namespace lar::chat
