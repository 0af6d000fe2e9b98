// A row of the routes table, and what an endpoint is called with.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/server/exchange.h"
#include "server/context.h"

namespace lar::server {

// How errors are told: each family of APIs has its own shape.
enum class Dialect : uint8_t { kOllama, kOpenAi, kAnthropic };

// What a client must be allowed to do.
enum class Scope : uint8_t {
  kPublic,  // that a server is here, and its version
  kInfer,   // use models that are there
  kManage,  // change which models are there
  kAdmin,
};

// What the body is, which decides the check of its Content-Type for requests from web pages.
enum class BodyKind : uint8_t { kNone, kJson, kBytes, kMultipart };

struct Route;

struct Call {
  net::Exchange& http;
  ServerContext& context;
  const Route& route;
  std::vector<std::pair<std::string_view, std::string>> params;  // of ":name" parts, decoded

  // Empty where the pattern has no such part.
  std::string_view param(std::string_view name) const;
};

using Endpoint = net::awaitable<void> (*)(Call&);

struct Route {
  std::string_view method;
  std::string_view path;  // "/api/blobs/:digest": a part that begins with ':' takes any one part
  Endpoint endpoint;
  Scope scope;
  BodyKind body = BodyKind::kNone;
  Dialect dialect = Dialect::kOllama;
};

}  // namespace lar::server
