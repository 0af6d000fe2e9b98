// Numbers as people read them in tables and messages.
#pragma once

#include <cstdint>
#include <string>

namespace lar {

// "1.3 GB", "815 MB", "512 B": powers of 1000, as Ollama's tables print sizes.
std::string human_bytes(uint64_t bytes);

// "1.2 GiB", "64.0 KiB": powers of 1024, for memory.
std::string human_bytes_binary(uint64_t bytes);

// "3.2B", "494.03M", "260K": parameter counts as Ollama prints them.
std::string human_count(uint64_t count);

}  // namespace lar
