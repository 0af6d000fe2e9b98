// One pull. Internal to the module.
#pragma once

#include <memory>
#include <set>
#include <stop_token>
#include <string>

#include "registry/downloads.h"
#include "registry/progress.h"
#include "registry/session.h"
#include "store/store.h"

namespace lar::registry {

class Pull {
 public:
  // All borrowed but the session.
  Pull(const store::Store& store,
       Downloads& downloads,
       std::shared_ptr<Session> session,
       const ProgressFunction& progress,
       const std::stop_token& stop)
      : store_(store),
        downloads_(downloads),
        session_(std::move(session)),
        progress_(progress),
        stop_(stop) {}

  Result<void> run(const store::ModelName& name);

 private:
  // The bytes of the manifest, which have the digest that the name pins.
  Result<std::string> fetch_manifest(const store::ModelName& name);
  Result<std::string> fetch_manifest_at(std::string_view reference);
  Result<void> check_manifest(const store::Manifest& manifest) const;
  Result<void> check_room(const store::Manifest& manifest) const;
  Result<void> fetch_blob(const store::Layer& layer);
  // Whether the store has the blob undamaged. Says so where it is damaged.
  Result<bool> has_blob(const store::Layer& layer);
  void say(std::string status) const { progress_({.status = std::move(status)}); }

  const store::Store& store_;
  Downloads& downloads_;
  const std::shared_ptr<Session> session_;
  const ProgressFunction& progress_;
  const std::stop_token stop_;
};

}  // namespace lar::registry
