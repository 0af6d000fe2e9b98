#include "tokenizer/pre_tokenizer.h"

#include <string>

#include "base/utf8.h"
#include "tokenizer/unicode.h"

namespace lar::tokenizer {
namespace {

// Receives the ends of pieces in rising order, and ignores empty pieces.
class EndList {
 public:
  EndList(std::vector<uint32_t>& ends, size_t begin) : ends_(ends), last_(begin) {}

  void cut(size_t end) {
    if (end == last_) return;
    ends_.push_back(static_cast<uint32_t>(end));
    last_ = end;
  }

 private:
  std::vector<uint32_t>& ends_;
  size_t last_;
};

// All splitters see the piece [begin, text.size()) of text and end by cutting at its end.

void split_pattern(const Dfa& dfa, std::string_view text, size_t begin, EndList& out) {
  for (size_t position = begin; position < text.size();) {
    const size_t end = dfa.match_end(text, position);
    if (end == Dfa::npos || end == position) {
      position += utf8_next(text.substr(position)).bytes;
      continue;
    }
    out.cut(position);
    out.cut(end);
    position = end;
  }
  out.cut(text.size());
}

void split_trailing_space(std::string_view text, size_t begin, EndList& out) {
  size_t tail = begin;
  for (size_t position = begin; position < text.size();) {
    const Utf8Char c = utf8_next(text.substr(position));
    position += c.bytes;
    if (!is_white_space(c.code_point)) tail = position;
  }
  out.cut(tail);
  out.cut(text.size());
}

bool is_digit(char32_t c) {
  return c < 0x80 ? c >= '0' && c <= '9' : category_of(c) == kNd;
}

// Ends of the digits of a run, reused between runs.
using DigitEnds = std::vector<size_t>;

// Groups of three counted from the right end of the run, without that end itself.
void cut_inside(const DigitEnds& digit_ends, EndList& out) {
  for (size_t i = (digit_ends.size() + 2) % 3; i + 1 < digit_ends.size(); i += 3) {
    out.cut(digit_ends[i]);
  }
}

void split_digits(SplitKind kind, std::string_view text, size_t begin, EndList& out) {
  DigitEnds digit_ends;
  for (size_t position = begin; position < text.size();) {
    const size_t run = position;
    digit_ends.clear();
    char32_t next = 0;
    size_t next_bytes = 0;
    while (position < text.size()) {
      const Utf8Char c = utf8_next(text.substr(position));
      next = c.code_point;
      next_bytes = c.bytes;
      if (!is_digit(next)) break;
      position += c.bytes;
      digit_ends.push_back(position);
    }
    const bool ended = position == text.size();
    const bool grouped =
        !digit_ends.empty() && (kind != SplitKind::kNumberGroups || ended || !is_word(next));
    if (grouped) {
      const bool apart = kind != SplitKind::kDigitBorders;
      if (apart || digit_ends.size() % 3 == 0) out.cut(run);
      cut_inside(digit_ends, out);
      if (apart) out.cut(position);
    }
    if (!ended) position += next_bytes;
  }
  out.cut(text.size());
}

void split_space_cascade(std::string_view text, size_t begin, EndList& out) {
  std::vector<size_t> char_ends;
  for (size_t position = begin; position < text.size();) {
    const Utf8Char c = utf8_next(text.substr(position));
    if (!is_white_space(c.code_point) || c.code_point == '\r' || c.code_point == '\n') {
      return out.cut(text.size());
    }
    position += c.bytes;
    char_ends.push_back(position);
  }
  for (size_t done = 0; done < char_ends.size();) {
    const size_t rest = char_ends.size() - done;
    size_t width = 512;
    while (width > rest) width /= 2;
    done += width;
    out.cut(char_ends[done - 1]);
  }
}

}  // namespace

const PreTokenizerRow* find_pre_tokenizer(std::string_view name) {
  if (name.empty()) name = "default";
  for (const PreTokenizerRow& row : pre_tokenizer_rows()) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

Result<PreTokenizer> PreTokenizer::create(const PreTokenizerRow& row) {
  PreTokenizer result;
  for (const SplitRule& rule : row.rules) {
    if (rule.kind == SplitKind::kNone) break;
    Pass pass{.kind = rule.kind, .dfa = {}};
    if (rule.kind == SplitKind::kPattern) {
      std::string text;
      for (const std::string_view part : rule.parts) text += part;
      LAR_TRY(const PatternProgram program, parse_pattern(text));
      LAR_TRY(pass.dfa, Dfa::compile(program));
    }
    result.passes_.push_back(std::move(pass));
  }
  return result;
}

void PreTokenizer::split(std::string_view text,
                         std::vector<uint32_t>& ends,
                         std::vector<uint32_t>& scratch) const {
  ends.clear();
  if (text.empty()) return;
  ends.push_back(static_cast<uint32_t>(text.size()));
  for (const Pass& pass : passes_) {
    scratch.swap(ends);
    ends.clear();
    size_t begin = 0;
    for (const uint32_t end : scratch) {
      const std::string_view piece = text.substr(0, end);
      EndList out(ends, begin);
      switch (pass.kind) {
        case SplitKind::kPattern: split_pattern(pass.dfa, piece, begin, out); break;
        case SplitKind::kTrailingSpace: split_trailing_space(piece, begin, out); break;
        case SplitKind::kSpaceCascade: split_space_cascade(piece, begin, out); break;
        case SplitKind::kNumberGroups:
        case SplitKind::kDigitGroups:
        case SplitKind::kDigitBorders: split_digits(pass.kind, piece, begin, out); break;
        case SplitKind::kNone: out.cut(end); break;
      }
      begin = end;
    }
  }
}

}  // namespace lar::tokenizer
