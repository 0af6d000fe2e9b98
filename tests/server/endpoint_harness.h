// Endpoints without sockets: a store with small models, a scripted service, and an exchange that
// keeps what was answered.
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "net/event_loop.h"
#include "server/catalog.h"
#include "server/context.h"
#include "server/route.h"
#include "store/store.h"
#include "support/fake_service.h"

namespace lar::test {

using Json = nlohmann::ordered_json;

struct Reply {
  int status = 0;
  std::string type;
  std::vector<net::HttpHeader> headers;
  std::string body;  // all parts one after the other
  int parts = 0;     // writes of a streamed answer

  Json json() const { return Json::parse(body, nullptr, false); }
  // Of NDJSON.
  std::vector<Json> lines() const;
  // Of server-sent events: {"event", "data"}, where data is JSON or, like "[DONE]", a text.
  std::vector<Json> events() const;
  std::string header(std::string_view name) const;
  std::string error() const;  // of Ollama's shape
};

// What a model in the harness's store consists of.
struct ModelRecipe {
  std::string architecture = "llama";
  std::string jinja_template;
  bool pooling = false;
  std::string go_template;
  std::string system;
  std::string params;    // JSON
  std::string messages;  // JSON
  std::string renderer;
  std::string parser;
};

class EndpointHarness {
 public:
  EndpointHarness();
  ~EndpointHarness();

  // Adds a model to the store under `name`. Every recipe has weights of its own.
  void add_model(const std::string& name, const ModelRecipe& recipe);

  // Calls the endpoint of the routes table.
  Reply call(std::string_view method, std::string_view path, const Json& body);
  Reply call_text(std::string_view method,
                  std::string_view path,
                  std::string body,
                  std::vector<net::HttpHeader> headers = {});
  Reply post(std::string_view path, const Json& body) { return call("POST", path, body); }

  FakeService service;
  server::ServerConfig config;
  std::filesystem::path root;
  // The client stops reading after this many writes.
  int writes_until_gone = INT32_MAX;

 private:
  std::unique_ptr<net::EventLoop> loop_;
  std::unique_ptr<Logger> log_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<server::ModelCatalog> catalog_;
  std::unique_ptr<server::ServerContext> context_;
};

}  // namespace lar::test
