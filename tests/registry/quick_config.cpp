#include "quick_config.h"

namespace lar::registry::test {

RegistryConfig quick_config(const std::filesystem::path& folder) {
  using namespace std::chrono_literals;
  RegistryConfig config;
  config.http.user_agent = "ollama/0.32.15 (test) Lar/0.1";
  config.key_file = folder / "id_ed25519";
  config.deadlines = {.connect = 10'000ms, .stall = 10'000ms, .total = 0ms};
  config.retry = {.tries_max = 4,
                  .waits_max = 6,
                  .first_delay = 20ms,
                  .delay_max = 200ms,
                  .told_delay_max = 5'000ms};
  return config;
}

}  // namespace lar::registry::test
