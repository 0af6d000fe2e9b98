#include "server/app.h"

#include <chrono>
#include <exception>

#include "base/duration.h"
#include "base/humanize.h"
#include "server/recorded_exchange.h"
#include "server/reply.h"
#include "server/router.h"

namespace lar::server {
namespace {

std::string_view client_of(const net::Peer& peer) {
  return peer.is_unix ? std::string_view("unix") : std::string_view(peer.address);
}

net::Response plain(int status, std::string text) {
  net::Response response;
  response.status = status;
  if (!text.empty()) {
    response.content_type = kTextType;
    response.body = std::move(text);
  }
  return response;
}

}  // namespace

App::App(ServerContext& context, std::span<const Route> routes, std::vector<ApiKey> keys)
    : context_(context),
      routes_(routes),
      rules_(access_rules(context.config)),
      keys_(std::move(keys)) {}

net::Handler App::handler() {
  return [this](net::Exchange& http) { return handle(http); };
}

net::awaitable<void> App::handle(net::Exchange& http) {
  const auto begin = std::chrono::steady_clock::now();
  AccessDecision access = decide(rules_, http.request(), http.peer());
  access.headers.push_back({"Server", "lar"});
  RecordedExchange exchange(http, access.headers);
  std::exception_ptr thrown;
  try {
    co_await answer(exchange, access);
  } catch (...) {
    thrown = std::current_exception();
  }
  std::string problem = access.reason;
  // Unwinding is how a request that nobody waits for ends; anything else is a fault of ours.
  if (thrown && !http.stop_token().stop_requested()) {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
      problem = error.what();
    } catch (...) {
      problem = "unknown exception";
    }
  }
  const int status = exchange.status() != 0               ? exchange.status()
                     : http.stop_token().stop_requested() ? 499
                                                          : 500;
  const auto level = status >= 500 ? LogLevel::kWarn : LogLevel::kInfo;
  if (!context_.log.enabled(level)) co_return;
  const auto elapsed = std::chrono::steady_clock::now() - begin;
  const net::RequestHead& request = http.request();
  // The path alone: what stands in a query or a body is nobody's business.
  if (problem.empty()) {
    context_.log.write(level, "request",
                       {{"method", request.method},
                        {"path", std::string(request.path().substr(0, 256))},
                        {"status", std::to_string(status)},
                        {"duration", go_duration(elapsed)},
                        {"client", std::string(client_of(http.peer()))}});
  } else {
    context_.log.write(LogLevel::kWarn, "request",
                       {{"method", request.method},
                        {"path", std::string(request.path().substr(0, 256))},
                        {"status", std::to_string(status)},
                        {"duration", go_duration(elapsed)},
                        {"client", std::string(client_of(http.peer()))},
                        {"problem", problem}});
  }
}

net::awaitable<void> App::answer(net::Exchange& http, const AccessDecision& access) {
  if (access.refuse_status != 0) {
    co_await http.respond(plain(access.refuse_status, {}));
    co_return;
  }
  if (access.preflight) {
    co_await http.respond(plain(204, {}));
    co_return;
  }
  const net::RequestHead& request = http.request();
  RouteMatch match = find_route(routes_, request.method, request.path());
  if (match.route != nullptr) {
    co_await call_endpoint(http, *match.route, std::move(match.params));
  } else if (!match.redirect_to.empty()) {
    net::Response moved = plain(request.method == "GET" ? 301 : 307, {});
    moved.headers.push_back({"Location", match.redirect_to});
    co_await http.respond(std::move(moved));
  } else if (!match.allowed.empty()) {
    net::Response response = plain(405, "405 method not allowed");
    response.headers.push_back({"Allow", match.allowed});
    co_await http.respond(std::move(response));
  } else {
    co_await http.respond(plain(404, "404 page not found"));
  }
}

net::awaitable<void> App::call_endpoint(
    net::Exchange& http,
    const Route& route,
    std::vector<std::pair<std::string_view, std::string>> params) {
  Call call{http, context_, route, std::move(params)};
  if (!is_content_type_allowed(route.body, http.request())) {
    co_await send_error(call,
                        HttpError{415, "this content type is not accepted from web pages", {}});
    co_return;
  }
  auto ticket = keys_.admit(http.request(), route.scope);
  if (!ticket) {
    co_await send_error(call, std::move(ticket.error()));
    co_return;
  }
  co_await route.endpoint(call);
}

}  // namespace lar::server
