// lar grammar: whether a text is what a JSON schema or a GBNF grammar asks for, and where it is
// not.
#include <fmt/format.h>

#include <fstream>
#include <iostream>

#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/output.h"
#include "constrain/check.h"

namespace lar::cli {
namespace {

constexpr size_t kMaxInputBytes = 64U << 20;

struct CheckArguments {
  std::string schema_path;
  std::string gbnf_path;
  std::string instance_path;  // empty: stdin
};

Result<std::string> read_stream(std::istream& in, const std::string& name) {
  std::string text;
  char buffer[1U << 16];
  while (in.read(buffer, sizeof buffer) || in.gcount() > 0) {
    text.append(buffer, static_cast<size_t>(in.gcount()));
    if (text.size() > kMaxInputBytes) {
      return fail(Code::kInvalidArgument, name + ": is larger than 64 MiB");
    }
  }
  return text;
}

Result<std::string> read_input(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Code::kNotFound, path + ": cannot be read");
  return read_stream(file, path);
}

Result<std::shared_ptr<constrain::Grammar>> compile(const CheckArguments& arguments) {
  if (!arguments.gbnf_path.empty()) {
    LAR_TRY(const std::string text, read_input(arguments.gbnf_path));
    return with_context(constrain::Grammar::from_gbnf(text, {}), arguments.gbnf_path);
  }
  LAR_TRY(const std::string text, read_input(arguments.schema_path));
  LAR_TRY(auto grammar, with_context(constrain::Grammar::from_schema(
                                         text, {.purpose = constrain::Purpose::kCheck,
                                                .formats = constrain::FormatPolicy::kDeclared}),
                                     arguments.schema_path));
  if (const auto made = constrain::Grammar::from_schema(text, {}); !made) {
    fmt::print(stderr, "Warning: texts can be checked, but not generated: {}\n",
               made.error().message);
  }
  return grammar;
}

Result<int> check(const CheckArguments& arguments) {
  LAR_TRY(const auto grammar, compile(arguments));
  LAR_TRY(const std::string text, arguments.instance_path.empty()
                                      ? read_stream(std::cin, "stdin")
                                      : read_input(arguments.instance_path));
  LAR_TRY(const constrain::CheckResult result, constrain::check_text(*grammar, text));
  if (result.accepted) {
    LAR_TRY(write_stdout("accepted\n"));
    return 0;
  }
  LAR_TRY(write_stdout(fmt::format("rejected at byte {}: {}\n", result.position, result.reason)));
  return 1;
}

}  // namespace

int run_grammar(const std::vector<std::string>& args, const Environment&) {
  CheckArguments arguments;
  Arguments command("Work with grammars of constrained output");
  Arguments& checker =
      command.subcommand("check", "Say whether a text is accepted, or where and why not");
  checker.option("--schema", arguments.schema_path, "A file with a JSON schema");
  checker.option("--gbnf", arguments.gbnf_path, "A file with a GBNF grammar");
  checker.option("INSTANCE", arguments.instance_path, "The text; without one, stdin");
  if (const auto code = command.parse(args)) return *code;
  if (arguments.schema_path.empty() == arguments.gbnf_path.empty()) {
    return print_error("lar grammar check wants either --schema FILE or --gbnf FILE");
  }
  const auto code = check(arguments);
  return code ? *code : print_error(code.error());
}

}  // namespace lar::cli
