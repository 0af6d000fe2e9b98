#include "fixture.h"

#include <unistd.h>

#include "gguf/writer.h"
#include "store/sha256.h"

namespace lar::server::testing {
namespace {

ServerConfig config_for(const std::filesystem::path& dir,
                        const std::function<void(ServerConfig&)>& change) {
  ServerConfig config;
  config.version = "test";
  config.port = 0;
  config.models = dir / "models";
  config.stop_grace = std::chrono::milliseconds(100);
  if (change) change(config);
  return config;
}

}  // namespace

TestServer::TestServer(const std::function<void(ServerConfig&)>& change, std::vector<ApiKey> keys)
    : config_(config_for(dir_.path(), change)),
      store_(config_.models),
      log_(STDERR_FILENO, LogLevel::kError),
      catalog_(store_),
      context_{config_, loop_, store_, log_, catalog_} {
  server_ = RunningServer::create(context_, std::move(keys)).value();
  thread_ = std::thread([this] { loop_.run(); });
}

TestServer::~TestServer() {
  loop_.post([this] { server_->stop(); });
  thread_.join();
  loop_.drain();
}

test::RawAnswer TestServer::request(std::string_view method,
                                    std::string_view path,
                                    std::string_view body,
                                    std::string_view headers) const {
  return test::ask(port(), test::request_text(method, path, body, headers));
}

test::RawAnswer TestServer::get(std::string_view path) const {
  return request("GET", path);
}

test::RawAnswer TestServer::post(std::string_view path, std::string_view body) const {
  return request("POST", path, body);
}

std::string TestServer::upload(std::string_view bytes) const {
  const std::string digest = store::sha256(bytes).str();
  EXPECT_EQ(post("/api/blobs/" + digest, bytes).status, 201);
  return digest;
}

std::string tiny_gguf(std::string_view architecture) {
  static constexpr std::array<float, 32> kValues{};
  gguf::Writer writer;
  writer.set_string("general.architecture", architecture);
  writer.set_number("general.file_type", uint32_t{0});
  writer.add_tensor(TensorView{"token_embd.weight", DType::kF32, Shape{1, {32, 1, 1, 1}},
                               std::as_bytes(std::span(kValues))});
  const auto bytes = writer.to_bytes().value();
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace lar::server::testing
