#include "chat/text_builder.h"

#include <algorithm>

namespace lar::chat {

void TextBuilder::append(std::string_view text, Origin origin) {
  if (text.empty()) return;
  if (Meter* meter = held_.meter(); meter != nullptr) {
    if (!meter->work(text.size() / 64) || !held_.add(text.size())) return;
  }
  text_.append(text);
  const auto end = static_cast<uint32_t>(text_.size());
  if (!runs_.empty() && runs_.back().origin == origin) {
    runs_.back().end = end;
  } else {
    runs_.push_back({end, origin});
  }
}

void TextBuilder::append(const Value& string) {
  append_slice(string, 0, string.text().size());
}

void TextBuilder::append_slice(const Value& string, size_t begin, size_t end) {
  const StringData& data = string.string_data();
  const std::string_view text = data.text;
  if (data.runs.empty()) {
    append(text.substr(begin, end - begin), data.origin);
    return;
  }
  auto run = std::ranges::upper_bound(data.runs, begin, {}, &Run::end);
  while (begin < end && run != data.runs.end()) {
    const size_t stop = std::min<size_t>(end, run->end);
    append(text.substr(begin, stop - begin), run->origin);
    begin = stop;
    ++run;
  }
}

void TextBuilder::append_repeated(std::string_view text, uint64_t times, Origin origin) {
  if (text.empty()) return;
  if (Meter* meter = held_.meter(); meter != nullptr) {
    uint64_t total = 0;
    if (__builtin_mul_overflow(text.size(), times, &total)) total = UINT64_MAX;
    if (!meter->fits(total)) return;
    text_.reserve(text_.size() + total);
  }
  for (uint64_t i = 0; i < times; ++i) append(text, origin);
}

Value TextBuilder::finish(bool markup) {
  Meter* meter = held_.meter();
  auto* data =
      new StringData(meter, sizeof(StringData) + text_.size() + runs_.size() * sizeof(Run));
  data->text = std::move(text_);
  if (runs_.size() == 1) {
    data->origin = runs_[0].origin;
  } else {
    data->runs = std::move(runs_);
  }
  data->markup = markup;
  text_.clear();
  runs_.clear();
  return Value::from_string_data(data);
}

Value slice_string(const Value& string, size_t begin, size_t end, Meter* meter) {
  const StringData& data = string.string_data();
  if (begin == 0 && end == data.text.size()) return string;
  TextBuilder out(meter);
  out.append_slice(string, begin, end);
  return out.finish(data.markup);
}

}  // namespace lar::chat
