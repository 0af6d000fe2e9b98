#include "chat/jinja/filters/word_wrap.h"

#include <algorithm>
#include <string_view>

#include "chat/jinja/unicode.h"
#include "chat/text_builder.h"

namespace lar::chat::jinja {
namespace {

struct Chunk {
  size_t begin = 0;
  size_t end = 0;
  int64_t chars = 0;
};

bool is_ascii_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// Whether the character at `at` is a letter: a word character that is no digit.
bool letter_at(std::string_view text, size_t at) {
  Chars walk(text.substr(at));
  char32_t c = 0;
  return at < text.size() && walk.next(&c) && is_word(c) && !is_decimal(c);
}

bool letter_before(std::string_view text, size_t end, size_t begin, size_t* start) {
  if (end <= begin) return false;
  const char32_t c = char_before(text, end, start);
  return is_word(c) && !is_decimal(c);
}

// A hyphen at `at` inside the word [begin, end) after which a line may break: between letters,
// two of them in front ("a-b" stays whole) and a letter pair or the like behind.
bool breaks_after_hyphen(std::string_view text, size_t begin, size_t end, size_t at) {
  size_t first = 0;
  size_t second = 0;
  if (!letter_before(text, at, begin, &first) || !letter_before(text, first, begin, &second)) {
    return false;
  }
  if (!letter_at(text, at + 1)) return false;
  Chars walk(text.substr(at + 1, end - at - 1));
  char32_t c = 0;
  walk.next(&c);
  size_t next = at + 1 + walk.position();
  if (next < end && text[next] == '-') ++next;
  return next < end && letter_at(text, next);
}

std::vector<Chunk> chunks_of(std::string_view text, bool hyphens) {
  std::vector<Chunk> chunks;
  const auto add = [&](size_t begin, size_t end) {
    if (end > begin) {
      chunks.push_back(
          {begin, end, static_cast<int64_t>(count_chars(text.substr(begin, end - begin)))});
    }
  };
  size_t at = 0;
  while (at < text.size()) {
    const bool space = is_ascii_space(text[at]);
    size_t end = at;
    while (end < text.size() && is_ascii_space(text[end]) == space) ++end;
    if (space || !hyphens) {
      add(at, end);
      at = end;
      continue;
    }
    size_t begin = at;
    for (size_t i = at; i < end; ++i) {
      if (text[i] != '-') continue;
      size_t dashes = i;
      while (dashes < end && text[dashes] == '-') ++dashes;
      size_t ignored = 0;
      const bool em_dash =
          dashes - i >= 2 && i > begin && dashes < end && is_word(char_before(text, i, &ignored)) &&
          (letter_at(text, dashes) || is_word(static_cast<unsigned char>(text[dashes])));
      if (em_dash) {
        add(begin, i);
        add(i, dashes);
        begin = dashes;
      } else if (dashes == i + 1 && breaks_after_hyphen(text, begin, end, i)) {
        add(begin, i + 1);
        begin = i + 1;
      }
      i = dashes - 1;
    }
    add(begin, end);
    at = end;
  }
  return chunks;
}

bool is_blank(std::string_view text, const Chunk& chunk) {
  return trim_end(text.substr(chunk.begin, chunk.end - chunk.begin)) == 0;
}

}  // namespace

std::vector<Value> word_wrap(const Value& text, const WordWrap& options, Meter* meter) {
  const std::string_view bytes = text.text();
  std::vector<Chunk> chunks = chunks_of(bytes, options.break_on_hyphens);
  std::ranges::reverse(chunks);  // the next one is at the back
  std::vector<Value> lines;
  while (!chunks.empty() && meter->work(1)) {
    if (!lines.empty() && is_blank(bytes, chunks.back())) chunks.pop_back();
    std::vector<Chunk> line;
    int64_t used = 0;
    while (!chunks.empty() && used + chunks.back().chars <= options.width) {
      used += chunks.back().chars;
      line.push_back(chunks.back());
      chunks.pop_back();
    }
    if (!chunks.empty() && chunks.back().chars > options.width) {
      Chunk& word = chunks.back();
      const int64_t room = options.width - used;
      if (options.break_long_words && room > 0) {
        const std::string_view rest = bytes.substr(word.begin, word.end - word.begin);
        size_t cut = offset_of_char(rest, static_cast<size_t>(room));
        if (options.break_on_hyphens && word.chars > room) {
          const size_t hyphen = rest.substr(0, cut).rfind('-');
          if (hyphen != std::string_view::npos && hyphen > 0 &&
              rest.substr(0, hyphen).find_first_not_of('-') != std::string_view::npos) {
            cut = hyphen + 1;
          }
        }
        const auto taken = static_cast<int64_t>(count_chars(rest.substr(0, cut)));
        line.push_back({word.begin, word.begin + cut, taken});
        word.begin += cut;
        word.chars -= taken;
      } else if (line.empty()) {
        line.push_back(word);
        chunks.pop_back();
      }
    }
    if (!line.empty() && is_blank(bytes, line.back())) line.pop_back();
    if (!line.empty()) {
      TextBuilder out(meter);
      for (const Chunk& chunk : line) out.append_slice(text, chunk.begin, chunk.end);
      lines.push_back(out.finish(text.string_data().markup));
    }
  }
  return lines;
}

}  // namespace lar::chat::jinja
