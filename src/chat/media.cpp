#include "chat/media.h"

#include <fmt/format.h>

#include "base/utf8.h"
#include "chat/jinja/unicode.h"
#include "chat/text_builder.h"

namespace lar::chat {

Value text_with_media(const Value& text, uint32_t images, uint32_t* next, bool spaced) {
  if (images == 0) return text;
  constexpr std::string_view kMark = "[img]";
  const std::string_view bytes = text.text();
  if (spaced && bytes.find("[img-") != std::string_view::npos) {
    *next += images;
    return text;
  }
  std::string front;
  TextBuilder body(nullptr);
  size_t begin = 0;
  for (uint32_t i = 0; i < images; ++i) {
    const std::string mark = fmt::format("[img-{}]", (*next)++);
    const size_t place = bytes.find(kMark, begin);
    if (place == std::string_view::npos) {
      front += mark;
      continue;
    }
    body.append_slice(text, begin, place);
    body.append(mark, Origin::kTemplate);
    begin = place + kMark.size();
  }
  body.append_slice(text, begin, bytes.size());
  const Value rest = body.finish();
  TextBuilder out(nullptr);
  out.append(front, Origin::kTemplate);
  if (spaced && !front.empty() && !rest.text().empty()) {
    const Utf8Char first = utf8_next(rest.text());
    if (first.valid && !jinja::is_space(first.code_point)) out.append(" ", Origin::kTemplate);
  }
  out.append(rest);
  return out.finish();
}

}  // namespace lar::chat
