// A small vocabulary of any kind and a text, both from the input. Beyond not failing: ids are in
// range, streams are valid UTF-8, segments agree with the whole, and where every byte has a token
// the text comes back.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.h"
#include "tokenizer/pre_tokenizer.h"
#include "tokenizer/stream_decoder.h"
#include "tokenizer/tokenizer.h"

namespace {

using namespace lar;
using namespace lar::tokenizer;

// Takes the input apart; gives zeros and empty texts beyond its end.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto value = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  std::string_view text(size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

void expect(bool condition) {
  if (!condition) std::abort();
}

// The character that GPT-2 writes for a byte.
std::string byte_char(unsigned byte) {
  const auto printable = [](unsigned b) {
    return (b >= 0x21 && b <= 0x7E) || (b >= 0xA1 && b != 0xAD);
  };
  char32_t c = byte;
  if (!printable(byte)) {
    c = 256;
    for (unsigned b = 0; b < byte; ++b) c += printable(b) ? 0 : 1;
  }
  std::string out;
  utf8_append(out, c);
  return out;
}

struct Texts {
  std::vector<std::string> owned;
  std::string_view keep(std::string text) {
    owned.push_back(std::move(text));
    return owned.back();
  }
};

Vocabulary make_vocabulary(Input& input, Texts& texts) {
  texts.owned.reserve(2048);  // views into short strings must not move
  Vocabulary vocabulary;
  vocabulary.algorithm = static_cast<Algorithm>(input.byte() % 5);
  const auto rows = pre_tokenizer_rows();
  vocabulary.pre = std::string(rows[input.byte() % rows.size()].name);
  const uint8_t flags = input.byte();
  const auto add = [&](std::string text, uint8_t type, uint8_t score) {
    vocabulary.tokens.push_back(texts.keep(std::move(text)));
    vocabulary.types.push_back(static_cast<TokenType>(type % 7));
    vocabulary.scores.push_back(static_cast<float>(score) - 200.0F);
  };
  if ((flags & 1) != 0) {
    for (unsigned byte = 0; byte < 256; ++byte) add(byte_char(byte), 1, 0);
  }
  const size_t tokens = input.byte();
  for (size_t i = 0; i < tokens; ++i) {
    const uint8_t type = input.byte();
    const uint8_t score = input.byte();
    add(std::string(input.text(input.byte() % 24)), type, score);
  }
  const size_t merges = vocabulary.tokens.empty() ? 0 : input.byte();
  for (size_t i = 0; i < merges; ++i) {
    const size_t left = input.byte() * 2U % vocabulary.tokens.size();
    const size_t right = input.byte() * 3U % vocabulary.tokens.size();
    vocabulary.merges.push_back(texts.keep(std::string(vocabulary.tokens[left]) + " " +
                                           std::string(vocabulary.tokens[right])));
  }
  vocabulary.merges_by_id = (flags & 2) != 0;
  vocabulary.add_space_prefix = (flags & 4) != 0;
  vocabulary.remove_extra_spaces = (flags & 8) != 0;
  vocabulary.lowercase = (flags & 16) != 0;
  vocabulary.ids.bos = static_cast<TokenId>(input.byte()) - 1;
  vocabulary.ids.eos = static_cast<TokenId>(input.byte()) - 1;
  vocabulary.ids.unk = static_cast<TokenId>(input.byte()) - 1;
  vocabulary.charsmap = std::as_bytes(std::span(input.text(input.byte())));
  return vocabulary;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input(data, size);
  Texts texts;
  const auto tokenizer = Tokenizer::create(make_vocabulary(input, texts));
  if (!tokenizer) return 0;
  const Tokenizer& t = **tokenizer;
  const std::string_view text = input.rest();
  for (const bool parse : {false, true}) {
    const auto ids = t.encode(text, {.add_special = false, .parse_special = parse});
    expect(ids.has_value());
    StreamDecoder stream(t, {.special = true, .strip_first_space = false});
    std::string streamed;
    for (const TokenId id : *ids) {
      expect(t.valid(id));
      expect(parse || t.type(id) != TokenType::kControl || id == t.ids().unk);
      const std::string part = stream.push(id);
      expect(utf8_valid(part));
      streamed += part;
    }
    streamed += stream.finish();
    const std::string decoded = t.decode(*ids, {.special = true, .strip_first_space = false});
    expect(streamed == utf8_sanitize(decoded));
    if (t.is_byte_level() && utf8_valid(text)) expect(decoded == text);

    const Segment segments[] = {{text.substr(0, text.size() / 2), parse},
                                {text.substr(text.size() / 2), parse}};
    expect(*t.encode_segments(segments, false) == *ids);
  }
  expect(t.encode(text, {}).has_value());
  return 0;
}
