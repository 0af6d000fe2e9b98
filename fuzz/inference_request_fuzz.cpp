// Bodies of /api/chat and /api/generate: whatever their fields hold, they are read or refused, and
// what was read of the tools is JSON again.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "server/inference/ollama_messages.h"
#include "server/inference/request_fields.h"
#include "server/inference/request_options.h"
#include "server/json_request.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace lar::server;
  const auto body = parse_request(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!body) return 0;
  Fields fields(*body);
  (void)parse_keep_alive(fields.find("keep_alive"));
  (void)parse_think(fields.find("think"));
  (void)parse_format(fields.find("format"));
  if (const Json* messages = fields.array("messages")) (void)parse_messages(*messages);
  const auto tools = parse_tools(fields.find("tools"));
  if (tools && !tools->empty() && !Json::accept(*tools)) std::abort();
  lar::runtime::Options options;
  std::vector<std::string> warnings;
  if (const Json* asked = fields.object("options")) (void)apply_options(*asked, options, warnings);
  apply_parameters(fields.text("params"), options, warnings);
  return 0;
}
