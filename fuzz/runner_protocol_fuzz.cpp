// Messages between server and runner: what is accepted is written and read back as the same bytes.
// The first byte chooses the side and how the stream is cut.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>
#include <vector>

#include "runner/protocol/frame.h"
#include "runner/protocol/messages.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

template <class Message>
void expect_same(const lar::Result<Message>& message, std::string_view content) {
  if (!message) return;
  std::vector<uint8_t> frame;
  require(append_frame(*message, frame).has_value());
  require(std::string_view(reinterpret_cast<const char*>(frame.data()) + 4, frame.size() - 4) ==
          content);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const bool from_server = (data[0] & 1U) != 0;
  const size_t piece = static_cast<size_t>(data[0] >> 1) + 1;
  lar::runner::FrameReader reader(1U << 20);
  for (size_t at = 1; at < size; at += piece) {
    reader.append(std::span(data + at, std::min(piece, size - at)));
    while (true) {
      const auto frame = reader.next();
      if (!frame) return 0;
      if (!*frame) break;
      if (from_server) {
        expect_same(lar::runner::parse_server_message(**frame), **frame);
      } else {
        expect_same(lar::runner::parse_runner_message(**frame), **frame);
      }
    }
  }
  return 0;
}
