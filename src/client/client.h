// Our own HTTP API as the command line uses it: requests and answers as JSON, errors with the words
// that the server said.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"

namespace lar::client {

using Json = nlohmann::ordered_json;

struct ClientOptions {
  std::string url;          // http://127.0.0.1:11434, without a slash at the end
  std::string unix_socket;  // where not empty: connect to this socket instead of the URL's host
  std::string user_agent;
  std::string api_key;  // sent as a bearer token where it is not empty
};

// What an event of a stream is answered with.
enum class StreamAction : uint8_t { kContinue, kStop };
using OnEvent = std::function<StreamAction(const Json&)>;

// One request at a time. Errors: unavailable where no server answers; else the code that the HTTP
// status stands for (not_found, invalid_argument, ...) with the server's message.
class Client {
 public:
  explicit Client(ClientOptions options);
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  // HEAD /: whether a server answers.
  Result<void> ping();

  Result<Json> get(std::string_view path);
  Result<Json> post(std::string_view path, const Json& body);
  Result<void> remove(std::string_view path, const Json& body);

  // POST with an answer of one JSON object a line. Once `stop` is requested the connection is
  // closed and the result is the error cancelled. Errors before the stream have their HTTP status
  // in front ("404 Not Found: ..."), as Ollama's client has it; an error in the stream is as it
  // came.
  Result<void> stream(std::string_view path,
                      const Json& body,
                      const OnEvent& on_event,
                      std::stop_token stop = {});

  Result<bool> has_blob(std::string_view digest);
  // Uploads a file; progress(sent, total). Errors: those of the file too.
  Result<void> upload_blob(std::string_view digest,
                           const std::filesystem::path& file,
                           const std::function<void(uint64_t, uint64_t)>& progress);

  const ClientOptions& options() const { return options_; }

 private:
  struct Impl;

  ClientOptions options_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lar::client
