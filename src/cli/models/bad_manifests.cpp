#include "cli/models/bad_manifests.h"

#include <fmt/format.h>

#include <cstdio>

namespace lar::cli {

void report_bad_manifests(const std::vector<store::BadManifest>& bad) {
  for (const store::BadManifest& manifest : bad) {
    fmt::print(stderr, "Warning: manifest {}: {}\n", manifest.path, manifest.error.message);
  }
}

}  // namespace lar::cli
