// The "%" operator on strings: "%s has %05.1f%%" % ("x", 2), "%(name)s" % {...}.
#pragma once

#include "base/result.h"
#include "chat/value.h"

namespace lar::chat::jinja {

class Renderer;

// `values` is a tuple of values, a dictionary for "%(name)s", or the only value.
Result<Value> percent_format(Renderer& renderer, const Value& format, const Value& values);

}  // namespace lar::chat::jinja
