// Checks a program once, before it is compiled: every value is written before it is read, sizes
// agree, weights have the shapes that their ops need. Backends rely on it.
#pragma once

#include "base/result.h"
#include "program/program.h"

namespace lar::program {

// Errors: invalid_argument, naming the op, the tensor or the value.
Result<void> check(const Program& program);

}  // namespace lar::program
