// Files of the store that should be manifests and are none.
#pragma once

#include <vector>

#include "store/store.h"

namespace lar::cli {

// A warning on stderr for each.
void report_bad_manifests(const std::vector<store::BadManifest>& bad);

}  // namespace lar::cli
