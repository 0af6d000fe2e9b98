// What serving costs, and what it reaches: the speed of a stream through the HTTP API beside that
// of the bare engine, the latency that the way to the client adds, many streams at once, and the
// time to the first token with a prompt that is known already. In turns, so that ratios hold on a
// machine that others use too.
//   serve_bench LAR FILE.gguf [TOKENS [ROUNDS]]
// LAR_BENCH_THREADS=N; LAR_BENCH_PEER="/path/llama-server [options]" is measured beside it.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <random>
#include <span>
#include <sstream>

#include "base/cpu.h"
#include "base/scheduling.h"
#include "child.h"
#include "exchange.h"

namespace lar::bench {
namespace {

using Json = nlohmann::json;
using Seconds = std::chrono::duration<double>;

constexpr const char* kStory = "Once upon a time";
constexpr size_t kStreams = 8;
constexpr size_t kStreamPromptTokens = 64;
constexpr size_t kSharedPromptTokens = 2'000;

struct Settings {
  std::string lar;
  std::string file;
  uint32_t tokens = 256;
  int rounds = 5;
  int threads = available_cpus();
  std::vector<std::string> peer = {};  // program and options
};

struct Samples {
  std::vector<double> values;

  void add(double value) { values.push_back(value); }
  double at(double share) const {
    if (values.empty()) return 0;
    std::vector<double> sorted = values;
    std::ranges::sort(sorted);
    const auto last = static_cast<double>(sorted.size() - 1);
    return sorted[static_cast<size_t>(share * last + 0.5)];
  }
  double median() const { return at(0.5); }
};

double seconds_between(Moment from, Moment to) {
  return Seconds(to - from).count();
}

// A prompt of words that no other prompt has.
class Words {
 public:
  std::string take(size_t count) {
    std::string text;
    for (size_t i = 0; i < count; ++i) {
      for (int letter = 0; letter < 4; ++letter) text += static_cast<char>('a' + random_() % 26);
      text += ' ';
    }
    return text;
  }

 private:
  std::mt19937 random_{7};
};

// "2026-08-01T12:00:00.123456789Z"
std::optional<Moment> parse_time(const std::string& text) {
  std::tm parts = {};
  const char* rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr) return std::nullopt;
  double fraction = 0;
  if (*rest == '.') fraction = std::strtod(rest, nullptr);
  return std::chrono::system_clock::from_time_t(::timegm(&parts)) +
         std::chrono::nanoseconds(static_cast<int64_t>(fraction * 1e9));
}

Json json_of(const Received& line) {
  return Json::parse(line.text, nullptr, false);
}

// What both kinds of servers are asked for and say, as the measurements below need it.
class Server {
 public:
  virtual ~Server() = default;
  virtual HttpRequest request(const std::string& prompt, uint32_t tokens) const = 0;
  // Tokens that an answer has, by its last line.
  virtual uint32_t tokens_of(const Json& line) const = 0;
  virtual uint16_t port() const = 0;
  virtual const Child& process() const = 0;
};

class LarServer final : public Server {
 public:
  static Result<std::unique_ptr<LarServer>> start(const Settings& settings,
                                                  const std::filesystem::path& folder) {
    LAR_TRY(const uint16_t port, free_port());
    const std::vector<std::pair<std::string, std::string>> environment = {
        {"OLLAMA_HOST", fmt::format("127.0.0.1:{}", port)},
        {"OLLAMA_MODELS", (folder / "models").string()},
        {"OLLAMA_NUM_PARALLEL", std::to_string(kStreams)},
        {"OLLAMA_CONTEXT_LENGTH", "4096"},
        {"OLLAMA_KEEP_ALIVE", "-1"}};
    LAR_TRY(Child child,
            Child::start({settings.lar, "serve"}, environment, (folder / "lar.log").string()));
    LAR_TRY(child.wait_for(port, "/api/version"));
    std::ofstream(folder / "Modelfile")
        << "FROM " << std::filesystem::absolute(settings.file).string() << "\n";
    LAR_TRY(output_of({settings.lar, "create", "bench", "-f", (folder / "Modelfile").string()},
                      environment));
    return std::unique_ptr<LarServer>(new LarServer(std::move(child), port, settings.threads));
  }

