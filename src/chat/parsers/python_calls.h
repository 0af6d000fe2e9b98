// Calls as Python writes them: [f(a=1, b="x"), g()], in a list or one a line.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "chat/parsers/output_format.h"

namespace lar::chat {

struct PythonCallSpec {
  std::vector<std::string> closers;
  // Nothing but a list of calls of known tools is one; other text is content again, behind
  // `opener`. The calls appear when the list is complete.
  bool known_names_only = false;
  std::string opener;
};

std::shared_ptr<const CallForm> python_calls(PythonCallSpec spec);

}  // namespace lar::chat
