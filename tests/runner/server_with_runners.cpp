// A server that does nothing but keep runners: starts as many as files are named, prints their
// process ids as soon as it has them and "loaded" when all are ready, and waits to be killed.
#include <fcntl.h>

#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <memory>
#include <vector>

#include "runner/supervisor.h"

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  boost::asio::io_context context;
  lar::runner::SupervisorOptions options;
  options.program = argv[1];
  lar::runner::Supervisor supervisor(context.get_executor(), options);
  std::vector<std::unique_ptr<lar::runner::Runner>> runners;
  int loaded = 0;
  for (int i = 2; i < argc; ++i) {
    lar::runner::LoadSpec spec{.name = argv[i], .key = argv[i]};
    spec.model_files.emplace_back(::open(argv[i], O_RDONLY | O_CLOEXEC));
    spec.options.isas = lar::detect_isa();
    runners.push_back(supervisor.start(std::move(spec), {.on_loaded = [&](const auto&) {
                                         if (++loaded == argc - 2) std::puts("loaded");
                                         std::fflush(stdout);
                                       }}));
    std::printf("%d\n", runners.back()->pid());
    std::fflush(stdout);
  }
  const auto work = boost::asio::make_work_guard(context);
  context.run();
}
