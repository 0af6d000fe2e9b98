// Uploaded GGUF files to layers. A file is stored as it is and keeps its digest; only the parts of
// a split model are joined to one file, since that is what a store of Ollama's kind can hold.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "gguf/reader.h"
#include "server/create/layers.h"
#include "store/store.h"

namespace lar::server {

struct ImportedFile {
  store::Layer layer;
  std::shared_ptr<const gguf::File> file;
};

// The files by name and digest. What a file is, it says itself: a model, a projector or an adapter;
// `adapters` are all adapters. Errors: invalid_argument ("supplied file was not in GGUF format",
// ...), unsupported (safetensors), internal ("invalid digest format"), data_corrupt (a blob is
// missing).
Result<std::vector<ImportedFile>> import_files(const store::Store& store,
                                               store::Lease& lease,
                                               const std::map<std::string, std::string>& files);

Result<std::vector<ImportedFile>> import_as(const store::Store& store,
                                            store::Lease& lease,
                                            const std::map<std::string, std::string>& files,
                                            store::LayerKind kind);

// "Q4_K_M", "F16": what general.file_type means; "unknown" for what it does not.
std::string_view file_type_name(const gguf::File& file);

}  // namespace lar::server