  HttpRequest request(const std::string& prompt, uint32_t tokens) const override {
    return {.path = "/api/generate",
            .body = Json{{"model", "bench"},
                         {"prompt", prompt},
                         {"raw", true},
                         {"options",
                          {{"temperature", 0}, {"num_predict", tokens}, {"num_thread", threads_}}}}
                        .dump()};
  }
  uint32_t tokens_of(const Json& line) const override { return line.value("eval_count", 0U); }
  uint16_t port() const override { return port_; }
  const Child& process() const override { return child_; }

 private:
  LarServer(Child child, uint16_t port, int threads)
      : child_(std::move(child)), port_(port), threads_(threads) {}

  Child child_;
  uint16_t port_;
  int threads_;
};

class PeerServer final : public Server {
 public:
  static Result<std::unique_ptr<PeerServer>> start(const Settings& settings,
                                                   const std::filesystem::path& folder) {
    LAR_TRY(const uint16_t port, free_port());
    std::vector<std::string> arguments = settings.peer;
    for (const std::string& argument :
         {std::string("-m"), settings.file, std::string("-t"), std::to_string(settings.threads),
          std::string("--host"), std::string("127.0.0.1"), std::string("--port"),
          std::to_string(port), std::string("-np"), std::to_string(kStreams), std::string("-c"),
          std::to_string(kStreams * 4096)}) {
      arguments.push_back(argument);
    }
    LAR_TRY(Child child, Child::start(arguments, {}, (folder / "peer.log").string()));
    LAR_TRY(child.wait_for(port, "/health"));
    return std::unique_ptr<PeerServer>(new PeerServer(std::move(child), port));
  }

  HttpRequest request(const std::string& prompt, uint32_t tokens) const override {
    return {.path = "/completion",
            .body = Json{
                {"prompt", prompt},
                {"n_predict", tokens},
                {"stream", true},
                {"temperature", 0.0},
                {"ignore_eos", true},
                {"cache_prompt",
                 true}}.dump()};
  }
  uint32_t tokens_of(const Json& line) const override {
    if (line.contains("tokens_predicted")) return line.value("tokens_predicted", 0U);
    return line.contains("timings") ? line["timings"].value("predicted_n", 0U) : 0U;
  }
  uint16_t port() const override { return port_; }
  const Child& process() const override { return child_; }

 private:
  PeerServer(Child child, uint16_t port) : child_(std::move(child)), port_(port) {}

  Child child_;
  uint16_t port_;
};

// The last line that says how many tokens there were.
struct End {
  Moment at;
  uint32_t tokens = 0;
};

Result<End> end_of(const Server& server, const HttpAnswer& answer) {
  for (size_t i = answer.lines.size(); i-- > 0;) {
    const Json json = json_of(answer.lines[i]);
    if (!json.is_object()) continue;
    if (const uint32_t tokens = server.tokens_of(json); tokens > 0) {
      return End{.at = answer.lines[i].at, .tokens = tokens};
    }
  }
  return fail(Code::kUnavailable,
              fmt::format("status {}: {}", answer.status,
                          answer.lines.empty() ? "no answer" : answer.lines.back().text));
}

Result<double> bare_speed(const Settings& settings) {
  LAR_TRY(const std::string text,
          output_of({settings.lar, "bench", settings.file, "-p", "0", "-n",
                     std::to_string(settings.tokens), "-t", std::to_string(settings.threads), "-r",
                     "1", "-o", "json"},
                    {}));
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_array() || json.empty()) return fail(Code::kUnavailable, "lar bench: no JSON");
  return json[0].value("avg_ts", 0.0);
}

struct StreamSamples {
  Samples speed;       // tokens a second, as the client sees it
  Samples socket_us;   // from the engine to the client's socket, of each piece
  Samples latency_us;  // until the client has it
  Samples cpu_us;      // of the server's process, a token
};

