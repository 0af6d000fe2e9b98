// lar bench: prompt and generation speed, as a table or with llama-bench's JSON keys and ours.
#include <fmt/format.h>

#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/humanize.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/model_file.h"
#include "cli/output.h"
#include "runtime/bench.h"

namespace lar::cli {
namespace {

struct BenchArguments {
  std::string path;
  std::vector<uint32_t> prompts = {512};
  std::vector<uint32_t> generate = {128};
  std::vector<uint32_t> depths = {0};
  std::vector<uint32_t> rows = {1};
  std::vector<int> threads;
  uint32_t repeats = 5;
  uint32_t batch = 512;
  std::string output = "md";
};

struct Mean {
  double value = 0.0;
  double deviation = 0.0;
};

Mean mean_of(const std::vector<double>& samples) {
  const auto n = static_cast<double>(samples.size());
  Mean mean;
  mean.value = std::accumulate(samples.begin(), samples.end(), 0.0) / n;
  double squares = 0.0;
  for (const double sample : samples) squares += (sample - mean.value) * (sample - mean.value);
  mean.deviation = samples.size() > 1 ? std::sqrt(squares / (n - 1.0)) : 0.0;
  return mean;
}

std::vector<double> speeds(const runtime::BenchResult& result) {
  std::vector<double> samples;
  for (const double seconds : result.seconds) samples.push_back(result.tokens / seconds);
  return samples;
}

// What the test is bound by, and how much of that it reached.
struct Share {
  double bytes_per_second = 0.0;
  double ops_per_second = 0.0;
  double of_limit = 0.0;
  const char* limit = "";
};

Share share_of(const runtime::BenchResult& result, const runtime::MachineLimits& limits) {
  const double seconds = mean_of(result.seconds).value;
  Share share;
  share.bytes_per_second = result.bytes / seconds;
  share.ops_per_second = result.ops / seconds;
  const double memory = limits.read_bytes_per_second > 0.0
                            ? share.bytes_per_second / limits.read_bytes_per_second
                            : 0.0;
  const double compute = share.ops_per_second / limits.int8_ops_per_second;
  share.of_limit = std::max(memory, compute);
  share.limit = memory >= compute ? "memory" : "int8";
  return share;
}

std::string test_name(const runtime::BenchTest& test) {
  std::string name =
      test.prompt > 0 ? fmt::format("pp{}", test.prompt) : fmt::format("tg{}", test.generate);
  if (test.rows > 1) name += fmt::format(" x{}", test.rows);
  if (test.depth > 0) name += fmt::format(" @ d{}", test.depth);
  return name;
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts = {};
  ::gmtime_r(&now, &parts);
  char text[32] = {};
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

nlohmann::ordered_json as_json(const runtime::BenchResult& result,
                               const runtime::MachineLimits& limits,
                               const gguf::File& file,
                               const BenchArguments& arguments,
                               int threads) {
  const runtime::ModelInfo info = runtime::describe(file);
  const Mean speed = mean_of(speeds(result));
  std::vector<uint64_t> samples_ns;
  for (const double seconds : result.seconds) {
    samples_ns.push_back(static_cast<uint64_t>(seconds * 1e9));
  }
  const Mean seconds = mean_of(result.seconds);
  const Share share = share_of(result, limits);
  return {{"build_commit", LAR_VERSION},
          {"cpu_info", cpu_model()},
          {"backends", "CPU"},
          {"model_filename", file.name()},
          {"model_type",
           info.architecture + " " + human_count(info.parameters) + " " + info.quantization},
          {"model_size", info.tensor_bytes},
          {"model_n_params", info.parameters},
          {"n_batch", arguments.batch},
          {"n_ubatch", arguments.batch},
          {"n_threads", threads},
          {"type_k", "f16"},
          {"type_v", "f16"},
          {"n_prompt", result.test.prompt},
          {"n_gen", result.test.generate},
          {"n_depth", result.test.depth},
          {"n_rows", result.test.rows},
          {"test_time", utc_now()},
          {"avg_ns", static_cast<uint64_t>(seconds.value * 1e9)},
          {"stddev_ns", static_cast<uint64_t>(seconds.deviation * 1e9)},
          {"avg_ts", speed.value},
          {"stddev_ts", speed.deviation},
          {"samples_ns", samples_ns},
          {"samples_ts", speeds(result)},
          {"gb_per_s", share.bytes_per_second / 1e9},
          {"gop_per_s", share.ops_per_second / 1e9},
          {"limit", share.limit},
          {"limit_share", share.of_limit},
          {"machine_gb_per_s", limits.read_bytes_per_second / 1e9},
          {"machine_int8_gop_per_s", limits.int8_ops_per_second / 1e9}};
}

std::string as_row(const runtime::BenchResult& result,
                   const runtime::MachineLimits& limits,
                   const gguf::File& file,
                   int threads) {
  const runtime::ModelInfo info = runtime::describe(file);
  const Mean speed = mean_of(speeds(result));
  const Share share = share_of(result, limits);
  const std::string reached = result.test.prompt > 0
                                  ? fmt::format("{:.0f} Gop/s", share.ops_per_second / 1e9)
                                  : fmt::format("{:.1f} GB/s", share.bytes_per_second / 1e9);
  return fmt::format(
      "| {:<24} | {:>9} | {:>8} | {:>7} | {:>14} | {:>10.2f} \u00b1 {:<7.2f} | {:>12} | {:>4.0f} % "
      "of {:<6} |\n",
      info.architecture + " " + info.quantization, human_bytes(info.tensor_bytes),
      human_count(info.parameters), threads, test_name(result.test), speed.value, speed.deviation,
      reached, 100.0 * share.of_limit, share.limit);
}

constexpr std::string_view kHeader =
    "| model                    |      size |   params | threads |           test |              "
    "     t/s |      reached | of the limit     |\n"
    "| ------------------------ | --------: | -------: | ------: | -------------: | -------------"
    "-------: | -----------: | ---------------- |\n";

Result<std::string> bench(const gguf::File& file,
                          const BenchArguments& arguments,
                          const Environment& environment) {
  runtime::BenchSpec spec{
      .repeats = arguments.repeats, .batch = arguments.batch, .isas = environment.isas};
  for (const uint32_t depth : arguments.depths) {
    for (const uint32_t prompt : arguments.prompts) {
      if (prompt > 0) spec.tests.push_back({.prompt = prompt, .depth = depth});
    }
    for (const uint32_t generate : arguments.generate) {
      for (const uint32_t rows : arguments.rows) {
        if (generate > 0) {
          spec.tests.push_back({.generate = generate, .depth = depth, .rows = rows});
        }
      }
    }
  }
  std::string table(kHeader);
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const int threads : arguments.threads) {
    spec.threads = threads;
    const runtime::MachineLimits limits = runtime::measure_limits(threads, environment.isas);
    const InterruptGuard interrupt;
    LAR_TRY(const auto results, runtime::run_bench(file, spec, [&](size_t test, uint32_t repeat) {
              if (environment.stderr_is_terminal) {
                fmt::print(stderr, "\r{} {}/{}   ", test_name(spec.tests[test]), repeat,
                           spec.repeats);
                std::fflush(stderr);
              }
              return !interrupt.interrupted();
            }));
    if (environment.stderr_is_terminal) std::fputs("\r\x1b[K", stderr);
    for (const runtime::BenchResult& result : results) {
      table += as_row(result, limits, file, threads);
      list.push_back(as_json(result, limits, file, arguments, threads));
    }
    table += fmt::format("\nmachine with {} thread{}: {:.1f} GB/s read, {:.0f} int8 Gop/s\n\n",
                         threads, threads == 1 ? "" : "s", limits.read_bytes_per_second / 1e9,
                         limits.int8_ops_per_second / 1e9);
  }
  return arguments.output == "json" ? list.dump(2) + "\n" : table;
}

}  // namespace

int run_bench(const std::vector<std::string>& args, const Environment& environment) {
  BenchArguments arguments;
  arguments.threads = {environment.threads};
  Arguments command("Measure prompt and generation speed");
  command.option("FILE", arguments.path, "A GGUF file").required();
  const auto list = [&](const std::string& name, std::vector<uint32_t>& target,
                        const std::string& help, uint32_t min) {
    command.option(name, target, help).separated_by_commas().range(min, 1U << 24);
  };
  list("-p,--n-prompt", arguments.prompts, "Tokens of a prompt (512; 0: none)", 0);
  list("-n,--n-gen", arguments.generate, "Tokens to generate (128; 0: none)", 0);
  list("-d,--n-depth", arguments.depths, "Tokens in the cache before (0)", 0);
  command.option("-b,--rows", arguments.rows, "Sequences that generate together (1)")
      .separated_by_commas()
      .range(1U, 1024U);
  command.option("-t,--threads", arguments.threads, "Threads").separated_by_commas().range(1, 1024);
  command.option("-r,--repetitions", arguments.repeats, "Repeats of each test (5)")
      .range(1U, 1000U);
  command.option("--batch", arguments.batch, "Tokens of a step (512)").range(1U, 65'536U);
  command.option("-o,--output", arguments.output, "md (default) or json").one_of({"md", "json"});
  if (const auto code = command.parse(args)) return *code;

  const auto file = open_model(arguments.path, environment);
  if (!file) return print_error(file.error());
  const auto text = bench(**file, arguments, environment);
  if (!text) return print_error(text.error());
  const auto written = write_stdout(*text);
  return written ? 0 : print_error(written.error());
}

}  // namespace lar::cli
