#include "cli/models/model_view.h"

#include <fmt/format.h>

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "base/humanize.h"
#include "cli/terminal/table.h"

namespace lar::cli {
namespace {

using client::Json;

// Of texts, only their beginning is shown.
constexpr size_t kTextLines = 2;
constexpr size_t kArrayColumns = 10;

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

const Json* find(const Json& object, const std::string& key) {
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

std::string number_text(const Json& value) {
  return value.is_number_float() ? fmt::format("{:g}", value.get<double>()) : value.dump();
}

// An array on about ten columns: "[1, 2, ...+30 more]".
std::string array_text(const Json& array) {
  std::string text = "[";
  for (size_t i = 0; i < array.size(); ++i) {
    if (text.size() > kArrayColumns) {
      return text + fmt::format("...+{} more]", array.size() - i);
    }
    if (i > 0) text += ", ";
    text += array[i].is_string() ? array[i].get<std::string>() : number_text(array[i]);
  }
  return text + "]";
}

std::string metadata_text(const Json& value) {
  if (value.is_array()) return array_text(value);
  if (value.is_string()) return value.get<std::string>();
  return number_text(value);
}

class View {
 public:
  // A headed table; rows are indented by an empty first column.
  void section(const char* title, const std::function<void(Table&)>& fill) {
    Table table;
    fill(table);
    out_ += fmt::format("  {}\n{}\n", title, table.str());
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

void add_row(Table& table, const std::string& label, const std::string& value) {
  if (!value.empty()) table.add({"", label, value});
}

void fill_model(Table& table, const Json& show) {
  const Json details = show.value("details", Json::object());
  const Json info = show.value("model_info", Json::object());
  add_row(table, "Remote model", text_of(show, "remote_model"));
  add_row(table, "Remote URL", text_of(show, "remote_host"));
  const std::string architecture = text_of(info, "general.architecture");
  if (architecture.empty()) {
    add_row(table, "architecture", text_of(details, "family"));
    add_row(table, "parameters", text_of(details, "parameter_size"));
  } else {
    add_row(table, "architecture", architecture);
    const Json* count = find(info, "general.parameter_count");
    add_row(table, "parameters",
            count != nullptr && count->is_number() ? human_count(count->get<uint64_t>())
                                                   : text_of(details, "parameter_size"));
    for (const auto& [label, key] : {std::pair("context length", ".context_length"),
                                     std::pair("embedding length", ".embedding_length")}) {
      const Json* length = find(info, architecture + key);
      if (length != nullptr) add_row(table, label, metadata_text(*length));
    }
  }
  add_row(table, "quantization", text_of(details, "quantization_level"));
  add_row(table, "requires", text_of(show, "requires"));
}

void fill_projector(Table& table, const Json& info) {
  const std::string architecture = text_of(info, "general.architecture");
  add_row(table, "architecture", architecture);
  if (const Json* count = find(info, "general.parameter_count"); count && count->is_number()) {
    add_row(table, "parameters", human_count(count->get<uint64_t>()));
  }
  for (const char* kind : {".vision", ".audio"}) {
    const std::string prefix = architecture + kind;
    for (const auto& [label, key] : {std::pair("embedding length", ".embedding_length"),
                                     std::pair("dimensions", ".projection_dim")}) {
      if (const Json* value = find(info, prefix + key))
        add_row(table, label, metadata_text(*value));
    }
  }
}

void fill_parameters(Table& table, const std::string& parameters) {
  std::istringstream lines(parameters);
  for (std::string line; std::getline(lines, line);) {
    const size_t end = line.find(' ');
    if (end == std::string::npos) continue;
    const size_t value = line.find_first_not_of(' ', end);
    if (value != std::string::npos) table.add({"", line.substr(0, end), line.substr(value)});
  }
}

void fill_text(Table& table, const std::string& text) {
  std::istringstream lines(text);
  size_t shown = 0;
  for (std::string line; std::getline(lines, line);) {
    const size_t begin = line.find_first_not_of(" \t\r");
    if (begin == std::string::npos) continue;
    if (shown++ == kTextLines) {
      table.add({"", "..."});
      return;
    }
    table.add({"", line.substr(begin, line.find_last_not_of(" \t\r") - begin + 1)});
  }
}

void fill_metadata(Table& table, const Json& info) {
  std::map<std::string, const Json*> sorted;
  for (const auto& [key, value] : info.items()) sorted[key] = &value;
  for (const auto& [key, value] : sorted) table.add({"", key, metadata_text(*value)});
}

void fill_tensors(Table& table, const Json& tensors) {
  for (const Json& tensor : tensors) {
    std::string shape = "[";
    for (const Json& dimension : tensor.value("shape", Json::array())) {
      shape += (shape.size() > 1 ? " " : "") + dimension.dump();
    }
    table.add({"", text_of(tensor, "name"), text_of(tensor, "type"), shape + "]"});
  }
}

}  // namespace

std::string model_view(const Json& show, bool verbose) {
  View view;
  view.section("Model", [&](Table& table) { fill_model(table, show); });
  if (const Json* capabilities = find(show, "capabilities");
      capabilities && !capabilities->empty()) {
    view.section("Capabilities", [&](Table& table) {
      for (const Json& capability : *capabilities) table.add({"", capability.get<std::string>()});
    });
  }
  if (const Json* projector = find(show, "projector_info"); projector && !projector->empty()) {
    view.section("Projector", [&](Table& table) { fill_projector(table, *projector); });
  }
  if (const std::string parameters = text_of(show, "parameters"); !parameters.empty()) {
    view.section("Parameters", [&](Table& table) { fill_parameters(table, parameters); });
  }
  if (const Json* info = find(show, "model_info"); verbose && info && !info->empty()) {
    view.section("Metadata", [&](Table& table) { fill_metadata(table, *info); });
  }
  if (const Json* tensors = find(show, "tensors"); verbose && tensors && !tensors->empty()) {
    view.section("Tensors", [&](Table& table) { fill_tensors(table, *tensors); });
  }
  for (const auto& [title, key] :
       {std::pair("System", "system"), std::pair("License", "license")}) {
    const std::string text = text_of(show, key);
    if (!text.empty()) view.section(title, [&](Table& table) { fill_text(table, text); });
  }
  return view.take();
}

}  // namespace lar::cli
