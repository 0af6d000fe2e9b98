// The server as a whole: what happens to every request before and after its endpoint.
//   Host and Origin rules -> routes table -> Content-Type of pages -> API key -> endpoint -> log
//   line
#pragma once

#include <memory>
#include <span>

#include "net/server/exchange.h"
#include "server/access.h"
#include "server/context.h"
#include "server/keys.h"
#include "server/route.h"

namespace lar::server {

class App {
 public:
  // The first two are borrowed. Without keys everybody may do everything.
  App(ServerContext& context, std::span<const Route> routes, std::vector<ApiKey> keys = {});

  // For net::Server. The App must outlive it.
  net::Handler handler();

 private:
  net::awaitable<void> handle(net::Exchange& http);
  net::awaitable<void> answer(net::Exchange& http, const AccessDecision& access);
  net::awaitable<void> call_endpoint(net::Exchange& http,
                                     const Route& route,
                                     std::vector<std::pair<std::string_view, std::string>> params);

  ServerContext& context_;
  std::span<const Route> routes_;
  AccessRules rules_;
  KeyRing keys_;
};

}  // namespace lar::server
