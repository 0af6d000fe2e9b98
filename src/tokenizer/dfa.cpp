#include "tokenizer/dfa.h"

#include <algorithm>
#include <map>

#include "base/utf8.h"
#include "tokenizer/unicode.h"

namespace lar::tokenizer {

class DfaBuilder {
 public:
  explicit DfaBuilder(const PatternProgram& program)
      : program_(program), seen_(program.code.size(), 0) {}

  Result<Dfa> build() {
    LAR_TRY(build_classes());
    state_of({});  // kDead
    state_of(normalize({0}));
    for (size_t state = 0; state < lists_.size(); ++state) {
      for (size_t c = 0; c < dfa_.stride_; ++c) {
        const uint16_t entry = step(lists_[state], c);
        if (lists_.size() > Dfa::kMaxStates) {
          return fail(Code::kResourceExhausted, "pattern needs too many states");
        }
        dfa_.table_.push_back(entry);
      }
    }
    return std::move(dfa_);
  }

 private:
  using Threads = std::vector<uint32_t>;  // program positions, the preferred first

  size_t end_class() const { return dfa_.stride_ - 1; }

  // Cuts the code points at every border of every set; pieces that lie in the same sets are one
  // class.
  Result<void> build_classes() {
    std::vector<char32_t> borders = {0};
    for (const CodePointSet& set : program_.sets) {
      for (const auto& range : set.ranges()) {
        borders.push_back(range.first);
        if (range.last < kCodePointMax) borders.push_back(range.last + 1);
      }
    }
    std::ranges::sort(borders);
    borders.erase(std::ranges::unique(borders).begin(), borders.end());

    std::map<uint64_t, uint8_t> class_of_signature;
    std::vector<uint8_t> class_of_piece;
    std::vector<size_t> cursor(program_.sets.size(), 0);
    for (const char32_t border : borders) {
      uint64_t signature = 0;
      for (size_t s = 0; s < program_.sets.size(); ++s) {
        const auto ranges = program_.sets[s].ranges();
        while (cursor[s] < ranges.size() && ranges[cursor[s]].last < border) ++cursor[s];
        if (cursor[s] < ranges.size() && ranges[cursor[s]].first <= border) signature |= 1ULL << s;
      }
      if (class_of_signature.size() == 250) {
        return fail(Code::kResourceExhausted, "pattern tells too many kinds of characters apart");
      }
      const auto next = static_cast<uint8_t>(class_of_signature.size());
      const auto [slot, fresh] = class_of_signature.try_emplace(signature, next);
      if (fresh) signatures_.push_back(signature);
      class_of_piece.push_back(slot->second);
    }
    dfa_.stride_ = signatures_.size() + 1;
    fill_pages(borders, class_of_piece);
    return {};
  }

  void fill_pages(const std::vector<char32_t>& borders, const std::vector<uint8_t>& classes) {
    constexpr size_t kPage = 1U << Dfa::kPageBits;
    std::map<uint8_t, uint16_t> uniform;  // pages of one class are stored once
    size_t piece = 0;
    for (size_t first = 0; first <= kCodePointMax; first += kPage) {
      while (piece + 1 < borders.size() && borders[piece + 1] <= first) ++piece;
      const bool one_piece = piece + 1 == borders.size() || borders[piece + 1] >= first + kPage;
      const auto fresh = static_cast<uint16_t>(dfa_.pages_.size() / kPage);
      if (one_piece) {
        const auto [slot, added] = uniform.try_emplace(classes[piece], fresh);
        dfa_.page_index_.push_back(slot->second);
        if (added) dfa_.pages_.insert(dfa_.pages_.end(), kPage, classes[piece]);
        continue;
      }
      dfa_.page_index_.push_back(fresh);
      for (size_t c = first; c < first + kPage; ++c) {
        while (piece + 1 < borders.size() && borders[piece + 1] <= c) ++piece;
        dfa_.pages_.push_back(classes[piece]);
      }
    }
    for (size_t c = 0; c < dfa_.ascii_.size(); ++c) {
      dfa_.ascii_[c] = dfa_.class_of(static_cast<char32_t>(c));
    }
  }

