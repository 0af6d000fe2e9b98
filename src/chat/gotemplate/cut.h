// The part of a template that comes before the model's answer.
#pragma once

#include "chat/gotemplate/tree.h"

namespace lar::chat::gotemplate {

// A copy of the tree that ends behind its first {{ .Response }}, wherever that stands.
NodePtr cut_after_response(const Node& root);

}  // namespace lar::chat::gotemplate
