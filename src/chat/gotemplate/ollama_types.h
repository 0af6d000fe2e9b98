// The data that Ollama gives a template: messages, tools and their Go types.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "chat/gotemplate/item.h"
#include "chat/message.h"
#include "chat/tools.h"

namespace lar::chat::gotemplate {

// What {{ . }} is at the top: a map of these entries, those that are given.
struct Data {
  // Undefined: not given.
  Value system;
  Value prompt;
  Value response;
  Value suffix;
  Value messages;  // message_item
  Value tools;     // tools_item
  Think think = Think::kUnset;
  Dict extra;  // further entries of any kind, for callers that have them
};
Item data_item(const Data& data);

// []*templateMessage of messages whose content is text.
Value messages_value(std::span<const Message> messages);
// templateTools; null where `tools` is null.
Value tools_value(const std::vector<Tool>* tools);

// The entry of a map, the zero value of its element where there is none.
Item map_entry(const Item& map, std::string_view name);
// Entries of a map, sorted by key.
std::vector<std::pair<Value, Item>> map_entries(const Item& map);

// A tool's property as a TypeScript type.
std::string to_typescript(const Item& property);

}  // namespace lar::chat::gotemplate
