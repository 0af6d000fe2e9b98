// lar completion SHELL: a script that completes commands and model names.
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/output.h"

namespace lar::cli {
namespace {

// Commands whose arguments are models of the server, and those that take files.
constexpr std::string_view kModelCommands = "run show stop push cp rm";

std::string all_commands() {
  std::string names = "help";
  for (const Command& command : commands()) {
    if (!command.summary.empty()) names += " " + std::string(command.name);
  }
  return names;
}

// @program@, @commands@ and @models@ stand for what their names say.
constexpr std::string_view kBash = R"script(# bash completion: eval "$(@program@ completion bash)"
_@program@() {
  local word="${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "@commands@" -- "$word"))
    return
  fi
  case " @models@ " in
    *" ${COMP_WORDS[1]} "*)
      # A colon breaks a word for the shell: what stands before it is typed already.
      local whole="$word" before=""
      if declare -F _get_comp_words_by_ref >/dev/null; then
        _get_comp_words_by_ref -n : -c whole
      fi
      case "$whole" in *:*) before="${whole%"${whole##*:}"}" ;; esac
      COMPREPLY=($(compgen -W "$(@program@ list 2>/dev/null | tail -n +2 | cut -d' ' -f1)" -- "$whole"))
      COMPREPLY=("${COMPREPLY[@]#"$before"}") ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o default -F _@program@ @program@
)script";

constexpr std::string_view kZsh = R"script(#compdef @program@
# zsh completion: source <(@program@ completion zsh)
_@program@() {
  if (( CURRENT == 2 )); then
    compadd -- @commands@
    return
  fi
  case " @models@ " in
    *" ${words[2]} "*)
      local -a models
      models=(${(f)"$(@program@ list 2>/dev/null | tail -n +2 | cut -d' ' -f1)"})
      compadd -a -- models ;;
    *) _files ;;
  esac
}
compdef _@program@ @program@
)script";

constexpr std::string_view kFish = R"script(# fish completion: @program@ completion fish | source
complete -c @program@ -f -n '__fish_is_first_token' -a '@commands@'
complete -c @program@ -f -n '__fish_seen_subcommand_from @models@' -a '(@program@ list 2>/dev/null | tail -n +2 | string replace -r " .*" "")'
)script";

std::string fill(std::string_view script, const std::string& program) {
  std::string text(script);
  const auto replace = [&](std::string_view mark, std::string_view value) {
    for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
      text.replace(at, mark.size(), value);
      at += value.size();
    }
  };
  replace("@program@", program);
  replace("@commands@", all_commands());
  replace("@models@", kModelCommands);
  return text;
}

}  // namespace

int run_completion(const std::vector<std::string>& args, const Environment& environment) {
  std::vector<std::string> words;
  Arguments command("Print a script that completes commands and models: bash, zsh or fish");
  command.option("SHELL", words, "bash, zsh or fish");
  if (const auto code = command.parse(args)) return *code;
  if (words.size() != 1) return print_error(not_exactly(1, words.size()));
  std::string script;
  if (words[0] == "bash") script = fill(kBash, environment.program);
  if (words[0] == "zsh") script = fill(kZsh, environment.program);
  if (words[0] == "fish") script = fill(kFish, environment.program);
  if (script.empty()) {
    return print_error("no completion for '" + words[0] + "': bash, zsh and fish are known");
  }
  const auto written = write_stdout(script);
  return written ? 0 : print_error(written.error());
}

}  // namespace lar::cli
