// Numbers in the text format of Prometheus (version 0.0.4).
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace lar::server::operations {

class PrometheusText {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  // One metric; its samples follow. `type`: "counter" or "gauge".
  void metric(std::string_view name, std::string_view type, std::string_view help);
  void sample(double value, Labels labels = {});
  // A metric of one sample.
  void single(std::string_view name, std::string_view type, std::string_view help, double value);

  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::string name_;
};

}  // namespace lar::server::operations
