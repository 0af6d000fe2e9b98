#include "server/inference/conversation.h"

#include <fmt/format.h>

#include <algorithm>

namespace lar::server {
namespace {

using Kind = runtime::GenerateRequest::Kind;

// OpenAI's defaults stand where the model has none of its own.
void fill_distribution(Conversation& asked, const runtime::Options& of_model) {
  const sampling::Params builtin;
  const sampling::Params& model = of_model.sampling;
  if (!asked.options.contains("temperature") && model.temperature == builtin.temperature) {
    asked.options["temperature"] = 1.0;
  }
  if (!asked.options.contains("top_p") && model.top_p == builtin.top_p) {
    asked.options["top_p"] = 1.0;
  }
}

// Jinja templates know the roles of the time before "developer", which means the same as "system".
void rename_developers(chat::PromptSystem prompting, std::vector<runtime::ChatMessage>& messages) {
  if (prompting != chat::PromptSystem::kJinja) return;
  for (runtime::ChatMessage& message : messages) {
    if (message.role == "developer") message.role = "system";
  }
}

void place_messages(const ResolvedModel& model,
                    std::vector<runtime::ChatMessage> asked,
                    runtime::GenerateRequest& request) {
  if (request.kind == Kind::kInfill) {
    request.prompt = std::move(asked.back().content);
    return;
  }
  rename_developers(model.prompting, asked);
  if (!asked.empty()) ollama::add_messages(model, std::move(asked), request.messages);
}

// A stream of which no tool call comes through, whatever the model writes.
class StreamWithoutCalls final : public scheduler::Stream {
 public:
  explicit StreamWithoutCalls(std::unique_ptr<scheduler::Stream> inner)
      : inner_(std::move(inner)) {}

  net::awaitable<Result<scheduler::Ready>> ready() override { co_return co_await inner_->ready(); }
  net::awaitable<runtime::Event> next() override {
    runtime::Event event = co_await inner_->next();
    if (auto* delta = std::get_if<runtime::GenerateDelta>(&event)) {
      called_ = called_ || !delta->tool_calls.empty();
      delta->tool_calls.clear();
    } else if (auto* done = std::get_if<runtime::GenerateDone>(&event);
               done != nullptr && called_) {
      done->warnings.emplace_back("the model called a tool that it was not to call");
    }
    co_return event;
  }
  std::optional<std::chrono::seconds> retry_after() const override { return inner_->retry_after(); }

 private:
  std::unique_ptr<scheduler::Stream> inner_;
  bool called_ = false;
};

}  // namespace

net::awaitable<std::expected<PreparedOrder, HttpError>> prepare(Call& call, Conversation asked) {
  if (asked.model.empty() && asked.form == ollama::Form::kChat) {
    co_return std::unexpected(HttpError{400, "model is required", {}});
  }
  if (asked.model.empty()) co_return std::unexpected(HttpError{404, "model '' not found", {}});
  auto model = co_await resolve_model(call.context, asked.model);
  if (!model) co_return std::unexpected(ollama::model_error(model.error(), asked.model));
  ollama::Generation generation{.form = asked.form};
  generation.model = std::move(*model);
  if (asked.full_distribution) fill_distribution(asked, generation.model.options);
  if (asked.think_if_able && !generation.model.can.thinking) asked.think = runtime::Think::kDefault;
  generation.fields.model = std::move(asked.model);
  generation.fields.think = asked.think;
  generation.fields.options = &asked.options;
  generation.fields.format = &asked.format;
  if (asked.format.is_null()) generation.fields.format = nullptr;
  generation.fields.logprobs = asked.top_logprobs.has_value();
  generation.fields.top_logprobs = asked.top_logprobs.value_or(0);
  generation.request.tools = std::move(asked.tools);
  if (!asked.suffix.empty()) generation.request.kind = Kind::kInfill;
  if (auto able = ollama::check_abilities(generation); !able) {
    co_return std::unexpected(std::move(able.error()));
  }
  if (asked.images) co_return std::unexpected(ollama::images_error(generation.model));
  if (auto filled = ollama::fill_request(generation); !filled) {
    filled.error().status = 400;
    co_return std::unexpected(std::move(filled.error()));
  }
  generation.request.suffix = std::move(asked.suffix);
  generation.request.tool_choice = std::move(asked.tool_choice);
  generation.request.options.sampling.logit_bias = std::move(asked.bias);
  place_messages(generation.model, std::move(asked.messages), generation.request);

  PreparedOrder prepared{.model = std::move(generation.model),
                         .order = {},
                         .warnings = std::move(generation.warnings)};
  std::ranges::move(asked.warnings, std::back_inserter(prepared.warnings));
  prepared.order = {.model = prepared.model.ref,
                    .options = generation.request.options,
                    .keep_alive = asked.keep_alive,
                    .request = std::move(generation.request)};
  co_return prepared;
}

std::unique_ptr<scheduler::Stream> submit(Call& call,
                                          const PreparedOrder& prepared,
                                          uint32_t repeat) {
  scheduler::Order order = prepared.order;
  auto& request = std::get<runtime::GenerateRequest>(*order.request);
  int64_t& seed = request.options.sampling.seed;
  if (seed >= 0 && seed <= INT64_MAX - repeat) seed += repeat;
  const bool calls = request.tool_choice.kind != runtime::ToolChoice::Kind::kNone;
  auto stream = call.context.models->submit(std::move(order));
  if (calls) return stream;
  return std::make_unique<StreamWithoutCalls>(std::move(stream));
}

std::vector<std::string> joined_warnings(const std::vector<std::string>& before,
                                         const runtime::GenerateDone& done) {
  std::vector<std::string> all = before;
  const auto add = [&](std::string text) {
    if (std::ranges::find(all, text) == all.end()) all.push_back(std::move(text));
  };
  for (const std::string& text : done.warnings) add(text);
  if (done.truncation.dropped_messages > 0 || done.truncation.dropped_tokens > 0) {
    add(fmt::format("the prompt was cut to fit the context: {} messages and {} tokens are missing",
                    done.truncation.dropped_messages, done.truncation.dropped_tokens));
  }
  if (done.shifted_tokens > 0) {
    add(fmt::format("the context was full: its {} oldest tokens were dropped",
                    done.shifted_tokens));
  }
  return all;
}

}  // namespace lar::server
