// lar inspect: metadata, tensors, bytes by type and the exact memory plan of a model file.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "base/humanize.h"
#include "base/utf8.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/model_file.h"
#include "cli/output.h"
#include "quant/traits.h"

namespace lar::cli {
namespace {

using Json = nlohmann::ordered_json;

// Elements of an array that the text view prints.
constexpr uint64_t kShownElements = 8;
constexpr size_t kShownBytes = 120;

struct InspectArguments {
  std::string path;
  bool json = false;
  bool plan = false;
  uint32_t context = 0;
  uint32_t parallel = 1;
};

Json scalar_json(const gguf::Value& value) {
  if (const auto text = value.as_string()) return utf8_sanitize(*text);
  if (const auto flag = value.as_bool()) return *flag;
  if (const auto number = value.as_int()) return *number;
  if (const auto number = value.as_uint()) return *number;
  if (const auto number = value.as_float()) return *number;
  return nullptr;
}

Json array_json(const gguf::Value& value, uint64_t max) {
  Json result = Json::array();
  if (auto strings = gguf::StringArray::of(value)) {
    for (uint64_t i = 0; i < std::min(max, strings->size()); ++i) {
      result.push_back(utf8_sanitize(strings->next()));
    }
    return result;
  }
  for (uint64_t i = 0; i < std::min(max, value.count); ++i) {
    if (const auto number = value.int_at(i)) {
      result.push_back(*number);
    } else if (const auto real = value.float_at(i)) {
      result.push_back(*real);
    }
  }
  return result;
}

std::string one_line(std::string text) {
  if (text.size() > kShownBytes) {
    text.resize(kShownBytes);
    text.resize(text.size() - utf8_incomplete_tail(text));
    text += "...";
  }
  return text;
}

std::string value_text(const gguf::Value& value) {
  constexpr auto kReplace = Json::error_handler_t::replace;
  if (value.type != gguf::ValueType::kArray) {
    return one_line(scalar_json(value).dump(-1, ' ', false, kReplace));
  }
  std::string text = array_json(value, kShownElements).dump(-1, ' ', false, kReplace);
  if (value.count > kShownElements) {
    text += fmt::format(" ... {} of {}", value.count, value_type_name(value.element_type));
  }
  return one_line(std::move(text));
}

Json plan_json(const backend::MemoryPlan& plan) {
  Json items = Json::array();
  for (const backend::MemoryItem& item : plan.items) {
    items.push_back({{"what", item.what}, {"bytes", item.bytes}, {"mapped", item.mapped}});
  }
  return {{"items", items},
          {"private_bytes", plan.private_bytes()},
          {"total_bytes", plan.total_bytes()}};
}

std::map<std::string_view, std::pair<uint64_t, uint64_t>> by_type(const gguf::File& file) {
  std::map<std::string_view, std::pair<uint64_t, uint64_t>> types;
  for (const TensorView& tensor : file.tensors()) {
    auto& [count, bytes] = types[quant::traits(tensor.dtype).name];
    ++count;
    bytes += tensor.bytes.size();
  }
  return types;
}

std::string as_json(const gguf::File& file, const std::optional<backend::MemoryPlan>& plan) {
  Json metadata = Json::object();
  for (const gguf::KeyValue& entry : file.metadata()) {
    metadata[utf8_sanitize(entry.key)] = entry.value.type == gguf::ValueType::kArray
                                             ? array_json(entry.value, UINT64_MAX)
                                             : scalar_json(entry.value);
  }
  Json tensors = Json::array();
  for (const TensorView& tensor : file.tensors()) {
    Json shape = Json::array();
    for (int i = 0; i < tensor.shape.rank; ++i) {
      shape.push_back(tensor.shape.dims[static_cast<size_t>(i)]);
    }
    tensors.push_back({{"name", utf8_sanitize(tensor.name)},
                       {"type", quant::traits(tensor.dtype).name},
                       {"shape", shape},
                       {"bytes", tensor.bytes.size()}});
  }
  Json types = Json::object();
  for (const auto& [name, sum] : by_type(file)) {
    types[std::string(name)] = {{"tensors", sum.first}, {"bytes", sum.second}};
  }
  const runtime::ModelInfo info = runtime::describe(file);
  Json result = {{"file", file.name()},
                 {"version", file.version()},
                 {"bytes", file.file_bytes()},
                 {"architecture", info.architecture},
                 {"parameters", info.parameters},
                 {"metadata", metadata},
                 {"tensors", tensors},
                 {"types", types}};
  if (plan) result["plan"] = plan_json(*plan);
  return result.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string plan_text(const backend::MemoryPlan& plan) {
  std::string text = "\nmemory plan\n";
  for (const backend::MemoryItem& item : plan.items) {
    text += fmt::format("  {:<52} {:>14} bytes  {:>10}\n", item.what, item.bytes,
                        human_bytes_binary(item.bytes));
  }
  const auto sum = [&](std::string_view what, uint64_t bytes) {
    text += fmt::format("  {:<52} {:>14} bytes  {:>10}\n", what, bytes, human_bytes_binary(bytes));
  };
  sum("private memory", plan.private_bytes());
  sum("total", plan.total_bytes());
  return text;
}

std::string as_text(const gguf::File& file, const std::optional<backend::MemoryPlan>& plan) {
  const runtime::ModelInfo info = runtime::describe(file);
  std::string text =
      fmt::format("{}\n  GGUF version {}, {}, {} parameters, {} tensors\n\nmetadata\n", file.name(),
                  file.version(), human_bytes(file.file_bytes()), human_count(info.parameters),
                  file.tensors().size());
  for (const gguf::KeyValue& entry : file.metadata()) {
    text += fmt::format("  {:<42} {}\n", utf8_sanitize(entry.key), value_text(entry.value));
  }
  text += "\ntensors\n";
  for (const TensorView& tensor : file.tensors()) {
    text += fmt::format("  {:<42} {:<8} {:<20} {:>10}\n", utf8_sanitize(tensor.name),
                        quant::traits(tensor.dtype).name, to_string(tensor.shape),
                        human_bytes(tensor.bytes.size()));
  }
  text += "\nbytes by type\n";
  for (const auto& [name, sum] : by_type(file)) {
    text += fmt::format("  {:<8} {:>5} tensors {:>14} bytes  {:>8}\n", name, sum.first, sum.second,
                        human_bytes(sum.second));
  }
  if (plan) text += plan_text(*plan);
  return text;
}

}  // namespace

int run_inspect(const std::vector<std::string>& args, const Environment& environment) {
  InspectArguments arguments;
  Arguments command("Show what is in a model file and the exact memory it needs");
  command.option("FILE", arguments.path, "A GGUF file (of several parts: the first)").required();
  command.flag("--json", arguments.json, "Print one JSON object");
  command.flag("--plan", arguments.plan, "Add the exact memory plan");
  command.option("--ctx", arguments.context, "Context of a sequence in tokens (with --plan)")
      .range(1U, 1U << 28);
  command.option("--parallel", arguments.parallel, "Sequences at the same time (with --plan)")
      .range(1U, 1024U);
  if (const auto code = command.parse(args)) return *code;

  const auto file = open_model(arguments.path, environment);
  if (!file) return print_error(file.error());
  std::optional<backend::MemoryPlan> plan;
  if (arguments.plan) {
    runtime::LoadOptions options = load_options(environment, {});
    if (arguments.context > 0) options.context = arguments.context;
    options.parallel = arguments.parallel;
    auto result = runtime::plan_memory(**file, options);
    if (!result) return print_error(result.error());
    plan = std::move(*result);
  }
  const std::string text = arguments.json ? as_json(**file, plan) : as_text(**file, plan);
  const auto written = write_stdout(text);
  return written ? 0 : print_error(written.error());
}

}  // namespace lar::cli
