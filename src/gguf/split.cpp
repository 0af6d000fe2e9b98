#include "gguf/split.h"

#include <fmt/format.h>

#include <charconv>

#include "gguf/reader.h"

namespace lar::gguf {
namespace {

constexpr std::string_view kSuffix = ".gguf";
constexpr size_t kDigits = 5;

// Takes `kDigits` digits from the end of `text`.
std::optional<uint32_t> take_number(std::string_view& text) {
  if (text.size() < kDigits) return std::nullopt;
  const std::string_view digits = text.substr(text.size() - kDigits);
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + kDigits, number);
  if (error != std::errc() || end != digits.data() + kDigits) return std::nullopt;
  text.remove_suffix(kDigits);
  return number;
}

bool take_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

Result<uint64_t> number_or_zero(const Part& part, std::string_view key) {
  const Value* value = find_value(part, key);
  if (value == nullptr) return 0U;
  if (const auto number = value->as_uint()) return *number;
  return fail(Code::kDataCorrupt, "key '" + std::string(key) + "' is no count");
}

}  // namespace

std::optional<SplitName> parse_split_name(std::string_view path) {
  SplitName name;
  if (!take_suffix(path, kSuffix)) return std::nullopt;
  const auto count = take_number(path);
  if (!count || !take_suffix(path, "-of-")) return std::nullopt;
  const auto number = take_number(path);
  if (!number || !take_suffix(path, "-")) return std::nullopt;
  if (*number < 1 || *number > *count) return std::nullopt;
  return SplitName{std::string(path), *number, *count};
}

std::string split_path(const SplitName& name, uint32_t number) {
  return fmt::format("{}-{:05}-of-{:05}{}", name.prefix, number, name.count, kSuffix);
}

Result<SplitInfo> read_split_info(const Part& part) {
  LAR_TRY(const uint64_t count, number_or_zero(part, "split.count"));
  LAR_TRY(const uint64_t index, number_or_zero(part, "split.no"));
  LAR_TRY(const uint64_t tensors, number_or_zero(part, "split.tensors.count"));
  if (count <= 1) return SplitInfo{};
  if (count > Limits::kMaxParts) {
    return fail(Code::kDataCorrupt, "split in " + std::to_string(count) +
                                        " parts, more than the limit of " +
                                        std::to_string(Limits::kMaxParts));
  }
  if (index >= count) {
    return fail(Code::kDataCorrupt,
                "part number " + std::to_string(index) + " (from 0) of " + std::to_string(count));
  }
  return SplitInfo{static_cast<uint32_t>(index), static_cast<uint32_t>(count), tensors};
}

}  // namespace lar::gguf
