#include "server/create/request.h"

namespace lar::server {
namespace {

std::map<std::string, std::string> file_map(Fields& fields, std::string_view name) {
  std::map<std::string, std::string> files;
  const Json* object = fields.object(name);
  if (object == nullptr) return files;
  for (const auto& [path, digest] : object->items()) {
    if (!digest.is_string()) {
      fields.reject(name, "an object of strings", digest);
      break;
    }
    files.emplace(path, digest.get<std::string>());
  }
  return files;
}

std::vector<std::string> license_list(Fields& fields) {
  std::vector<std::string> licenses;
  const Json* value = fields.find("license");
  if (value == nullptr) return licenses;
  if (value->is_string()) {
    licenses.push_back(value->get<std::string>());
  } else if (value->is_array()) {
    for (const Json& text : *value) {
      if (text.is_string()) {
        licenses.push_back(text.get<std::string>());
      } else {
        fields.reject("license", "a string or a list of strings", text);
      }
    }
  } else {
    fields.reject("license", "a string or a list of strings", *value);
  }
  std::erase(licenses, std::string());
  return licenses;
}

std::vector<modelfile::Message> message_list(Fields& fields) {
  std::vector<modelfile::Message> messages;
  const Json* list = fields.array("messages");
  if (list == nullptr) return messages;
  for (const Json& entry : *list) {
    if (!entry.is_object()) {
      fields.reject("messages", "a list of objects", entry);
      break;
    }
    Fields message(entry);
    std::string role = message.text("role");
    for (char& c : role) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    messages.push_back({std::move(role), message.text("content")});
    if (!message.check()) fields.reject("messages", "a list of {role, content}", entry);
  }
  return messages;
}

std::string either(std::string first, std::string second) {
  return first.empty() ? std::move(second) : std::move(first);
}

}  // namespace

bool is_local_path(std::string_view path) {
  if (path.empty() || path.find('\0') != std::string_view::npos) return false;
  if (path.find('\\') != std::string_view::npos) return false;
  while (true) {
    const auto slash = path.find('/');
    const auto part = path.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

Result<CreateRequest> parse_create(const Json& body) {
  Fields fields(body);
  CreateRequest request;
  request.model = model_field(fields);
  request.from = fields.text("from");
  request.files = file_map(fields, "files");
  request.adapters = file_map(fields, "adapters");
  request.draft_files = file_map(fields, "draft_files");
  request.template_text = fields.text("template");
  request.system = fields.text("system");
  request.licenses = license_list(fields);
  request.messages = message_list(fields);
  if (const Json* parameters = fields.object("parameters")) request.parameters = *parameters;
  if (const Json* info = fields.object("info")) request.info = *info;
  request.renderer = fields.text("renderer");
  request.parser = fields.text("parser");
  request.requires_version = fields.text("requires");
  request.quantize = either(fields.text("quantize"), fields.text("quantization"));
  request.remote_host = fields.text("remote_host");
  request.stream = fields.boolean("stream", true);
  LAR_TRY(fields.check());
  const size_t files = request.files.size() + request.adapters.size() + request.draft_files.size();
  if (files > kCreateFilesMax) return fail(Code::kInvalidArgument, "too many files");
  for (const auto* map : {&request.files, &request.adapters, &request.draft_files}) {
    for (const auto& [path, digest] : *map) {
      if (!is_local_path(path)) return fail(Code::kInvalidArgument, "file path must be relative");
    }
  }
  return request;
}

}  // namespace lar::server
