#include "chat/json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace lar::chat {
namespace {

// Builds a Value from parser events; one frame an open array or object.
class Builder : public nlohmann::json_sax<nlohmann::ordered_json> {
 public:
  explicit Builder(Origin origin) : origin_(origin) {}

  bool null() override { return add(Value::null()); }
  bool boolean(bool value) override { return add(Value::boolean(value)); }
  bool number_integer(number_integer_t value) override { return add(Value::integer(value)); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<uint64_t>(INT64_MAX)) {
      return add(Value::number(static_cast<double>(value)));
    }
    return add(Value::integer(static_cast<int64_t>(value)));
  }
  bool number_float(number_float_t value, const string_t&) override {
    return add(Value::number(value));
  }
  bool string(string_t& value) override { return add(Value::string(std::move(value), origin_)); }
  bool binary(binary_t&) override { return add(Value::null()); }
  bool start_object(std::size_t) override { return open(true); }
  bool key(string_t& value) override {
    frames_.back().key = Value::string(std::move(value), origin_);
    return true;
  }
  bool end_object() override {
    Value value = Value::dict(std::move(frames_.back().entries));
    frames_.pop_back();
    return add(std::move(value));
  }
  bool start_array(std::size_t) override { return open(false); }
  bool end_array() override {
    Value value = Value::list(std::move(frames_.back().items));
    frames_.pop_back();
    return add(std::move(value));
  }
  bool parse_error(std::size_t position,
                   const std::string&,
                   const nlohmann::detail::exception& error) override {
    message_ = fmt::format("byte {}: {}", position, error.what());
    return false;
  }

  Value take() { return std::move(root_); }
  const std::string& message() const { return message_; }

 private:
  struct Frame {
    bool is_object = false;
    Dict entries;
    std::vector<Value> items;
    Value key;
  };

  bool open(bool is_object) {
    if (frames_.size() >= kJsonDepthMax) {
      message_ = fmt::format("nested deeper than {} levels", kJsonDepthMax);
      return false;
    }
    frames_.push_back({is_object, {}, {}, {}});
    return true;
  }

  bool add(Value value) {
    if (frames_.empty()) {
      root_ = std::move(value);
    } else if (frames_.back().is_object) {
      frames_.back().entries.set(std::move(frames_.back().key), std::move(value));
    } else {
      frames_.back().items.push_back(std::move(value));
    }
    return true;
  }

  Origin origin_;
  std::vector<Frame> frames_;
  Value root_;
  std::string message_;
};

Result<Value> convert(const nlohmann::ordered_json& json, Origin origin, uint32_t level) {
  if (level > kJsonDepthMax) {
    return fail(Code::kInvalidArgument,
                fmt::format("JSON is nested deeper than {} levels", kJsonDepthMax));
  }
  using Type = nlohmann::ordered_json::value_t;
  switch (json.type()) {
    case Type::boolean: return Value::boolean(json.get<bool>());
    case Type::number_integer: return Value::integer(json.get<int64_t>());
    case Type::number_unsigned: {
      const auto value = json.get<uint64_t>();
      return value > static_cast<uint64_t>(INT64_MAX) ? Value::number(static_cast<double>(value))
                                                      : Value::integer(static_cast<int64_t>(value));
    }
    case Type::number_float: return Value::number(json.get<double>());
    case Type::string: return Value::string(json.get_ref<const std::string&>(), origin);
    case Type::array: {
      std::vector<Value> items;
      items.reserve(json.size());
      for (const auto& item : json) {
        LAR_TRY(Value value, convert(item, origin, level + 1));
        items.push_back(std::move(value));
      }
      return Value::list(std::move(items));
    }
    case Type::object: {
      Dict entries;
      for (const auto& [key, item] : json.items()) {
        LAR_TRY(Value value, convert(item, origin, level + 1));
        entries.set(Value::string(key, origin), std::move(value));
      }
      return Value::dict(std::move(entries));
    }
    default: return Value::null();
  }
}

}  // namespace

Result<Value> parse_json(std::string_view text, Origin origin) {
  Builder builder(origin);
  bool parsed = false;
  try {
    parsed = nlohmann::ordered_json::sax_parse(text.begin(), text.end(), &builder);
  } catch (const std::exception& error) {
    return fail(Code::kInvalidArgument, fmt::format("JSON: {}", error.what()));
  }
  if (!parsed) return fail(Code::kInvalidArgument, fmt::format("JSON: {}", builder.message()));
  return builder.take();
}

Result<Value> from_json(const nlohmann::ordered_json& json, Origin origin) {
  return convert(json, origin, 0);
}

nlohmann::ordered_json to_json(const Value& value) {
  switch (value.kind()) {
    case Kind::kBool: return value.as_bool();
    case Kind::kInt: return value.as_int();
    case Kind::kDouble: return value.as_double();
    case Kind::kString: return std::string(value.text());
    case Kind::kList:
    case Kind::kTuple: {
      auto json = nlohmann::ordered_json::array();
      for (const Value& item : value.items()) json.push_back(to_json(item));
      return json;
    }
    case Kind::kDict: {
      auto json = nlohmann::ordered_json::object();
      for (const auto& [key, item] : value.entries().entries()) {
        if (key.is_string()) json[std::string(key.text())] = to_json(item);
      }
      return json;
    }
    default: return nullptr;
  }
}

}  // namespace lar::chat
