#include "cli/program/variables.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace lar::cli {
namespace {

struct Variable {
  std::string_view name;
  std::string_view description;
};

constexpr std::array kVariables = {
    Variable{"OLLAMA_DEBUG", "Show additional debug information (e.g. OLLAMA_DEBUG=1)"},
    Variable{"OLLAMA_HOST", "IP Address for the server (default 127.0.0.1:11434)"},
    Variable{"OLLAMA_CONTEXT_LENGTH", "Context length to use unless otherwise specified"},
    Variable{"OLLAMA_KEEP_ALIVE", "How long models stay loaded in memory (default 5m)"},
    Variable{"OLLAMA_MAX_LOADED_MODELS", "Maximum number of loaded models"},
    Variable{"OLLAMA_MAX_QUEUE", "Maximum number of queued requests"},
    Variable{"OLLAMA_MODELS", "The path to the models directory"},
    Variable{"OLLAMA_NUM_PARALLEL", "Maximum number of parallel requests of a model"},
    Variable{"OLLAMA_NOPRUNE", "Do not remove model blobs that nothing uses any more"},
    Variable{"OLLAMA_ORIGINS", "A comma separated list of allowed origins"},
    Variable{"OLLAMA_LOAD_TIMEOUT", "How long loading may stall before giving up (default 5m)"},
    Variable{"OLLAMA_KV_CACHE_TYPE", "Type of the K/V cache: f16 or q8_0 (default f16)"},
    Variable{"OLLAMA_NOHISTORY", "Do not preserve the history of the conversation"},
    Variable{"OLLAMA_EDITOR", "The editor that Ctrl-G opens"},
    Variable{"LAR_ISA", "Use no better instruction set than this (scalar, avx2, avx512, neon)"},
    Variable{"LAR_SANDBOX", "required: refuse to run models where they cannot be confined"},
    Variable{"LAR_API_KEYS", "A file of hashed keys that the server asks for"},
    Variable{"LAR_API_KEY", "The key that this command shows to the server"},
    Variable{"LAR_BANDWIDTH", "Bytes per second of all pulls together (e.g. 20MB)"},
    Variable{"LAR_STREAMS", "Parallel requests for one blob (default 16)"},
    Variable{"LAR_REGISTRIES", "Registries in private networks that may be reached, by commas"},
    Variable{"LAR_INSECURE_REGISTRIES", "Registries reached over http; https://HOST: unchecked"},
    Variable{"LAR_TOKEN_SERVERS", "Token servers elsewhere: REGISTRY=https://HOST, by commas"},
};

struct Use {
  std::string_view command;
  std::vector<std::string_view> variables;
};

const std::vector<Use>& uses() {
  static const std::vector<Use> kUses = [] {
    std::vector<Use> table = {
        {"serve",
         {"OLLAMA_DEBUG",
          "OLLAMA_HOST",
          "OLLAMA_CONTEXT_LENGTH",
          "OLLAMA_KEEP_ALIVE",
          "OLLAMA_MAX_LOADED_MODELS",
          "OLLAMA_MAX_QUEUE",
          "OLLAMA_MODELS",
          "OLLAMA_NUM_PARALLEL",
          "OLLAMA_NOPRUNE",
          "OLLAMA_ORIGINS",
          "OLLAMA_LOAD_TIMEOUT",
          "OLLAMA_KV_CACHE_TYPE",
          "LAR_API_KEYS",
          "LAR_BANDWIDTH",
          "LAR_INSECURE_REGISTRIES",
          "LAR_ISA",
          "LAR_REGISTRIES",
          "LAR_SANDBOX",
          "LAR_STREAMS",
          "LAR_TOKEN_SERVERS"}},
        {"run", {"OLLAMA_EDITOR", "OLLAMA_HOST", "OLLAMA_NOHISTORY", "LAR_API_KEY", "LAR_ISA"}},
    };
    for (const std::string_view command :
         {"create", "show", "stop", "pull", "push", "list", "ps", "cp", "rm"}) {
      table.push_back({command, {"OLLAMA_HOST", "LAR_API_KEY"}});
    }
    for (const std::string_view command : {"verify", "gc", "du"}) {
      table.push_back({command, {"OLLAMA_MODELS"}});
    }
    return table;
  }();
  return kUses;
}

}  // namespace

std::string variables_help(std::string_view command) {
  const auto use = std::ranges::find(uses(), command, &Use::command);
  if (use == uses().end()) return {};
  std::string text = "\nEnvironment Variables:\n";
  for (const std::string_view name : use->variables) {
    const auto* variable = std::ranges::find(kVariables, name, &Variable::name);
    text += fmt::format("      {:<24}   {}\n", name, variable->description);
  }
  return text;
}

}  // namespace lar::cli
