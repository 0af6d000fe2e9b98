#include "runtime/stop_filter.h"

#include <algorithm>
#include <utility>

namespace lar::runtime {

std::string StopFilter::push(std::string_view text) {
  if (stopped_) return {};
  held_ += text;
  // The earliest match wins, the longest of those that begin at one place.
  size_t cut = std::string::npos;
  for (const std::string& stop : stops_) {
    const size_t at = held_.find(stop);
    if (at < cut || (at == cut && at != std::string::npos && stop.size() > found_.size())) {
      cut = at;
      found_ = stop;
    }
  }
  if (cut != std::string::npos) {
    stopped_ = true;
    held_.resize(cut);
    return std::exchange(held_, {});
  }
  size_t keep = 0;
  for (const std::string& stop : stops_) {
    for (size_t length = std::min(stop.size() - 1, held_.size()); length > keep; --length) {
      if (held_.ends_with(std::string_view(stop).substr(0, length))) {
        keep = length;
        break;
      }
    }
  }
  std::string safe = held_.substr(0, held_.size() - keep);
  held_.erase(0, held_.size() - keep);
  return safe;
}

std::string StopFilter::flush() {
  return std::exchange(held_, {});
}

}  // namespace lar::runtime
