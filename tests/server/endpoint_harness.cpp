#include "endpoint_harness.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstring>
#include <map>

#include "gguf/writer.h"
#include "server/router.h"
#include "server/routes.h"
#include "store/config_blob.h"

namespace lar::test {
namespace {

class FakeExchange final : public net::Exchange {
 public:
  FakeExchange(net::RequestHead head, std::string body, int writes)
      : head_(std::move(head)), body_(std::move(body)), writes_left_(writes) {}

  const net::RequestHead& request() const override { return head_; }
  const net::Peer& peer() const override { return peer_; }
  std::stop_token stop_token() const override { return stop_.get_token(); }
  net::awaitable<Result<size_t>> read_body(std::span<std::byte> out) override {
    const size_t bytes = std::min(out.size(), body_.size() - read_);
    std::memcpy(out.data(), body_.data() + read_, bytes);
    read_ += bytes;
    co_return bytes;
  }
  net::awaitable<Result<void>> respond(net::Response response) override {
    reply.status = response.status;
    reply.type = response.content_type;
    reply.headers = std::move(response.headers);
    reply.body = std::move(response.body);
    begun_ = true;
    co_return Result<void>{};
  }
  net::awaitable<Result<void>> begin(net::Response head) override {
    reply.status = head.status;
    reply.type = head.content_type;
    reply.headers = std::move(head.headers);
    begun_ = true;
    co_return Result<void>{};
  }
  net::awaitable<Result<void>> write(std::string_view bytes) override {
    if (writes_left_-- <= 0) co_return fail(Code::kCancelled, "the client is gone");
    reply.body += bytes;
    ++reply.parts;
    co_return Result<void>{};
  }
  net::awaitable<Result<void>> end() override { co_return Result<void>{}; }
  bool begun() const override { return begun_; }

  Reply reply;

