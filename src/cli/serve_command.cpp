// `lar serve`: the server in the foreground, until a signal ends it.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>

#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/registry_options.h"
#include "cli/serve_keys.h"
#include "cli/serve_models.h"
#include "cli/serve_options.h"
#include "registry/registry.h"
#include "runner/supervisor.h"
#include "scheduler/model_files.h"
#include "server/catalog.h"
#include "server/serve.h"

namespace lar::cli {
namespace {

constexpr uint64_t kOtherDescriptors = 256;  // files, sockets of runners and registries

// Every connection is a descriptor: as many as the system lets us have, and no more connections
// than that leaves room for.
void fit_connections(net::ServerLimits& limits) {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  if (files.rlim_cur < files.rlim_max) {
    files.rlim_cur = files.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &files) != 0) ::getrlimit(RLIMIT_NOFILE, &files);
  }
  const uint64_t room = files.rlim_cur > 2 * kOtherDescriptors ? files.rlim_cur - kOtherDescriptors
                                                               : files.rlim_cur / 2;
  limits.connections_max = std::min<uint64_t>(limits.connections_max, std::max<uint64_t>(1, room));
}

// Says what models could do that they should not, loudly and in /api/version.
Result<void> check_sandbox(runner::SandboxMode mode,
                           server::ServerConfig& config,
                           const Logger& log) {
  runner::SandboxReport found = runner::probe_sandbox();
  if (mode == runner::SandboxMode::kOff) {
    found = {.state = runner::SandboxState::kOff, .lacks = {"LAR_SANDBOX=off"}};
  }
  if (found.state == runner::SandboxState::kFull) return {};
  for (const std::string& lack : found.lacks) {
    if (mode == runner::SandboxMode::kRequired) {
      return fail(Code::kUnsupported,
                  "LAR_SANDBOX=required, but models cannot be confined: " + lack);
    }
    log.warn("models are not fully confined", {{"reason", lack}});
  }
  config.sandbox = found.state == runner::SandboxState::kOff ? "off" : "degraded";
  return {};
}

std::string shown_address(const server::ServerConfig& config, uint16_t port) {
  if (!config.tcp) return "unix://" + config.sockets.front().path;
  const bool is_v6 = config.host.find(':') != std::string::npos;
  return fmt::format("{}:{}", is_v6 ? "[" + config.host + "]" : config.host, port);
}

}  // namespace

int run_serve(const std::vector<std::string>& args, const Environment& environment) {
  Arguments command("Start the server");
  bool is_public = false;
  command.flag("--public", is_public, "Let others than this machine use the server without keys");
  if (const auto code = command.parse(args)) return *code;

  auto options = serve_options(environment.variables, environment.home, environment.host_name);
  if (!options) return print_error(options.error());
  server::ServerConfig& config = options->config;
  config.version = LAR_VERSION;
  auto keys = read_api_keys(environment.variables);
  if (!keys) return print_error(keys.error());
  const auto exposed = check_exposure(config, !keys->empty(), is_public, environment.variables);
  if (!exposed) return print_error(exposed.error());
  auto serving = model_serving(environment);
  if (!serving) return print_error(serving.error());
  config.prefer_go_templates = serving->prefer_go;
  fit_connections(config.limits);

  const Logger log(STDERR_FILENO, options->log_level);
  for (const std::string& warning : options->warnings) log.warn(warning);
  for (const std::string& warning : serving->warnings) log.warn(warning);
  if (const auto confined = check_sandbox(serving->sandbox, config, log); !confined) {
    return print_error(confined.error());
  }
  const store::Store store(config.models);
  auto settings = registry_config(environment.variables, environment.home, config.version);
  if (!settings) return print_error(settings.error());
  auto registry = registry::Registry::create(*std::move(settings), store);
  if (!registry) return print_error(registry.error());
  if (const auto key = (*registry)->prepare_key(); !key) {
    log.warn("no key for registries: " + key.error().message);
  }
  net::EventLoop loop;
  server::ModelCatalog catalog(store);
  scheduler::StoreModelFiles files(store);
  runner::Supervisor supervisor(loop.context().get_executor(), {.sandbox = serving->sandbox});
  serving->service.tell = [&log](const scheduler::ModelRef& model, const std::string& what,
                                 bool bad) {
    log.write(bad ? LogLevel::kWarn : LogLevel::kInfo, what, {{"model", model.name}});
  };
  std::optional<scheduler::LocalService> models;
  models.emplace(loop.context().get_executor(), files, supervisor, serving->service);
  server::ServerContext context{config, loop, store, log, catalog, &*models, registry->get()};
  const auto served = server::serve(context, *std::move(keys), [&](uint16_t port) {
    log.info("listening", {{"address", shown_address(config, port)},
                           {"version", config.version},
                           {"models", config.models.string()}});
  });
  // The loop has ended; what the models leave to be done is done by hand.
  models.reset();
  loop.context().restart();
  loop.context().poll();
  if (!served) return print_error(served.error());
  return 0;
}

}  // namespace lar::cli
