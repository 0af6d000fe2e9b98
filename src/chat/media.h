// Marks in a prompt that say where pictures and sounds belong: [img-0], [img-1] ... through a
// conversation.
#pragma once

#include <cstdint>

#include "chat/message.h"

namespace lar::chat {

// The text of a message with marks for its media, the first of which is number *next. "[img]" in
// the text are replaced in order; marks for the rest come first, with one space before text if
// `spaced`. Text that has such marks already (`spaced` only) is left as it is.
Value text_with_media(const Value& text, uint32_t images, uint32_t* next, bool spaced);

}  // namespace lar::chat