 private:
  net::RequestHead head_;
  net::Peer peer_;
  std::stop_source stop_;
  std::string body_;
  size_t read_ = 0;
  int writes_left_;
  bool begun_ = false;
};

std::string weights_bytes(const ModelRecipe& recipe, const std::string& name) {
  gguf::Writer writer;
  writer.set_string("general.architecture", recipe.architecture);
  writer.set_string("general.name", name);
  if (!recipe.jinja_template.empty()) {
    writer.set_string("tokenizer.chat_template", recipe.jinja_template);
  }
  if (recipe.pooling) writer.set_number<uint32_t>(recipe.architecture + ".pooling_type", 1);
  const auto bytes = writer.to_bytes();
  EXPECT_TRUE(bytes) << bytes.error().message;
  std::string text(bytes->size(), '\0');
  std::memcpy(text.data(), bytes->data(), text.size());
  return text;
}

}  // namespace

std::vector<Json> Reply::lines() const {
  std::vector<Json> parsed;
  for (size_t at = 0; at < body.size();) {
    const size_t end = std::min(body.find('\n', at), body.size());
    if (end > at) parsed.push_back(Json::parse(body.substr(at, end - at), nullptr, false));
    at = end + 1;
  }
  return parsed;
}

std::vector<Json> Reply::events() const {
  std::vector<Json> parsed;
  for (size_t at = 0; at < body.size();) {
    const size_t end = std::min(body.find("\n\n", at), body.size());
    std::string_view text = std::string_view(body).substr(at, end - at);
    Json event = {{"event", nullptr}, {"data", nullptr}};
    if (text.starts_with("event: ")) {
      event["event"] = std::string(text.substr(7, text.find('\n') - 7));
      text.remove_prefix(text.find('\n') + 1);
    }
    EXPECT_TRUE(text.starts_with("data: ")) << text;
    const std::string data(text.substr(std::min<size_t>(6, text.size())));
    Json value = Json::parse(data, nullptr, false);
    event["data"] = value.is_discarded() || data == "[DONE]" ? Json(data) : std::move(value);
    parsed.push_back(std::move(event));
    at = end + 2;
  }
  return parsed;
}

std::string Reply::header(std::string_view name) const {
  const std::string* value = net::find_header(headers, name);
  return value == nullptr ? std::string() : *value;
}

std::string Reply::error() const {
  const Json parsed = json();
  return parsed.is_object() ? parsed.value("error", std::string()) : std::string();
}

EndpointHarness::EndpointHarness() {
  std::string name = testing::TempDir() + "endpointsXXXXXX";
  root = mkdtemp(name.data());
  config.models = root / "models";
  loop_ = std::make_unique<net::EventLoop>();
  log_ = std::make_unique<Logger>(2, LogLevel::kError);
  store_ = std::make_unique<store::Store>(config.models);
  catalog_ = std::make_unique<server::ModelCatalog>(*store_);
  context_ = std::unique_ptr<server::ServerContext>(
      new server::ServerContext{config, *loop_, *store_, *log_, *catalog_, &service});
}

EndpointHarness::~EndpointHarness() {
  std::error_code ignored;
  std::filesystem::remove_all(root, ignored);
}

void EndpointHarness::add_model(const std::string& name, const ModelRecipe& recipe) {
  auto lease = store_->lease();
  ASSERT_TRUE(lease) << lease.error().message;
  store::Manifest manifest;
  const auto add = [&](store::LayerKind kind, const std::string& bytes) {
    if (bytes.empty()) return;
    const auto added = store_->add_blob(*lease, bytes);
    ASSERT_TRUE(added) << added.error().message;
    manifest.layers.push_back({.media_type = std::string(store::media_type(kind)),
                               .digest = added->digest,
                               .size = bytes.size()});
  };
  store::ConfigBlob config_blob;
  config_blob.model_format = "gguf";
  config_blob.model_family = recipe.architecture;
  config_blob.model_families = {recipe.architecture};
  config_blob.renderer = recipe.renderer;
  config_blob.parser = recipe.parser;
  const std::string encoded = config_blob.encode();
  const auto config_added = store_->add_blob(*lease, encoded);
  ASSERT_TRUE(config_added);
  manifest.config = store::Layer{.media_type = std::string(store::kConfigType),
                                 .digest = config_added->digest,
                                 .size = encoded.size()};
  add(store::LayerKind::kModel, weights_bytes(recipe, name));
  add(store::LayerKind::kTemplate, recipe.go_template);
  add(store::LayerKind::kSystem, recipe.system);
  add(store::LayerKind::kParams, recipe.params);
  add(store::LayerKind::kMessages, recipe.messages);
  const auto put = store_->put_manifest(*store::ModelName::parse(name), manifest.encode());
  ASSERT_TRUE(put) << put.error().message;
  catalog_->invalidate();
}

Reply EndpointHarness::call(std::string_view method, std::string_view path, const Json& body) {
  return call_text(method, path, body.is_null() ? std::string() : body.dump());
}

Reply EndpointHarness::call_text(std::string_view method,
                                 std::string_view path,
                                 std::string body,
                                 std::vector<net::HttpHeader> headers) {
  const auto match = server::find_route(server::routes(), method, path);
  if (match.route == nullptr) {
    ADD_FAILURE() << "no route " << method << " " << path;
    return {};
  }
  net::RequestHead head;
  head.method = method;
  head.target = path;
  head.headers = std::move(headers);
  head.content_length = body.size();
  FakeExchange exchange(std::move(head), std::move(body), writes_until_gone);
  server::Call call{exchange, *context_, *match.route, match.params};
  loop_->spawn([&]() -> net::awaitable<void> {
    co_await match.route->endpoint(call);
    loop_->stop();
  });
  loop_->run();
  // A loop runs once; the next call gets a new one.
  loop_ = std::make_unique<net::EventLoop>();
  context_ = std::unique_ptr<server::ServerContext>(
      new server::ServerContext{config, *loop_, *store_, *log_, *catalog_, &service});
  return std::move(exchange.reply);
}

}  // namespace lar::test
