// Every route of the server, a row each.
#pragma once

#include <span>

#include "server/route.h"

namespace lar::server {

std::span<const Route> routes();

}  // namespace lar::server
