// A conversation with a model of the server: what has been said and set, and one exchange at a
// time.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/chat/answer_printer.h"
#include "cli/environment.h"
#include "client/client.h"

namespace lar::cli {

struct ChatSettings {
  std::string model;
  std::string keep_alive;  // as typed, empty: the server's default
  std::string format;      // "", "json", or the text of a JSON schema
  std::string think;       // "", "true", "false", or a level
  std::string system;      // replaces the model's
  std::vector<std::pair<std::string, std::string>> parameters;  // as typed, for /show
  bool verbose = false;
  bool hide_thinking = false;
  bool wrap = true;
};

// The fields keep_alive, format and think of a request. Errors: invalid_argument, in the words of
// the flag they came from.
Result<void> add_settings(client::Json& request, const ChatSettings& settings);

// "true" as a boolean, a level as text. Errors: invalid_argument.
Result<void> add_think(client::Json& request, const std::string& think);

class ChatSession {
 public:
  ChatSession(client::Client& client, ChatSettings settings, const Environment& environment);

  ChatSettings& settings() { return settings_; }
  client::Client& client() { return client_; }
  const client::Json& show() const { return show_; }
  const client::Json& options() const { return options_; }
  const client::Json& messages() const { return messages_; }

  // Asks what the model is and loads it. Messages of its Modelfile begin every conversation with
  // it; the server adds them.
  Result<void> open(const std::string& model);
  // Prints these messages, as what has been said before.
  Result<void> print_messages() const;

  // Sends a message and prints the answer. Interrupted by Ctrl-C, what has come so far stays in the
  // conversation.
  Result<void> exchange(const std::string& text);

  // One parameter as typed. Errors: invalid_argument.
  Result<void> set_parameter(const std::string& name, const std::vector<std::string>& values);
  void set_option(const std::string& name, const client::Json& value);
  void set_system(const std::string& text);
  // Forgets what was said, not the system message.
  void clear();
  // A model of this name from this one with all that was set and said.
  Result<void> save(const std::string& name);

  bool can(std::string_view capability) const;

 private:
  void add_message(const char* role, const std::string& content, const std::string& thinking = {});

  client::Client& client_;
  ChatSettings settings_;
  const Environment& environment_;
  client::Json show_;
  client::Json options_;
  client::Json messages_;
};

// The statistics of a last event.
void print_event_statistics(const client::Json& event);

}  // namespace lar::cli