Result<double> measure_stream(const Server& server,
                              const std::string& prompt,
                              uint32_t tokens,
                              StreamSamples& samples) {
  const double cpu = server.process().cpu_seconds();
  LAR_TRY(const auto answers, exchange(server.port(), {server.request(prompt, tokens)}));
  const HttpAnswer& answer = answers.front();
  LAR_TRY(const End end, end_of(server, answer));
  samples.cpu_us.add((server.process().cpu_seconds() - cpu) * 1e6 / end.tokens);
  for (const Received& line : answer.lines) {
    const Json json = json_of(line);
    if (!json.is_object() || json.value("done", true) || !json.contains("created_at")) continue;
    if (const auto made = parse_time(json["created_at"].get<std::string>())) {
      samples.socket_us.add(seconds_between(*made, line.arrived) * 1e6);
      samples.latency_us.add(seconds_between(*made, line.at) * 1e6);
    }
  }
  const double speed = (end.tokens - 1) / seconds_between(answer.lines.front().at, end.at);
  samples.speed.add(speed);
  return speed;
}

// Tokens a second of all streams together, from the first request to the last answer.
Result<double> measure_many(const Server& server, Words& words, uint32_t tokens) {
  std::vector<HttpRequest> requests;
  for (size_t i = 0; i < kStreams; ++i) {
    requests.push_back(server.request(words.take(kStreamPromptTokens / 3), tokens));
  }
  LAR_TRY(const auto answers, exchange(server.port(), requests));
  uint32_t total = 0;
  Moment last = answers.front().sent;
  for (const HttpAnswer& answer : answers) {
    LAR_TRY(const End end, end_of(server, answer));
    total += end.tokens;
    last = std::max(last, end.at);
  }
  return total / seconds_between(answers.front().sent, last);
}

// Seconds to the first token.
Result<double> first_token(const Server& server, const std::string& prompt) {
  LAR_TRY(const auto answers, exchange(server.port(), {server.request(prompt, 1)}));
  LAR_TRY(const End end, end_of(server, answers.front()));
  return seconds_between(answers.front().sent, end.at);
}

// How many of the words make as many tokens.
Result<size_t> words_for(const LarServer& server, Words& words, size_t tokens) {
  constexpr size_t kTried = 256;
  const HttpRequest request{.path = "/api/tokenize",
                            .body = Json{{"model", "bench"}, {"text", words.take(kTried)}}.dump()};
  LAR_TRY(const auto answers, exchange(server.port(), {request}));
  const Json json = answers.front().lines.empty() ? Json() : json_of(answers.front().lines.back());
  if (!json.is_object() || !json.contains("tokens") || json["tokens"].empty()) {
    return fail(Code::kUnavailable, "/api/tokenize gives no tokens");
  }
  return tokens * kTried / json["tokens"].size();
}

struct FirstTokenSamples {
  Samples fresh;
  Samples cached;
};

Result<void> measure_first_tokens(const Server& server,
                                  Words& words,
                                  size_t shared_words,
                                  FirstTokenSamples& samples) {
  const std::string shared = words.take(shared_words);
  LAR_TRY(const double fresh, first_token(server, shared + words.take(4)));
  samples.fresh.add(fresh);
  for (int i = 0; i < 3; ++i) {
    LAR_TRY(const double cached, first_token(server, shared + words.take(4)));
    samples.cached.add(cached);
  }
  return {};
}

struct Measured {
  StreamSamples stream;
  Samples many;
  FirstTokenSamples first;
};

Result<void> measure_load(const Settings& settings,
                          const Server& server,
                          Words& words,
                          size_t shared_words,
                          Measured& measured) {
  LAR_TRY(const double many, measure_many(server, words, settings.tokens));
  measured.many.add(many);
  return measure_first_tokens(server, words, shared_words, measured.first);
}

void print_row(const char* what, const std::string& lar, const std::string& peer) {
  fmt::print("| {:<44} | {:>22} | {:>22} |\n", what, lar, peer);
}

