// Z05: every row of the routes table with a body of any bytes. An answer comes, an error has the
// shape of its API, and no path of this machine is told. The first byte picks the route.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "server/endpoint_harness.h"
#include "server/routes.h"

namespace {

using namespace lar;

void require(bool condition) {
  if (!condition) std::abort();
}

class Server {
 public:
  Server() {
    harness_.add_model("m", {.jinja_template = "{{ messages[0]['content'] }}"});
    harness_.add_model("e", {.architecture = "bert", .pooling = true});
    harness_.config.no_prune = false;
  }

  void call(const server::Route& route, std::string body) {
    harness_.service.scripts = {test::FakeService::answer("Hello"),
                                test::FakeService::answer("again")};
    harness_.service.orders.clear();
    harness_.service.unloaded.clear();
    std::string path(route.path);
    if (const auto colon = path.find(':'); colon != std::string::npos) path.replace(colon, 99, "m");
    const test::Reply reply = harness_.call_text(route.method, path, std::move(body));
    require(reply.status >= 200 && reply.status < 600);
    require(reply.status != 500 || reply.body.find("exception") == std::string::npos);
    // The Modelfile that it shows names the blob, as Ollama's does.
    const bool shows = route.path == "/api/show";
    require(shows || reply.body.find(harness_.root.string()) == std::string::npos);
    require(*harness_.service.open_streams == 0);
    if (reply.status < 400 || route.method == "HEAD") return;
    const auto json = reply.json();
    require(json.is_object() && json.contains("error"));
    if (route.dialect != server::Dialect::kOllama) require(json["error"].contains("message"));
  }

 private:
  test::EndpointHarness harness_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Server server;
  if (size == 0) return 0;
  const auto routes = server::routes();
  server.call(routes[data[0] % routes.size()],
              std::string(reinterpret_cast<const char*>(data) + 1, size - 1));
  return 0;
}
