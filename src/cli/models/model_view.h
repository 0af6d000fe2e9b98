// The description of a model that `show` and the conversation's /show print.
#pragma once

#include <string>

#include "client/client.h"

namespace lar::cli {

// `show`: an answer of /api/show. Verbose adds all metadata and tensors.
std::string model_view(const client::Json& show, bool verbose);

}  // namespace lar::cli
