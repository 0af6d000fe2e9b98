// The head of models that score a text (or a pair of texts) instead of continuing it.
#pragma once

#include "base/result.h"
#include "gguf/reader.h"
#include "program/program.h"

namespace lar::models {

// Adds cls (a dense layer with tanh) and cls.output, whichever the file has, to a program without a
// head. Errors: data_corrupt where the file has neither, or of the wrong shape.
Result<program::Program> add_classifier(const gguf::File& file, program::Program program);

}  // namespace lar::models
