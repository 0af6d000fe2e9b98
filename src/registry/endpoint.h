// Where a model's registry is and how it may be reached: the model's name and the operator's lists
// decide, nothing that a registry answers.
#pragma once

#include <string>

#include "net/url.h"
#include "registry/config.h"
#include "store/model_name.h"

namespace lar::registry {

class Endpoint {
 public:
  // `insecure`: the user asks for plain http (the flag --insecure), which also names the registry
  // as one that may be in a private network. Errors: invalid_argument ("insecure protocol http"
  // without it), permission_denied.
  static Result<Endpoint> of(const store::ModelName& name,
                             bool insecure,
                             const RegistryConfig& config);

  const net::Url& base() const { return base_; }

  Result<net::Url> manifest(std::string_view reference) const;  // a tag or a digest
  Result<net::Url> blob(const store::Digest& digest) const;
  Result<net::Url> uploads() const;

  // Whether a request to `url` (this registry, or where it sent us) may go to a private address.
  net::AddressPolicy addresses(const net::Url& url) const;
  bool verify_tls(const net::Url& url) const;
  // Whether a token may be fetched at `realm`.
  bool is_token_server(const net::Url& realm) const;

 private:
  Endpoint(net::Url base, std::string repository, const RegistryConfig& config, bool insecure);
  Result<net::Url> below(const std::string& path) const;

  net::Url base_;
  std::string repository_;        // namespace/model
  const RegistryConfig& config_;  // borrowed
  bool insecure_;
};

}  // namespace lar::registry
