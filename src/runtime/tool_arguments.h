// The arguments of a forced tool call as rules of a GBNF grammar, in the ways that families write
// them. What a family's parser would misread is no part of the grammar.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "chat/parsers/output_format.h"
#include "chat/parsers/tool_call_syntax.h"
#include "chat/parsers/tool_set.h"
#include "constrain/grammar.h"
#include "runtime/tool_schema.h"
#include "tokenizer/tokenizer.h"

namespace lar::runtime {

// What all tools of a request share.
struct ArgumentForm {
  const tokenizer::Tokenizer& tokenizer;
  const chat::ToolCallSyntax& syntax;
  const chat::ToolSet& tools;       // as the parser sees them
  std::vector<std::string> enders;  // texts that end a value, so that none can be in one
};

// The rules so far.
struct ArgumentRules {
  std::string gbnf;
  std::vector<constrain::NamedSchema> schemas;
  std::vector<constrain::NamedText> texts;
};

// Each adds the rules of one tool and returns the name of that for all its arguments. Errors:
// unsupported (a keyword of the schema, by its place, or a name that the form cannot spell).
Result<std::string> add_tagged_arguments(const ArgumentForm& form,
                                         const std::string& tool,
                                         const ToolSchema& schema,
                                         ArgumentRules& rules);
Result<std::string> add_python_arguments(const ArgumentForm& form,
                                         const ToolSchema& schema,
                                         ArgumentRules& rules);
// kGemma and kElements.
Result<std::string> add_nested_arguments(const ArgumentForm& form,
                                         const ToolSchema& schema,
                                         ArgumentRules& rules);

// Members with `separator` between those that are there, as rules whose names begin with `prefix`;
// the name of the first is returned.
struct ListMember {
  std::string items;
  bool required = false;
};
std::string add_list(const std::string& prefix,
                     const std::vector<ListMember>& members,
                     const std::string& separator,
                     ArgumentRules& rules);

// Expressions for the texts that a parser takes for a value of one of `types`, or for null.
std::vector<std::string> unlike_values(const std::vector<std::string>& types);

// Errors: unsupported for a name with a character of `special`, or white space around it.
Result<void> check_spelling(std::string_view name, std::string_view special);

}  // namespace lar::runtime
