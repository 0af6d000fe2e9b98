// What a loaded model can be asked, and what it answers: plain values that also cross the border
// between server and runner. Whoever fills a request (an endpoint, the CLI) has resolved names,
// Modelfile defaults and roles; whoever serves it owns the model alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "runtime/options.h"

namespace lar::runtime {

// How a model's conversations are written; fixed when it is loaded, replaceable per request.
struct PromptStyle {
  std::string go_template;  // a Modelfile's TEMPLATE; empty: the file's own Jinja template
  std::string renderer;     // a family's name, from a Modelfile's RENDERER
  std::string parser;       // a family's name, from a Modelfile's PARSER
};

struct CalledTool {
  std::string id;
  std::string name;
  std::string arguments;  // the text of a JSON object, keys in the order they came
};

struct ChatMessage {
  std::string role;
  std::string content;
  std::string thinking;
  std::vector<CalledTool> tool_calls;
  std::string tool_name;
  std::string tool_call_id;
};

enum class Think : uint8_t { kDefault, kOff, kOn, kLow, kMedium, kHigh, kMax };

// The form that the answer must have. Text as the caller sent it, keys in their order.
struct Constraint {
  enum class Kind : uint8_t { kNone, kJson, kJsonSchema, kGbnf, kRegex };
  Kind kind = Kind::kNone;
  std::string text;
};

struct ToolChoice {
  enum class Kind : uint8_t { kAuto, kNone, kRequired, kFunction };
  Kind kind = Kind::kAuto;
  std::string function;  // of kFunction
  bool parallel = true;  // false: at most one call
};

struct GenerateRequest {
  enum class Kind : uint8_t {
    kChat,    // messages through the model's template
    kRaw,     // prompt as it is; special tokens written in it are read as such
    kPlain,   // prompt as it is, as content: none of it becomes a special token
    kInfill,  // prompt and suffix: fill in the middle
    kEcho,    // kChat, but nothing is generated: only the rendered prompt is returned
  };
  Kind kind = Kind::kChat;

  std::vector<ChatMessage> messages;
  std::string tools;  // the text of a JSON array, or empty
  ToolChoice tool_choice;
  Think think = Think::kDefault;
  std::string prompt;
  std::string suffix;
  std::vector<int32_t> context;  // token ids in front of the rendered prompt (deprecated API)
  // In place of the style that the model was loaded with; "": the file's own Jinja template, if it
  // has one.
  std::optional<std::string> go_template;

  Constraint constraint;
  Options options;
  bool truncate = true;         // a longer prompt is cut and said to be; else it is an error
  bool shift = true;            // a full context loses its oldest half instead of ending the text
  bool parse_output = true;     // split thinking and tool calls from content
  bool return_context = false;  // GenerateDone::context is wanted
};

struct Alternative {
  int32_t token = 0;
  std::string text;  // bytes, not always valid UTF-8
  float logprob = 0.0F;
};

struct TokenLogprobs {
  Alternative chosen;
  std::vector<Alternative> top;  // best first
};

// A piece of a tool call as it is written. The first piece of a call has its name.
struct ToolCallDelta {
  uint32_t index = 0;  // of the call in this answer, from 0
  std::string name;
  std::string arguments;  // more of the JSON text; valid JSON once all pieces are joined
  bool done = false;      // the call is complete
  std::string id;         // where the model gave one, with the first piece or the last
};

// Any of the fields may be empty.
struct GenerateDelta {
  std::string content;
  std::string thinking;
  std::vector<ToolCallDelta> tool_calls;
  std::vector<TokenLogprobs> logprobs;
  std::chrono::nanoseconds made{0};  // when its last token was, since the Unix epoch
};

struct PromptTruncation {
  uint32_t dropped_messages = 0;
  uint32_t dropped_tokens = 0;
};

enum class DoneReason : uint8_t { kStop, kLength, kCancelled };

struct GenerateDone {
  DoneReason reason = DoneReason::kStop;
  std::string stop;            // the stop string that ended the text, if one did
  uint32_t prompt_tokens = 0;  // with the cached ones
  uint32_t cached_tokens = 0;
  uint32_t generated_tokens = 0;
  uint32_t reasoning_tokens = 0;
  uint32_t shifted_tokens = 0;         // lost from the context while generating
  std::chrono::nanoseconds queued{0};  // in the runner, until the first step
  std::chrono::nanoseconds prompt{0};
  std::chrono::nanoseconds generation{0};
  PromptTruncation truncation;
  std::vector<int32_t> context;       // prompt and answer, where asked for
  std::vector<std::string> warnings;  // a sentence each: what was not honoured
};

// Before the first delta: what the prompt became. `rendered` only for kEcho.
struct PromptInfo {
  uint32_t tokens = 0;
  std::string rendered;
};

struct EmbedRequest {
  std::vector<std::string> inputs;
  bool truncate = true;
  uint32_t dimensions = 0;  // 0: all
  bool normalize = true;    // false: as it comes out of the model, where its file means that
  std::optional<uint32_t> num_ctx;
};

struct EmbedResult {
  std::vector<std::vector<float>> vectors;  // one an input
  uint32_t tokens = 0;                      // of all inputs
  std::vector<std::string> warnings;
};

// Relevance of documents to a query, by a model with rank pooling.
struct RerankRequest {
  std::string query;
  std::vector<std::string> documents;
};
struct RerankResult {
  std::vector<float> scores;  // one a document
  uint32_t tokens = 0;
  std::vector<std::string> warnings;
};

struct TokenizeRequest {
  std::string text;
  bool add_special = true;
  bool parse_special = false;
};
struct TokenizeResult {
  std::vector<int32_t> tokens;
};

struct DetokenizeRequest {
  std::vector<int32_t> tokens;
};
struct DetokenizeResult {
  std::string text;  // bytes, not always valid UTF-8
};

using Request =
    std::variant<GenerateRequest, EmbedRequest, RerankRequest, TokenizeRequest, DetokenizeRequest>;

// What comes back. A generation sends PromptInfo, deltas and GenerateDone; the other requests send
// their result alone; an Error ends any of them.
using Event = std::variant<PromptInfo,
                           GenerateDelta,
                           GenerateDone,
                           EmbedResult,
                           RerankResult,
                           TokenizeResult,
                           DetokenizeResult,
                           Error>;

// Whether nothing comes after it.
bool is_final(const Event& event);

}  // namespace lar::runtime
