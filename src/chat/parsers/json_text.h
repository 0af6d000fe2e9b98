// One JSON value that is passed on while it is read, with raw control characters inside strings
// escaped as JSON wants them.
#pragma once

#include <string>

#include "chat/parsers/json_scanner.h"

namespace lar::chat {

class JsonText {
 public:
  // Appends what the byte adds to the value to `out` (nothing for kEndBefore and kBad).
  JsonScanner::Step push(char c, std::string& out);
  const JsonScanner& scanner() const { return scanner_; }

 private:
  JsonScanner scanner_;
};

}  // namespace lar::chat
