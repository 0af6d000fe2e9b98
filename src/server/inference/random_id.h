// Names that answers give to things.
#pragma once

#include <string>
#include <string_view>

namespace lar::server {

// `prefix` and random hex digits.
std::string random_id(std::string_view prefix, int digits = 24);

}  // namespace lar::server
