#include "scheduler/memory.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

namespace lar::scheduler {
namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::optional<uint64_t> number_at(std::string_view text, size_t at) {
  while (at < text.size() && text[at] == ' ') ++at;
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), value);
  return error == std::errc{} ? std::optional(value) : std::nullopt;
}

// The number behind "name" at the beginning of a line.
std::optional<uint64_t> field(std::string_view text, std::string_view name) {
  for (size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    if (at == 0 || text[at - 1] == '\n') return number_at(text, at + name.size());
  }
  return std::nullopt;
}

// What a control group may still take: pages that are only a cache of files can be dropped.
uint64_t left_in_group(const std::filesystem::path& group) {
  const auto most = number_at(text_of(group / "memory.max"), 0);  // "max": none
  const auto current = number_at(text_of(group / "memory.current"), 0);
  if (!most || !current) return UINT64_MAX;
  const auto cache = field(text_of(group / "memory.stat"), "inactive_file").value_or(0);
  const uint64_t used = *current - std::min(*current, cache);
  return *most - std::min(*most, used);
}

}  // namespace

uint64_t available_memory(const std::filesystem::path& proc, const std::filesystem::path& cgroup) {
  uint64_t available = UINT64_MAX;
  if (const auto kib = field(text_of(proc / "meminfo"), "MemAvailable:")) available = *kib << 10U;
  // "0::/user.slice/..." of the unified hierarchy; every group above limits too.
  const std::string groups = text_of(proc / "self/cgroup");
  const size_t at = groups.find("0::/");
  if (at == std::string::npos) return available;
  std::filesystem::path group = cgroup / groups.substr(at + 4, groups.find('\n', at) - at - 4);
  for (;;) {
    available = std::min(available, left_in_group(group));
    if (group == cgroup || !group.has_relative_path() || group == group.parent_path()) break;
    group = group.parent_path();
  }
  return std::min(available, left_in_group(cgroup));
}

uint64_t available_memory() {
  return available_memory("/proc", "/sys/fs/cgroup");
}

}  // namespace lar::scheduler
