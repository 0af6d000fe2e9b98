// What a model file gets that comes without a TEMPLATE: the format that its own template writes, if
// it is one of the known ones, and what its architecture is known to need.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gguf/reader.h"

namespace lar::server {

struct DetectedTemplate {
  std::string name;  // empty: none was found
  std::string text;
  std::vector<std::string> stop;
};

DetectedTemplate detect_template(const gguf::File& file);

struct ArchitectureDefaults {
  std::string_view prefix;   // of the architecture's name
  std::string_view dialect;  // renderer and parser
  std::string_view stop;     // or empty
};

// nullptr for an architecture without any.
const ArchitectureDefaults* architecture_defaults(std::string_view architecture);

}  // namespace lar::server
