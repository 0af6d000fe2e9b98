#include "supervised.h"

#include <fcntl.h>

#include <fstream>
#include <sstream>

namespace lar::runner::test {

const runtime::GenerateDone* Answer::generate_done() const {
  return last ? std::get_if<runtime::GenerateDone>(&*last) : nullptr;
}

const Error* Answer::error() const {
  return last ? std::get_if<Error>(&*last) : nullptr;
}

Supervised::Supervised(SupervisorOptions options)
    : supervisor(context.get_executor(), std::move(options)) {}

Runner& Supervised::start(const std::filesystem::path& file, runtime::LoadOptions options) {
  LoadSpec spec{.name = file.filename().string(), .key = file.string()};
  spec.model_files.push_back(open_file(file));
  spec.options = options;
  spec.options.isas = detect_isa();
  return start(std::move(spec));
}

Runner& Supervised::start(LoadSpec spec) {
  loaded.reset();
  ended.reset();
  runner = supervisor.start(std::move(spec),
                            {.on_progress = [this](uint64_t, uint64_t) { ++progress; },
                             .on_loaded = [this](const Loaded& value) { loaded = value; },
                             .on_ended = [this](const Ended& value) { ended = value; }});
  return *runner;
}

std::shared_ptr<Answer> Supervised::submit(RequestId id, runtime::Request request) {
  auto answer = std::make_shared<Answer>();
  runner->submit(id, std::move(request), [answer](runtime::Event&& event) {
    EXPECT_FALSE(answer->done()) << "an event after the last";
    if (const auto* delta = std::get_if<runtime::GenerateDelta>(&event)) {
      answer->text += delta->content;
    }
    if (runtime::is_final(event)) answer->last = event;
    answer->events.push_back(std::move(event));
  });
  return answer;
}

bool Supervised::wait(const std::function<bool()>& condition, milliseconds longest) {
  const auto end = std::chrono::steady_clock::now() + longest;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    context.restart();
    context.run_one_for(milliseconds(20));
  }
  return true;
}

std::filesystem::path parrot_file() {
  return lar::test::shared_data("parrot/parrot-qwen3.q8_0.gguf");
}

SupervisorOptions lar_runner() {
  SupervisorOptions options;
  options.program = lar::test::lar_binary().string();
  return options;
}

runtime::GenerateRequest chat(const std::string& text, int32_t num_predict) {
  runtime::GenerateRequest request;
  request.messages.push_back({.role = "user", .content = text});
  request.options.sampling.temperature = 0.0F;
  request.options.num_predict = num_predict;
  return request;
}

Fd open_file(const std::filesystem::path& path) {
  return Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

std::string process_status(int pid, const std::string& key) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  std::string line;
  while (std::getline(file, line)) {
    if (!line.starts_with(key + ":")) continue;
    std::istringstream rest(line.substr(key.size() + 1));
    std::string value;
    rest >> value;
    return value;
  }
  return {};
}

bool alive(int pid) {
  const std::string state = process_status(pid, "State");
  return !state.empty() && state != "Z";
}

runtime::GenerateRequest endless() {
  runtime::GenerateRequest request;
  request.kind = runtime::GenerateRequest::Kind::kRaw;
  request.prompt = "one two three";
  // Never the end token, and always something new.
  request.options.sampling.temperature = 3.0F;
  request.options.sampling.top_k = 0;
  request.options.sampling.top_p = 1.0F;
  request.options.sampling.seed = 1;
  constexpr int32_t kFirstEnd = 1599;
  for (int32_t token = kFirstEnd; token < kFirstEnd + 3; ++token) {
    request.options.sampling.logit_bias.push_back({.token = token, .bias = -1e9F});
  }
  return request;
}

}  // namespace lar::runner::test
