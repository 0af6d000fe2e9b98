// The memory that this process and its children may take, as the kernel tells it.
#pragma once

#include <cstdint>
#include <filesystem>

namespace lar::scheduler {

// Bytes that can be taken without swapping: the least of what the machine and the control group of
// this process have left. UINT64_MAX where nothing tells.
uint64_t available_memory();

// The same from other roots, for tests.
uint64_t available_memory(const std::filesystem::path& proc, const std::filesystem::path& cgroup);

}  // namespace lar::scheduler
