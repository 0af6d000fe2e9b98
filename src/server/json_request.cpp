#include "server/json_request.h"

#include <fmt/format.h>

#include <cmath>

#include "net/http_header.h"
#include "net/server/content_coding.h"
#include "server/reply.h"

namespace lar::server {
namespace {

// Longer bodies take long enough to parse that others would notice.
constexpr size_t kParseOnLoopMax = 256U << 10U;

std::string_view type_name(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null: return "null";
    case Json::value_t::object: return "an object";
    case Json::value_t::array: return "an array";
    case Json::value_t::string: return "a string";
    case Json::value_t::boolean: return "a boolean";
    default: return "a number";
  }
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

// The body's text, whatever it was compressed with. Where nullopt comes back the client was told,
// or the connection tells it.
net::awaitable<std::optional<std::string>> read_text(Call& call) {
  const std::string* header = call.http.request().header("Content-Encoding");
  const auto coding =
      header == nullptr ? net::ContentCoding::kIdentity : net::parse_content_coding(*header);
  if (!coding) {
    HttpError refusal(415, "bodies of Content-Encoding \"" + *header + "\" are not supported");
    refusal.headers.push_back({"Accept-Encoding", std::string(net::kContentCodings)});
    co_await send_error(call, std::move(refusal));
    co_return std::nullopt;
  }
  auto body = co_await call.http.read_whole_body(kJsonBodyBytesMax);
  const bool came = body.has_value();
  if (came && *coding != net::ContentCoding::kIdentity) {
    body = co_await call.context.loop.blocking(
        [&] { return net::decode_content(*coding, *body, kJsonBodyBytesMax); });
  }
  if (body) co_return std::move(*body);
  if (body.error().code == Code::kResourceExhausted) {
    co_await send_error(call, HttpError{413, body.error().message, {}});
  } else if (came) {
    co_await send_error(call, body.error());
  }
  co_return std::nullopt;
}

}  // namespace

Result<Json> parse_request(std::string_view body) {
  auto parsed = store::parse_json(body, kRequestDepthMax);
  if (!parsed) return fail(Code::kInvalidArgument, parsed.error().message);
  if (!parsed->is_object()) {
    return fail(Code::kInvalidArgument,
                fmt::format("the request must be a JSON object, not {}", type_name(*parsed)));
  }
  return parsed;
}

net::awaitable<std::optional<Json>> read_json(Call& call) {
  const auto body = co_await read_text(call);
  if (!body) co_return std::nullopt;
  if (is_blank(*body)) {
    const bool ollama = call.route.dialect == Dialect::kOllama;
    co_await send_error(call, HttpError{400, ollama ? "missing request body" : "EOF", {}});
    co_return std::nullopt;
  }
  // Not one expression: gcc 12 destroys what a conditional co_await gives twice.
  Result<Json> parsed;
  if (body->size() < kParseOnLoopMax) {
    parsed = parse_request(*body);
  } else {
    parsed = co_await call.context.loop.blocking([&] { return parse_request(*body); });
  }
  if (!parsed) {
    co_await send_error(call, parsed.error());
    co_return std::nullopt;
  }
  co_return std::move(*parsed);
}

const Json* Fields::find(std::string_view name) const {
  const Json* found = nullptr;
  for (auto field = object_.begin(); field != object_.end(); ++field) {
    if (field.key() == name) {
      found = &field.value();
      break;
    }
    if (found == nullptr && net::equal_ignoring_case(field.key(), name)) found = &field.value();
  }
  return found == nullptr || found->is_null() ? nullptr : found;
}

void Fields::reject(std::string_view name, std::string_view expected, const Json& got) {
  if (problem_) return;
  problem_ = fmt::format("field \"{}\" must be {}, not {}", name, expected, type_name(got));
}

std::string Fields::text(std::string_view name, std::string otherwise) {
  const Json* value = find(name);
  if (value == nullptr) return otherwise;
  if (value->is_string()) return value->get<std::string>();
  reject(name, "a string", *value);
  return otherwise;
}

bool Fields::boolean(std::string_view name, bool otherwise) {
  const Json* value = find(name);
  if (value == nullptr) return otherwise;
  if (value->is_boolean()) return value->get<bool>();
  reject(name, "a boolean", *value);
  return otherwise;
}

std::optional<int64_t> Fields::integer(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number_unsigned()) {
    const auto number = value->get<uint64_t>();
    if (number <= INT64_MAX) return static_cast<int64_t>(number);
  } else if (value->is_number_integer()) {
    return value->get<int64_t>();
  } else if (value->is_number_float()) {
    const double number = value->get<double>();
    if (std::abs(number) <= 9e15 && number == std::floor(number)) {
      return static_cast<int64_t>(number);
    }
  }
  reject(name, "a whole number", *value);
  return std::nullopt;
}

std::optional<double> Fields::number(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) return value->get<double>();
  reject(name, "a number", *value);
  return std::nullopt;
}

const Json* Fields::object(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr || value->is_object()) return value;
  reject(name, "an object", *value);
  return nullptr;
}

const Json* Fields::array(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr || value->is_array()) return value;
  reject(name, "an array", *value);
  return nullptr;
}

Result<void> Fields::check() const {
  if (problem_) return fail(Code::kInvalidArgument, *problem_);
  return {};
}

net::awaitable<bool> Fields::refused(Call& call) const {
  const auto checked = check();
  if (!checked) co_await send_error(call, checked.error());
  co_return !checked.has_value();
}

std::string model_field(Fields& fields) {
  std::string model = fields.text("model");
  return model.empty() ? fields.text("name") : model;
}

}  // namespace lar::server
