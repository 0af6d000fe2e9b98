// The service of this machine: a Core, runners in processes of their own, and the streams between
// them and the endpoints.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runner/runner.h"
#include "runtime/model.h"
#include "scheduler/model_files.h"
#include "scheduler/service.h"
#include "scheduler/types.h"

namespace lar::scheduler {

struct ServiceOptions {
  Limits limits;
  // What every model is loaded with: threads, isas, batch, kv_type, and the context of requests
  // that do not say.
  runtime::LoadOptions load;
  // What `load` cannot do as it was asked for, a sentence each: every answer says so.
  std::vector<std::string> notes;
  // Bytes that more can be taken of at the moment; empty: available_memory().
  std::function<uint64_t()> available_bytes;
  // Told what happens to models, a sentence each, for the log; may be empty.
  std::function<void(const ModelRef& model, const std::string& what, bool bad)> tell;
};

class LocalService final : public Service {
 public:
  // The executor is one thread or a strand: runners call back on it, and all state is used there
  // alone. Files and factory are borrowed and must outlive the executor's work.
  LocalService(boost::asio::any_io_executor executor,
               ModelFiles& files,
               runner::RunnerFactory& factory,
               ServiceOptions options);

  // Kills the runners; open streams end with an Error.
  ~LocalService() override;

  std::unique_ptr<Stream> submit(Order order) override;
  void unload(const ModelRef& model) override;
  std::vector<LoadedModel> models() const override;
  ServiceStats stats() const override;

  // Lets running requests end until the deadline has passed and refuses new ones; `done` is called
  // on the executor when no runner is left.
  void shut_down(std::chrono::nanoseconds deadline, std::function<void()> done);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // shared with what is posted to the executor
};

// Requests of models with the same key share a runner.
std::string runner_key(const ModelRef& model);

}  // namespace lar::scheduler
