// The endpoints of Anthropic's API, one file each.
#pragma once

#include "server/route.h"

namespace lar::server::anthropic {

net::awaitable<void> messages(Call& call);
net::awaitable<void> count_tokens(Call& call);

}  // namespace lar::server::anthropic
