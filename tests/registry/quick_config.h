// The client's configuration in tests: waits are a tenth or less of the real ones; deadlines leave
// room for a machine that is busy.
#pragma once

#include <filesystem>

#include "registry/config.h"

namespace lar::registry::test {

RegistryConfig quick_config(const std::filesystem::path& folder);

}  // namespace lar::registry::test
