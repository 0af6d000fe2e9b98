// lar run MODEL: one answer, or a conversation, from a model of the server.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/chat/session.h"

namespace lar::cli {

struct RunModelArguments {
  std::string model;
  std::vector<std::string> words;
  ChatSettings settings;
  client::Json options;  // of --set
  bool raw = false;
  bool insecure = false;
  bool truncate = true;  // of embedding models
  std::optional<uint32_t> dimensions;
};

// Pulls a model that is not there. Returns the exit code.
Result<int> run_server_model(RunModelArguments arguments, const Environment& environment);

}  // namespace lar::cli
