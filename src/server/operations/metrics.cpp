// GET /metrics: what the scheduler and this process count.
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "scheduler/service.h"
#include "server/operations/endpoints.h"
#include "server/operations/prometheus.h"
#include "server/reply.h"

namespace lar::server::operations {
namespace {

constexpr std::string_view kType = "text/plain; version=0.0.4; charset=utf-8";

std::string_view state_name(scheduler::LoadedModel::State state) {
  switch (state) {
    case scheduler::LoadedModel::State::kLoading: return "loading";
    case scheduler::LoadedModel::State::kReady: return "ready";
    case scheduler::LoadedModel::State::kStopping: return "stopping";
  }
  return "ready";
}

void add_stats(PrometheusText& out, const scheduler::ServiceStats& stats) {
  const auto count = [&](std::string_view name, std::string_view help, uint64_t value) {
    out.single(name, "counter", help, static_cast<double>(value));
  };
  count("lar_requests_accepted_total", "Requests that were taken.", stats.accepted);
  count("lar_requests_rejected_total", "Requests refused because the queue was full.",
        stats.rejected);
  count("lar_requests_failed_total", "Requests that ended with an error.", stats.failed);
  count("lar_model_loads_total", "Models that were loaded.", stats.loads);
  count("lar_runner_crashes_total", "Runners that died.", stats.crashes);
  count("lar_prompt_tokens_total", "Tokens of prompts, with the cached ones.", stats.prompt_tokens);
  count("lar_cached_prompt_tokens_total", "Tokens of prompts that were found in the cache.",
        stats.cached_tokens);
  count("lar_generated_tokens_total", "Tokens that models wrote.", stats.generated_tokens);
  out.single("lar_requests_waiting", "gauge", "Requests in the queue.", stats.waiting);
  out.single("lar_requests_running", "gauge", "Requests that models work on.", stats.running);
}

void add_models(PrometheusText& out, const std::vector<scheduler::LoadedModel>& models) {
  const auto each = [&](std::string_view name, std::string_view help, auto value) {
    out.metric(name, "gauge", help);
    for (const scheduler::LoadedModel& loaded : models) {
      out.sample(static_cast<double>(value(loaded)),
                 {{"model", loaded.model.name}, {"state", state_name(loaded.state)}});
    }
  };
  out.single("lar_models_in_memory", "gauge", "Models in memory or on their way.",
             static_cast<double>(models.size()));
  each("lar_model_memory_bytes", "Memory of a model, by its plan.",
       [](const auto& loaded) { return loaded.bytes; });
  each("lar_model_device_memory_bytes", "The part of it on a GPU.",
       [](const auto& loaded) { return loaded.device_bytes; });
  each("lar_model_requests_running", "Requests that a model works on.",
       [](const auto& loaded) { return loaded.active; });
  each("lar_model_load_progress", "How much of a model is loaded, 0 to 1.", [](const auto& loaded) {
    return loaded.state == scheduler::LoadedModel::State::kLoading ? loaded.progress : 1.0;
  });
}

// Linux tells these of a process; elsewhere they are left out.
void add_process(PrometheusText& out) {
  std::ifstream statm("/proc/self/statm");
  uint64_t total = 0;
  uint64_t resident = 0;
  if (statm >> total >> resident) {
    const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
    out.single("process_resident_memory_bytes", "gauge", "Resident memory of the server.",
               static_cast<double>(resident) * page);
  }
  std::error_code error;
  std::filesystem::directory_iterator files("/proc/self/fd", error);
  if (error) return;
  double open = -1;  // the one that counts
  for (; files != std::filesystem::directory_iterator(); files.increment(error)) ++open;
  out.single("process_open_fds", "gauge", "Open file descriptors of the server.", open);
}

std::string metrics_text(ServerContext& context) {
  PrometheusText out;
  out.metric("lar_build_info", "gauge", "1, with the version as a label.");
  out.sample(1, {{"version", context.config.version}});
  if (context.models != nullptr) {
    add_stats(out, context.models->stats());
    add_models(out, context.models->models());
  }
  add_process(out);
  return out.text();
}

}  // namespace

net::awaitable<void> metrics(Call& call) {
  ServerContext& context = call.context;
  net::Response response;
  response.content_type = kType;
  response.body = co_await context.loop.blocking([&] { return metrics_text(context); });
  co_await call.http.respond(std::move(response));
}

}  // namespace lar::server::operations
