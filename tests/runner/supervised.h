// A supervisor on a context of its own, run by the test as long as it waits for something.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "runner/supervisor.h"
#include "support/data.h"

namespace lar::runner::test {

using std::chrono::milliseconds;

// What has come back for one request.
struct Answer {
  std::string text;
  std::vector<runtime::Event> events;
  std::optional<runtime::Event> last;

  bool done() const { return last.has_value(); }
  const runtime::GenerateDone* generate_done() const;
  const Error* error() const;
};

class Supervised {
 public:
  explicit Supervised(SupervisorOptions options = {});

  // Starts a runner for a model file. The callbacks fill the fields below.
  Runner& start(const std::filesystem::path& file, runtime::LoadOptions options = {});
  Runner& start(LoadSpec spec);

  std::shared_ptr<Answer> submit(RequestId id, runtime::Request request);

  // Runs the context until the condition holds; false after the time is over.
  bool wait(const std::function<bool()>& condition, milliseconds longest = milliseconds(20'000));
  bool wait_loaded() {
    return wait([&] { return loaded.has_value(); });
  }

  boost::asio::io_context context;
  Supervisor supervisor;
  std::unique_ptr<Runner> runner;
  std::optional<Loaded> loaded;
  std::optional<Ended> ended;
  int progress = 0;
};

// A small chat model, and options that fit it; the file is missing where there is no test data.
std::filesystem::path parrot_file();
SupervisorOptions lar_runner();

runtime::GenerateRequest chat(const std::string& text, int32_t num_predict = -1);

// Opens a file for a runner.
Fd open_file(const std::filesystem::path& path);

// The value of a line of /proc/PID/status, and whether the process runs (and is no zombie).
std::string process_status(int pid, const std::string& key);
bool alive(int pid);

// A request that goes on for a long time.
runtime::GenerateRequest endless();

}  // namespace lar::runner::test
