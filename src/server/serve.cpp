#include "server/serve.h"

#include <csignal>

#include "net/server/server.h"
#include "server/app.h"
#include "server/routes.h"

namespace lar::server {

struct RunningServer::Impl {
  Impl(ServerContext& of, std::vector<ApiKey> keys)
      : context(of),
        app(of, routes(), std::move(keys)),
        server(of.loop, of.config.limits, app.handler()) {}

  ServerContext& context;
  App app;
  net::Server server;
  uint16_t port = 0;
};

RunningServer::RunningServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RunningServer::~RunningServer() = default;

Result<std::unique_ptr<RunningServer>> RunningServer::create(ServerContext& context,
                                                             std::vector<ApiKey> keys) {
  auto impl = std::make_unique<Impl>(context, std::move(keys));
  const ServerConfig& config = context.config;
  if (config.tcp) {
    LAR_TRY(impl->port, impl->server.listen_tcp(config.host, config.port));
  }
  for (const net::UnixListener& socket : config.sockets) {
    LAR_TRY(impl->server.listen_unix(socket));
  }
  return std::unique_ptr<RunningServer>(new RunningServer(std::move(impl)));
}

uint16_t RunningServer::port() const {
  return impl_->port;
}

void RunningServer::stop() {
  net::EventLoop& loop = impl_->context.loop;
  impl_->server.stop(impl_->context.config.stop_grace, [&loop] { loop.stop(); });
}

Result<void> serve(ServerContext& context,
                   std::vector<ApiKey> keys,
                   const std::function<void(uint16_t port)>& started) {
  LAR_TRY(const auto server, RunningServer::create(context, std::move(keys)));
  bool stopping = false;
  context.loop.on_signals({SIGINT, SIGTERM}, [&](int signal) {
    if (stopping) {
      std::signal(signal, SIG_DFL);
      std::raise(signal);
    }
    stopping = true;
    context.log.info("stopping");
    server->stop();
  });
  started(server->port());
  context.loop.run();
  // Transfers were called off with their requests; they use what the caller is about to free.
  context.loop.drain();
  return {};
}

}  // namespace lar::server