  // Follows all that needs no look at the next character, in order of preference, to sets,
  // assertions and the match; what comes after an unconditional match can not win.
  Threads normalize(const Threads& threads) {
    Threads result;
    ++round_;
    for (const uint32_t thread : threads) {
      if (follow(thread, kUnknown, result)) break;
    }
    return result;
  }

  // Appends what `thread` leads to when the next character is of class c (kUnknown: stops at
  // assertions). True when it reached the match, which ends the list.
  bool follow(uint32_t thread, size_t c, Threads& out) {
    std::vector<uint32_t> stack = {thread};
    while (!stack.empty()) {
      const uint32_t at = stack.back();
      stack.pop_back();
      if (seen_[at] == round_) continue;
      seen_[at] = round_;
      const Instruction& instruction = program_.code[at];
      switch (instruction.kind) {
        case Instruction::kSplit:
          stack.push_back(instruction.b);
          stack.push_back(instruction.a);
          break;
        case Instruction::kJump: stack.push_back(instruction.a); break;
        case Instruction::kAssert:
          if (c == kUnknown) {
            out.push_back(at);
          } else if (holds(instruction, c)) {
            stack.push_back(at + 1);
          }
          break;
        case Instruction::kSet: out.push_back(at); break;
        case Instruction::kMatch: out.push_back(at); return true;
      }
    }
    return false;
  }

  bool holds(const Instruction& assertion, size_t c) const {
    if (c == end_class()) return assertion.b == 1;
    return (signatures_[c] >> assertion.a & 1U) != 0;
  }

  uint16_t step(const Threads& from, size_t c) {
    Threads resolved;
    bool matched = false;
    ++round_;
    for (const uint32_t thread : from) {
      matched = follow(thread, c, resolved);
      if (matched) break;
    }
    Threads next;
    for (const uint32_t thread : resolved) {
      const Instruction& instruction = program_.code[thread];
      if (instruction.kind != Instruction::kSet || c == end_class()) continue;
      if ((signatures_[c] >> instruction.a & 1U) != 0) next.push_back(thread + 1);
    }
    const uint16_t state = state_of(normalize(next));
    return matched ? static_cast<uint16_t>(state | Dfa::kMatchBit) : state;
  }

  uint16_t state_of(Threads threads) {
    const auto fresh = static_cast<uint16_t>(lists_.size());
    const auto [slot, added] = ids_.try_emplace(threads, fresh);
    if (added) lists_.push_back(std::move(threads));
    return slot->second;
  }

  static constexpr size_t kUnknown = static_cast<size_t>(-1);

  const PatternProgram& program_;
  Dfa dfa_;
  std::vector<uint64_t> signatures_;  // of a class: which sets it lies in
  std::vector<Threads> lists_;        // of a state
  std::map<Threads, uint16_t> ids_;
  std::vector<uint32_t> seen_;
  uint32_t round_ = 0;
};

Result<Dfa> Dfa::compile(const PatternProgram& program) {
  return DfaBuilder(program).build();
}

size_t Dfa::match_end(std::string_view text, size_t begin) const {
  size_t last = npos;
  size_t position = begin;
  size_t state = kStart;
  while (position < text.size()) {
    const auto byte = static_cast<unsigned char>(text[position]);
    size_t column = 0;
    size_t bytes = 1;
    if (byte < 0x80) {
      column = ascii_[byte];
    } else {
      const Utf8Char c = utf8_next(text.substr(position));
      column = class_of(c.code_point);
      bytes = c.bytes;
    }
    const uint16_t entry = table_[state * stride_ + column];
    if ((entry & kMatchBit) != 0) last = position;
    state = entry & static_cast<uint16_t>(~kMatchBit);
    if (state == kDead) return last;
    position += bytes;
  }
  if ((table_[state * stride_ + stride_ - 1] & kMatchBit) != 0) last = position;
  return last;
}

}  // namespace lar::tokenizer
