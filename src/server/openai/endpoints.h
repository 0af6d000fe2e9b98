// The endpoints of OpenAI's API, one file each.
#pragma once

#include "server/route.h"

namespace lar::server::openai {

net::awaitable<void> models(Call& call);
net::awaitable<void> model(Call& call);
net::awaitable<void> chat_completions(Call& call);
net::awaitable<void> completions(Call& call);
net::awaitable<void> embeddings(Call& call);
net::awaitable<void> responses(Call& call);
net::awaitable<void> rerank(Call& call);

}  // namespace lar::server::openai
