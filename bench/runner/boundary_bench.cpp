// What the process boundary costs: the same greedy generation in this process and in a runner,
// in turns. boundary_bench LAR FILE.gguf [TOKENS [ROUNDS]]
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/cpu.h"
#include "gguf/reader.h"
#include "runner/supervisor.h"
#include "runtime/service.h"

namespace {

using namespace lar;
using Clock = std::chrono::steady_clock;

runtime::LoadOptions load_options() {
  runtime::LoadOptions options;
  options.threads = available_cpus();
  options.isas = detect_isa();
  options.context = 1024;
  return options;
}

runtime::GenerateRequest request(int32_t tokens) {
  runtime::GenerateRequest result;
  result.kind = runtime::GenerateRequest::Kind::kRaw;
  result.prompt = "Once upon a time";
  result.options.sampling.temperature = 0.0F;
  result.options.num_predict = tokens;
  return result;
}

// Nanoseconds a token after the first, as a client sees them.
struct Meter {
  Clock::time_point first{};
  Clock::time_point last{};
  uint32_t tokens = 0;
  std::chrono::nanoseconds generation{0};  // as the model's side measured it
  bool done = false;

  void take(const runtime::Event& event) {
    if (std::holds_alternative<runtime::GenerateDelta>(event)) {
      if (first == Clock::time_point{}) first = Clock::now();
    } else if (const auto* end = std::get_if<runtime::GenerateDone>(&event)) {
      last = Clock::now();
      tokens = end->generated_tokens;
      generation = end->generation;
      done = true;
    } else if (std::holds_alternative<Error>(event)) {
      done = true;
    }
  }
  double own_ns_per_token() const {
    return tokens < 2 ? 0 : static_cast<double>(generation.count()) / (tokens - 1);
  }
  double ns_per_token() const {
    return tokens < 2
               ? 0
               : std::chrono::duration<double, std::nano>(last - first).count() / (tokens - 1);
  }
};

class Sink final : public runtime::ServiceSink {
 public:
  void on_event(runtime::ServiceId, runtime::Event&& event) override { meter.take(event); }
  Meter meter;
};

// Processor time of this process: what the boundary costs the server, whatever else runs here.
double cpu_ns() {
  timespec time = {};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

int run(const std::string& program, const std::string& path, int32_t tokens, int rounds) {
  auto file = gguf::File::open(path);
  if (!file) return fmt::print("{}\n", file.error().message), 1;
  auto service = runtime::Service::load(*file, load_options(), {});
  if (!service) return fmt::print("{}\n", service.error().message), 1;

  boost::asio::io_context context;
  runner::SupervisorOptions options;
  options.program = program;
  runner::Supervisor supervisor(context.get_executor(), options);
  runner::LoadSpec spec{.name = path, .key = path};
  spec.model_files.emplace_back(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  spec.options = load_options();
  const auto remote = supervisor.start(std::move(spec), {});

  std::vector<double> local;
  std::vector<double> through;
  std::vector<double> local_own;
  std::vector<double> through_own;
  std::vector<double> server_cpu;
  for (int round = 0; round <= rounds; ++round) {
    Sink sink;
    (*service)->submit(static_cast<uint64_t>(round) + 1, request(tokens), sink);
    while ((*service)->step(sink)) {
    }
    Meter meter;
    const double cpu_before = cpu_ns();
    remote->submit(static_cast<uint64_t>(round) + 1, request(tokens),
                   [&](runtime::Event&& event) { meter.take(event); });
    while (!meter.done) context.run_one();
    if (round == 0) continue;  // warms up
    local.push_back(sink.meter.ns_per_token());
    through.push_back(meter.ns_per_token());
    local_own.push_back(sink.meter.own_ns_per_token());
    through_own.push_back(meter.own_ns_per_token());
    server_cpu.push_back((cpu_ns() - cpu_before) / std::max(1U, meter.tokens));
  }
  const double here = median(local);
  const double there = median(through);
  fmt::print("in this process {:8.1f} tokens/s  {:8.2f} us a token\n", 1e9 / here, here / 1e3);
  fmt::print("in a runner     {:8.1f} tokens/s  {:8.2f} us a token\n", 1e9 / there, there / 1e3);
  fmt::print("the boundary    {:8.2f} us a token, {:.2f} %\n", (there - here) / 1e3,
             100 * (there - here) / here);
  fmt::print("by the model's own clock {:.2f} and {:.2f} us a token\n", median(local_own) / 1e3,
             median(through_own) / 1e3);
  fmt::print("server's time   {:8.2f} us of a processor a token\n", median(server_cpu) / 1e3);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return fmt::print("boundary_bench LAR FILE.gguf [TOKENS [ROUNDS]]\n"), 2;
  return run(argv[1], argv[2], argc > 3 ? std::atoi(argv[3]) : 400,
             argc > 4 ? std::atoi(argv[4]) : 11);
}
