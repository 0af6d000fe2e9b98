// Cuts generated text at the first stop string, also where it comes in several pieces: text that
// may be the beginning of a stop string is held back until that is decided.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lar::runtime {

class StopFilter {
 public:
  explicit StopFilter(std::vector<std::string> stops) : stops_(std::move(stops)) {}

  // The text that is safe to pass on. After a stop string was found, `stopped` is true and nothing
  // more comes.
  std::string push(std::string_view text);

  // What was held back and turned out to be text after all.
  std::string flush();

  bool stopped() const { return stopped_; }
  // The stop string that was found.
  const std::string& found() const { return found_; }

 private:
  std::vector<std::string> stops_;
  std::string held_;
  std::string found_;
  bool stopped_ = false;
};

}  // namespace lar::runtime
