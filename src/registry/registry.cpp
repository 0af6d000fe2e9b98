#include "registry/registry.h"

#include "registry/downloads.h"
#include "registry/pull.h"
#include "registry/push.h"
#include "registry/session.h"

namespace lar::registry {

struct Registry::State {
  State(RegistryConfig all, std::unique_ptr<net::HttpClient> client, const store::Store& models)
      : config(std::move(all)),
        http(std::move(client)),
        store(models),
        downloads(models.layout(), config.bytes_per_second_max) {}

  Result<std::shared_ptr<Session>> session(const store::ModelName& name,
                                           const TransferOptions& options) const {
    LAR_TRY(auto endpoint, Endpoint::of(name, options.insecure, config));
    return std::make_shared<Session>(*http, config, std::move(endpoint));
  }

  const RegistryConfig config;
  const std::unique_ptr<net::HttpClient> http;
  const store::Store& store;
  Downloads downloads;
};

Registry::Registry(std::unique_ptr<State> state) : state_(std::move(state)) {}
Registry::~Registry() = default;

Result<std::unique_ptr<Registry>> Registry::create(RegistryConfig config,
                                                   const store::Store& store) {
  LAR_TRY(auto http, net::HttpClient::create(config.http));
  return std::unique_ptr<Registry>(
      new Registry(std::make_unique<State>(std::move(config), std::move(http), store)));
}

Result<void> Registry::pull(const store::ModelName& name,
                            const TransferOptions& options,
                            const ProgressFunction& progress,
                            const std::stop_token& stop) {
  LAR_TRY(auto session, state_->session(name, options));
  return Pull(state_->store, state_->downloads, std::move(session), progress, stop).run(name);
}

Result<void> Registry::push(const store::ModelName& name,
                            const TransferOptions& options,
                            const ProgressFunction& progress,
                            const std::stop_token& stop) {
  LAR_TRY(const auto session, state_->session(name, options));
  return Push(state_->store, *session, progress, stop).run(name);
}

}  // namespace lar::registry
