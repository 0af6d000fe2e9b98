// The client's configuration in tests: waits and deadlines are a tenth or less of the real ones.
#pragma once

#include <filesystem>

#include "registry/config.h"

namespace lar::registry::test {

RegistryConfig quick_config(const std::filesystem::path& folder);

}  // namespace lar::registry::test
