// What is known of the models in the store, kept so that lists are quick: a model's description
// depends only on its manifest, which has a digest.
//
// Every method blocks on the disk now and then: call them through EventLoop::blocking. Thread-safe.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "chat/selection.h"
#include "gguf/reader.h"
#include "store/model_data.h"
#include "store/store.h"

namespace lar::server {

// A model's description. Parts whose blobs are missing or damaged are empty.
struct ModelCard {
  store::ConfigBlob config;
  std::string parent_model;
  std::vector<std::string> capabilities;
  chat::ModelFacts facts;
  bool raw_vectors = false;  // an old file whose vectors /api/embeddings gives as they are
  bool complete = true;      // everything could be read
};

struct ListedModel {
  store::StoredManifest stored;
  std::shared_ptr<const ModelCard> card;
};

// The models, newest first.
using ModelList = std::vector<ListedModel>;

class ModelCatalog {
 public:
  // How old a list may be: what other processes do to the store shows within this time.
  static constexpr std::chrono::milliseconds kFreshFor{100};

  explicit ModelCatalog(const store::Store& store) : store_(store) {}  // borrowed

  Result<std::shared_ptr<const ModelList>> list();
  // What `write` makes of the list; made once for each list, however many ask for it. There is one
  // such text: every caller passes the same function.
  Result<std::shared_ptr<const std::string>> list_text(std::string (*write)(const ModelList&));
  std::shared_ptr<const ModelCard> card(const store::StoredManifest& stored);

  // The next list is read anew: call it after a change of the store.
  void invalidate();

 private:
  const store::Store& store_;
  std::mutex mutex_;  // guards what follows
  std::map<store::Digest, std::shared_ptr<const ModelCard>> cards_;
  std::shared_ptr<const ModelList> list_;
  std::shared_ptr<const ModelList> text_of_;
  std::shared_ptr<const std::string> text_;
  std::chrono::steady_clock::time_point read_at_{};
  uint64_t changes_ = 0;

  std::mutex reading_;  // one reads, the others wait for what it finds
};

// The GGUF file of a blob, opened without a check of its digest: for what its header says. Errors
// name the blob, never a path.
Result<std::shared_ptr<const gguf::File>> open_gguf(const store::Store& store,
                                                    const store::Digest& digest);

}  // namespace lar::server