void print(const Settings& settings,
           const Samples& bare,
           const Samples& share,
           const Measured& lar,
           const Measured* peer) {
  const auto both = [&](const char* what, auto value) {
    print_row(what, value(lar), peer != nullptr ? value(*peer) : "");
  };
  fmt::print("\n{}, {} threads, {} tokens, median of {} rounds\n\n",
             std::filesystem::path(settings.file).filename().string(), settings.threads,
             settings.tokens, settings.rounds);
  print_row("", "lar", peer != nullptr ? "llama-server" : "");
  print_row(":-", "-:", "-:");
  print_row("lar bench, tokens/s", fmt::format("{:.1f}", bare.median()), "");
  both("one stream, tokens/s",
       [](const Measured& m) { return fmt::format("{:.1f}", m.stream.speed.median()); });
  print_row("share of lar bench, round by round", fmt::format("{:.1f} %", 100 * share.median()),
            "");
  const auto p50_p99 = [](const Samples& samples) {
    return fmt::format("{:.0f}, {:.0f}", samples.median(), samples.at(0.99));
  };
  print_row("added latency p50, p99, us", p50_p99(lar.stream.socket_us), "");
  print_row("and until the client runs", p50_p99(lar.stream.latency_us), "");
  both("server's processor time, us/token",
       [](const Measured& m) { return fmt::format("{:.0f}", m.stream.cpu_us.median()); });
  both("8 streams, tokens/s",
       [](const Measured& m) { return fmt::format("{:.1f}", m.many.median()); });
  both("first token, 2000 new tokens, ms",
       [](const Measured& m) { return fmt::format("{:.1f}", 1e3 * m.first.fresh.median()); });
  both("first token, the same cached, ms", [](const Measured& m) {
    return fmt::format("{:.1f} ({:.1f} %)", 1e3 * m.first.cached.median(),
                       100 * m.first.cached.median() / m.first.fresh.median());
  });
}

Result<void> run(const Settings& settings, const std::filesystem::path& folder) {
  LAR_TRY(const auto lar, LarServer::start(settings, folder));
  std::unique_ptr<PeerServer> peer;
  if (!settings.peer.empty()) {
    LAR_TRY(peer, PeerServer::start(settings, folder));
  }
  Words words;
  LAR_TRY(first_token(*lar, "Once"));  // loads the model
  LAR_TRY(const size_t shared_words, words_for(*lar, words, kSharedPromptTokens));
  Samples bare;
  Samples share;
  Measured ours;
  Measured theirs;
  for (int round = 0; round < settings.rounds; ++round) {
    LAR_TRY(const double before, bare_speed(settings));
    LAR_TRY(const double speed, measure_stream(*lar, kStory, settings.tokens, ours.stream));
    LAR_TRY(const double after, bare_speed(settings));
    bare.add((before + after) / 2);
    share.add(speed / bare.values.back());
    LAR_TRY(measure_load(settings, *lar, words, shared_words, ours));
    if (!peer) continue;
    LAR_TRY(measure_stream(*peer, kStory, settings.tokens, theirs.stream));
    LAR_TRY(measure_load(settings, *peer, words, shared_words, theirs));
  }
  print(settings, bare, share, ours, peer ? &theirs : nullptr);
  return {};
}

Settings read_settings(std::span<char*> arguments) {
  Settings settings{.lar = arguments[1], .file = arguments[2]};
  if (arguments.size() > 3) settings.tokens = static_cast<uint32_t>(std::atoi(arguments[3]));
  if (arguments.size() > 4) settings.rounds = std::atoi(arguments[4]);
  if (const char* threads = std::getenv("LAR_BENCH_THREADS")) settings.threads = std::atoi(threads);
  if (const char* peer = std::getenv("LAR_BENCH_PEER")) {
    std::istringstream parts(peer);
    for (std::string part; parts >> part;) settings.peer.push_back(part);
  }
  return settings;
}

}  // namespace
}  // namespace lar::bench

int main(int argc, char** argv) {
  using namespace lar;
  prefer_latency();
  const std::span arguments(argv, static_cast<size_t>(argc));
  if (argc < 3) return fmt::print("serve_bench LAR FILE.gguf [TOKENS [ROUNDS]]\n"), 2;
  std::string pattern = (std::filesystem::temp_directory_path() / "lar-bench-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) return fmt::print("no temporary folder\n"), 1;
  const auto done = bench::run(bench::read_settings(arguments), pattern);
  std::error_code ignored;
  if (done) {
    std::filesystem::remove_all(pattern, ignored);
    return 0;
  }
  fmt::print("{}\nlogs are in {}\n", done.error().message, pattern);
  std::filesystem::remove_all(std::filesystem::path(pattern) / "models", ignored);
  return 1;
}
