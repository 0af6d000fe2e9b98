// A loaded model that answers requests: prompts are rendered, tokens generated for all requests
// together, output split into content, thinking and tool calls. The same in the runner's process
// and in `lar run FILE`. One thread owns a service.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "base/result.h"
#include "runtime/inference.h"
#include "runtime/model.h"
#include "runtime/text_engine.h"

namespace lar::runtime {

// Events of one request come in order; the last is final (is_final()).
class ServiceSink {
 public:
  virtual ~ServiceSink() = default;
  virtual void on_event(RequestId id, Event&& event) = 0;
};

// What a model's template and vocabulary allow.
struct Abilities {
  bool chat = false;  // has a template
  bool tools = false;
  bool thinking = false;
  bool infill = false;
};

class Service {
 public:
  // Errors: unsupported (a renderer or parser that is not known), or what is wrong with the
  // template.
  static Result<std::unique_ptr<Service>> create(std::unique_ptr<Model> model, PromptStyle style);
  ~Service();

  // Takes a request. `id` is the caller's and not in use. What is wrong with the request comes as
  // its Error; requests without generation are answered before this returns.
  void submit(RequestId id, Request request, ServiceSink& sink);

  // The request ends with kCancelled in the next step. False if it is not there any more.
  bool cancel(RequestId id);

  // One step for all requests; true while there is work left.
  bool step(ServiceSink& sink);

  const Abilities& abilities() const;
  Model& model();
  const Model& model() const;

  // Of everything generated so far.
  struct Totals {
    uint64_t prompt_tokens = 0;
    uint64_t cached_tokens = 0;
    uint64_t generated_tokens = 0;
  };
  const Totals& totals() const;

 private:
  struct Impl;
  explicit Service(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace lar::runtime
