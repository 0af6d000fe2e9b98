// One push. Internal to the module.
#pragma once

#include <stop_token>
#include <string>

#include "registry/progress.h"
#include "registry/session.h"
#include "store/store.h"

namespace lar::registry {

class Push {
 public:
  // All borrowed.
  Push(const store::Store& store,
       Session& session,
       const ProgressFunction& progress,
       const std::stop_token& stop)
      : store_(store), session_(session), progress_(progress), stop_(stop) {}

  Result<void> run(const store::ModelName& name);

 private:
  Result<void> push_blob(const store::Layer& layer);
  Result<bool> registry_has(const store::Layer& layer);
  Result<void> put_manifest(const store::ModelName& name, std::string bytes);
  void say(std::string status) const { progress_({.status = std::move(status)}); }
  NoticeFunction notice() const {
    return [this](const std::string& text) { say(text); };
  }

  const store::Store& store_;
  Session& session_;
  const ProgressFunction& progress_;
  const std::stop_token stop_;
};

}  // namespace lar::registry
