#include <array>

#include "cli/command.h"

namespace lar::cli {

std::span<const Command> commands() {
  static constexpr std::array kCommands = {
      Command{"serve", "start", "Start the server", run_serve},
      Command{"create", "", "Create a model", run_create},
      Command{"show", "", "Show information for a model", run_show},
      Command{"run", "", "Run a model, or a model file", run_run},
      Command{"stop", "", "Stop a running model", run_stop},
      Command{"pull", "", "Pull a model from a registry", run_pull},
      Command{"push", "", "Push a model to a registry", run_push},
      Command{"list", "ls", "List models", run_list},
      Command{"ps", "", "List running models", run_ps},
      Command{"cp", "", "Copy a model", run_cp},
      Command{"rm", "", "Remove models", run_rm},
      Command{"verify", "", "Check the store for damage", run_verify},
      Command{"gc", "", "Show or remove what nothing refers to in the store", run_gc},
      Command{"du", "", "Show how much room models take", run_du},
      Command{"inspect", "", "Show what is in a model file and the memory it needs", run_inspect},
      Command{"tokenize", "", "Text on stdin to token ids", run_tokenize},
      Command{"detokenize", "", "Token ids on stdin to text", run_detokenize},
      Command{"logits", "", "Write the logits of given tokens to a .npy file", run_logits},
      Command{"perplexity", "", "Measure how well a model predicts a text", run_perplexity},
      Command{"bench", "", "Measure prompt and generation speed", run_bench},
      Command{"template", "", "Render chat templates", run_template},
      Command{"grammar", "", "Check a text against a JSON schema or a grammar", run_grammar},
      Command{"completion", "", "Print a completion script for bash, zsh or fish", run_completion},
      Command{"runner", "", "", run_runner_command},
      Command{"version", "", "Show the server's version and this program's", run_version},
  };
  return kCommands;
}

}  // namespace lar::cli
