// Go templates' comparisons of two values.
#pragma once

#include "base/result.h"
#include "chat/gotemplate/item.h"

namespace lar::chat::gotemplate {

// Errors: types that cannot be compared.
Result<bool> equal_items(const Item& a, const Item& b);
Result<bool> less(const Item& a, const Item& b);

}  // namespace lar::chat::gotemplate
