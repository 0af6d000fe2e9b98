// A loaded model that answers requests, the same in the runner's process and in `lar run FILE`.
// A generating model renders prompts, generates for all requests together and splits the output
// into content, thinking and tool calls; an embedding model makes vectors or scores. One thread
// owns a service.
#pragma once

#include <memory>
#include <string>

#include "backend/backend.h"
#include "base/result.h"
#include "gguf/reader.h"
#include "runtime/inference.h"
#include "runtime/model.h"

namespace lar::runtime {

// The caller's name for a request, unique in the life of a service.
using ServiceId = uint64_t;

// Events of one request come in order; the last is final (is_final()).
class ServiceSink {
 public:
  virtual ~ServiceSink() = default;
  virtual void on_event(ServiceId id, Event&& event) = 0;
};

// What is known of a loaded model.
struct ServiceFacts {
  ModelInfo info;
  backend::MemoryPlan memory;
  uint32_t context = 0;          // tokens a request may have
  uint32_t embedding_width = 0;  // of a vector; 0: makes none

  // What its template and vocabulary allow.
  bool chat = false;  // has a template
  bool tools = false;
  bool thinking = false;
  bool infill = false;
  bool embeds = false;
  bool reranks = false;
};

// What it does at the moment, and has done.
struct ServiceLoad {
  uint32_t running = 0;
  uint32_t waiting = 0;
  uint32_t blocks = 0;  // of the KV cache
  uint32_t blocks_in_use = 0;
  uint32_t blocks_cached = 0;
  uint64_t prompt_tokens = 0;
  uint64_t cached_tokens = 0;
  uint64_t generated_tokens = 0;
};

class Service {
 public:
  // Errors: what is wrong with the file or its template; unsupported (an architecture, a renderer
  // or a parser that is not known); resource_exhausted.
  static Result<std::unique_ptr<Service>> load(std::shared_ptr<const gguf::File> file,
                                               const LoadOptions& options,
                                               const PromptStyle& style);
  virtual ~Service() = default;

  // Takes a request. What is wrong with it comes as its Error; what needs no step is answered
  // before this returns.
  virtual void submit(ServiceId id, Request request, ServiceSink& sink) = 0;

  // The request ends in the next step: a generation with GenerateDone and kCancelled, others with
  // an Error. Nothing happens if it is not there any more.
  virtual void cancel(ServiceId id) = 0;

  // One step for all requests; true while there is work left.
  virtual bool step(ServiceSink& sink) = 0;

  virtual const ServiceFacts& facts() const = 0;
  virtual ServiceLoad current_load() const = 0;
};

}  // namespace lar::runtime
