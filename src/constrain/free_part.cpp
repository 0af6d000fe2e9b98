#include "constrain/free_part.h"

#include <algorithm>

namespace lar::constrain {
namespace {

constexpr size_t kMaxLeadingSpace = 16;

}  // namespace

FreePart::FreePart(std::shared_ptr<const Vocabulary> vocabulary, FreePartOptions options)
    : vocabulary_(std::move(vocabulary)), options_(std::move(options)) {
  std::erase(options_.end_texts, "");
  for (const std::string& end : options_.end_texts) tail_bytes_ = std::max(tail_bytes_, end.size());
  find_ends();
}

FreePart::Place FreePart::first() const {
  if (options_.end_texts.empty()) return {};
  return {.phase = options_.start_text.empty() ? Phase::kOpen : Phase::kMaybe};
}

// Tokens that can hold the end of an end text and more: those whose rest the constraint must fit.
void FreePart::find_ends() {
  if (options_.end_texts.empty()) return;
  for (TokenId token = 0; token < vocabulary_->size(); ++token) {
    const std::string_view text = vocabulary_->spelled(token);
    bool whole = false;
    bool rest = false;
    for (const std::string& end : options_.end_texts) {
      whole |= text.size() > end.size() && text.find(end) != std::string_view::npos;
      for (size_t known = 1; known < end.size() && !rest; ++known) {
        rest = text.size() > end.size() - known && text.starts_with(end.substr(known));
      }
    }
    if (whole) {
      whole_ends_.push_back(token);
    } else if (rest) {
      rest_ends_.push_back(token);
    }
  }
}

// Whether the tail ends with the beginning of an end text.
bool FreePart::may_end_within(const Place& place) const {
  return std::ranges::any_of(options_.end_texts, [&](std::string_view end) {
    for (size_t known = 1; known < end.size(); ++known) {
      if (place.tail.ends_with(end.substr(0, known))) return true;
    }
    return false;
  });
}

FreePart::Step FreePart::step(const Place& place, TokenId token) const {
  return step_text(place, vocabulary_->spelled(token));
}

FreePart::Step FreePart::step_text(const Place& place, std::string_view text) const {
  std::string all = place.tail;
  all += text;
  if (place.phase == Phase::kMaybe) {
    const size_t begin = std::min(all.find_first_not_of(" \t\r\n"), all.size());
    const std::string_view lead = std::string_view(all).substr(begin);
    if (lead.starts_with(options_.start_text)) {
      return step_text({.phase = Phase::kOpen}, lead.substr(options_.start_text.size()));
    }
    const bool maybe = options_.start_text.starts_with(lead) && begin <= kMaxLeadingSpace;
    if (!maybe || text.empty()) return {};
    return {.next = {.phase = Phase::kMaybe, .tail = std::move(all)}, .rest = {}};
  }
  size_t end = std::string::npos;
  for (const std::string& wanted : options_.end_texts) {
    const size_t at = all.find(wanted);
    // What ended before this token has been looked for already.
    if (at != std::string::npos && at + wanted.size() > place.tail.size()) {
      end = std::min(end, at + wanted.size());
    }
  }
  if (end != std::string::npos) return {.next = {}, .rest = all.substr(end)};
  all.erase(0, all.size() - std::min(all.size(), tail_bytes_));
  return {.next = {.phase = Phase::kOpen, .tail = std::move(all)}, .rest = {}};
}

void FreePart::set_all(std::span<uint64_t> bits) const {
  std::ranges::fill(bits, ~uint64_t{0});
  if (vocabulary_->size() % 64 != 0) bits.back() = (uint64_t{1} << (vocabulary_->size() % 64)) - 1;
}

}  // namespace lar::constrain
