// The endpoints of Ollama's own API, one file each.
#pragma once

#include "server/route.h"

namespace lar::server::ollama {

net::awaitable<void> root(Call& call);
net::awaitable<void> version(Call& call);
net::awaitable<void> status(Call& call);
net::awaitable<void> no_cloud(Call& call);
net::awaitable<void> tags(Call& call);
net::awaitable<void> show(Call& call);
net::awaitable<void> create(Call& call);
net::awaitable<void> copy(Call& call);
net::awaitable<void> remove(Call& call);
net::awaitable<void> pull(Call& call);
net::awaitable<void> push(Call& call);
net::awaitable<void> blob_head(Call& call);
net::awaitable<void> blob_upload(Call& call);
net::awaitable<void> generate(Call& call);
net::awaitable<void> chat(Call& call);
net::awaitable<void> embed(Call& call);
net::awaitable<void> embeddings(Call& call);
net::awaitable<void> ps(Call& call);
net::awaitable<void> tokenize(Call& call);
net::awaitable<void> detokenize(Call& call);

}  // namespace lar::server::ollama
