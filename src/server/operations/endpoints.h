// What those who operate a server ask it: whether it lives, whether it can work, and its numbers.
#pragma once

#include "server/route.h"

namespace lar::server::operations {

net::awaitable<void> health(Call& call);
net::awaitable<void> ready(Call& call);
net::awaitable<void> metrics(Call& call);

}  // namespace lar::server::operations
