// What an HTTP status means to the command line.
#pragma once

#include <string_view>

#include "base/result.h"

namespace lar::client {

// The code of an error answer.
Code code_of_status(int status);

// "404 Not Found"; the number alone for a status without a name.
std::string status_line(int status);

}  // namespace lar::client
