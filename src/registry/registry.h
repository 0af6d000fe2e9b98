// Pull and push: models between this machine's store and registries.
//
// One object for the life of the server, used from any thread: pulls that run at the same time
// share downloads, connections and the limit on bandwidth.
#pragma once

#include <memory>
#include <stop_token>

#include "base/result.h"
#include "registry/config.h"
#include "registry/progress.h"
#include "store/store.h"

namespace lar::registry {

inline constexpr int kTransfersMax = 32;  // pulls and pushes at once

struct TransferOptions {
  bool insecure = false;  // plain http, and an address in a private network is fine
  // Others may ask for `insecure` only where the operator has listed the registry.
  bool is_local_user = true;
};

class Registry {
 public:
  // `store` is borrowed.
  static Result<std::unique_ptr<Registry>> create(RegistryConfig config, const store::Store& store);
  ~Registry();

  // Reads the key, or makes it: at the start, so that users find it where Ollama puts it.
  Result<void> prepare_key() const;

  // Fetches a model into the store; its name changes its meaning at the end and in one step. What
  // is there already is checked, and damage is repaired. Ends with the progress "success". Errors
  // have Ollama's texts: "pull model manifest: file does not exist"; codes as the parts say:
  //   not_found, unauthenticated, permission_denied, unavailable, deadline_exceeded, cancelled
  //   data_corrupt        the registry's documents or bytes are not what they should be, or a
  //                       pinned digest is not the manifest's
  //   resource_exhausted  disk full
  //   unsupported         a kind of model that does not run here
  // Over kTransfersMax: unavailable.
  Result<void> pull(const store::ModelName& name,
                    const TransferOptions& options,
                    const ProgressFunction& progress,
                    const std::stop_token& stop);

  // Sends a model to its registry. Errors: as above; not_found if the store does not have it.
  Result<void> push(const store::ModelName& name,
                    const TransferOptions& options,
                    const ProgressFunction& progress,
                    const std::stop_token& stop);

 private:
  struct State;
  explicit Registry(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace lar::registry
