// The endpoints of Ollama's own API, one file each.
#pragma once

#include "server/route.h"

namespace lar::server::ollama {

net::awaitable<void> root(Call& call);
net::awaitable<void> version(Call& call);
net::awaitable<void> status(Call& call);
net::awaitable<void> tags(Call& call);
net::awaitable<void> show(Call& call);
net::awaitable<void> create(Call& call);
net::awaitable<void> copy(Call& call);
net::awaitable<void> remove(Call& call);
net::awaitable<void> blob_head(Call& call);
net::awaitable<void> blob_upload(Call& call);

}  // namespace lar::server::ollama
