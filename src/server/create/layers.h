// The layers of a model while it is being made, in the order in which its manifest will have them.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/manifest.h"
#include "store/store.h"

namespace lar::server {

class LayerList {
 public:
  // Both are borrowed.
  LayerList(const store::Store& store, store::Lease& lease) : store_(store), lease_(lease) {}

  const std::vector<store::Layer>& layers() const { return layers_; }

  // A blob that is in the store.
  void add(store::Layer layer);

  // A text, which is stored if it is new.
  Result<void> add_text(store::LayerKind kind, std::string_view text);

  // Takes out all of a kind.
  void remove(store::LayerKind kind);

  // Stores the config and writes the manifest under `name`.
  Result<store::ModelName> commit(const store::ModelName& name, std::string_view config);

  // What is told about each layer: "creating new layer sha256:..." and its like.
  std::vector<std::string> statuses() const;

 private:
  const store::Store& store_;
  store::Lease& lease_;
  std::vector<store::Layer> layers_;
  std::vector<std::string> statuses_;  // of the same layers
};

}  // namespace lar::server
