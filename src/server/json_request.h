// The JSON body of a request, and its fields with their types. Includes nlohmann's header: only for
// .cpp files.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/server/exchange.h"
#include "server/route.h"
#include "store/json.h"

namespace lar::server {

using Json = nlohmann::ordered_json;
using store::append_go_string;
using store::go_json;

inline constexpr size_t kJsonBodyBytesMax = 256U << 20U;  // images travel in it as base64
inline constexpr size_t kRequestDepthMax = 256;

// The body, which must be one JSON object; an empty one is "missing request body". Where nullopt
// comes back the client was told, and the endpoint returns.
//
//   const auto body = co_await read_json(call);
//   if (!body) co_return;
net::awaitable<std::optional<Json>> read_json(Call& call);

// The same without a socket.
Result<Json> parse_request(std::string_view body);

// Typed access to an object's fields. A field that is absent or null has its default; the first
// field of another type than expected is remembered, and told by check() or by refuse().
//
//   Fields fields(*body);
//   const std::string model = fields.text("model");
//   const bool stream = fields.boolean("stream", true);
//   if (co_await fields.refused(call)) co_return;
class Fields {
 public:
  explicit Fields(const Json& object) : object_(object) {}  // borrowed

  std::string text(std::string_view name, std::string otherwise = {});
  bool boolean(std::string_view name, bool otherwise);
  std::optional<int64_t> integer(std::string_view name);
  std::optional<double> number(std::string_view name);
  // nullptr where absent or null.
  const Json* object(std::string_view name);
  const Json* array(std::string_view name);
  // Of any type. Names are compared like Go does: exactly, else without case.
  const Json* find(std::string_view name) const;

  // `field "model" must be a string, not a number`, as invalid_argument.
  Result<void> check() const;

  // Tells the client of what check() found; true if there was something.
  net::awaitable<bool> refused(Call& call) const;

  // What is wrong with a value deeper down, for those who look there themselves.
  void reject(std::string_view name, std::string_view expected, const Json& got);

 private:
  const Json& object_;
  std::optional<std::string> problem_;
};

// The model of a request: `model`, or its older name `name`.
std::string model_field(Fields& fields);

}  // namespace lar::server
