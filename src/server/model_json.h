// Parts of answers that describe a model. Includes nlohmann's header: only for .cpp files.
#pragma once

#include "gguf/reader.h"
#include "server/catalog.h"
#include "server/json_request.h"

namespace lar::server {

// {parent_model, format, family, families, parameter_size, quantization_level, ...}
Json details_json(const store::ConfigBlob& config, const std::string& parent_model);

// All keys of a file's metadata but its name and template. Arrays of more than a few values are
// null unless `verbose`.
Json model_info_json(const gguf::File& file, bool verbose);

// [{name, type, shape}]
Json tensors_json(const gguf::File& file);

uint64_t parameter_count(const gguf::File& file);

}  // namespace lar::server
