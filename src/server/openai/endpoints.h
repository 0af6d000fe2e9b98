// The endpoints of OpenAI's API, one file each.
#pragma once

#include "server/route.h"

namespace lar::server::openai {

net::awaitable<void> models(Call& call);
net::awaitable<void> model(Call& call);

}  // namespace lar::server::openai
