// JSON schemas drawn by chance, of the kinds that people write: the same number gives the same
// schema. Every one of them has documents, and most of those are short.
#pragma once

#include <string>

namespace lar::test {

std::string random_schema(unsigned seed);

}  // namespace lar::test
