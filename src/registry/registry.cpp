#include "registry/registry.h"

#include <atomic>

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
    const bool asked = options.insecure && options.is_local_user;
    auto endpoint = Endpoint::of(name, asked, config);
    if (options.insecure && !asked && (!endpoint || endpoint->base().secure())) {
      return fail(Code::kPermissionDenied,
                  "insecure registries are for clients on the server's machine, and for those that "
                  "its operator lists in LAR_INSECURE_REGISTRIES");
    }
    LAR_TRY(endpoint);
    return std::make_shared<Session>(*http, config, *std::move(endpoint));
  }

  const RegistryConfig config;
  const std::unique_ptr<net::HttpClient> http;
  const store::Store& store;
  Downloads downloads;
  std::atomic<int> transfers = 0;
};

namespace {

// Counts a transfer as long as it runs.
class Turn {
 public:
  explicit Turn(std::atomic<int>& running) : running_(running), number_(++running) {}
  ~Turn() { --running_; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  Result<void> check() const {
    if (number_ <= kTransfersMax) return {};
    return fail(Code::kUnavailable, "too many pulls and pushes at once, try again later");
  }

 private:
  std::atomic<int>& running_;
  const int number_;
};

}  // namespace

Registry::Registry(std::unique_ptr<State> state) : state_(std::move(state)) {}
Registry::~Registry() = default;

Result<std::unique_ptr<Registry>> Registry::create(RegistryConfig config,
                                                   const store::Store& store) {
  LAR_TRY(auto http, net::HttpClient::create(config.http));
  return std::unique_ptr<Registry>(
      new Registry(std::make_unique<State>(std::move(config), std::move(http), store)));
}

Result<void> Registry::prepare_key() const {
  LAR_TRY(Key::load_or_create(state_->config.key_file));
  return {};
}

Result<void> Registry::pull(const store::ModelName& name,
                            const TransferOptions& options,
                            const ProgressFunction& progress,
                            const std::stop_token& stop) {
  const Turn turn(state_->transfers);
  LAR_TRY(turn.check());
  LAR_TRY(auto session, state_->session(name, options));
  return Pull(state_->store, state_->downloads, std::move(session), progress, stop).run(name);
}

Result<void> Registry::push(const store::ModelName& name,
                            const TransferOptions& options,
                            const ProgressFunction& progress,
                            const std::stop_token& stop) {
  const Turn turn(state_->transfers);
  LAR_TRY(turn.check());
  LAR_TRY(const auto session, state_->session(name, options));
  return Push(state_->store, *session, progress, stop).run(name);
}

}  // namespace lar::registry
