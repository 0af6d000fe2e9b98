#include "server/catalog.h"

#include <array>

#include "gguf/header.h"
#include "server/capabilities.h"
#include "store/file.h"

namespace lar::server {
namespace {

constexpr size_t kCardsMax = 10'000;

std::shared_ptr<const gguf::File> try_open(const store::Store& store,
                                           const std::vector<store::Layer>& layers) {
  if (layers.empty()) return nullptr;
  auto file = open_gguf(store, layers.back().digest);
  return file ? *file : nullptr;
}

std::string text_key(const gguf::File& file, std::string_view key) {
  const auto value = file.optional_string(key);
  return value && *value ? std::string(**value) : std::string();
}

bool has_raw_vectors(const gguf::File& file, const std::string& architecture) {
  const auto flag = file.optional_bool(architecture + ".normalize_embeddings");
  const std::optional<bool> normalize = flag ? *flag : std::nullopt;
  if (architecture == "nomic-bert") return !normalize.value_or(false);
  return architecture == "bert" &&
         (text_key(file, "tokenizer.ggml.model") != "bert" || !normalize.value_or(true));
}

ModelCard read_card(const store::Store& store, const store::StoredManifest& stored) {
  ModelCard card;
  const auto data = store::read_model(store, stored.manifest);
  if (!data) {
    card.complete = false;
    return card;
  }
  card.config = data->config;
  card.parent_model = data->parent_model;
  const auto weights = try_open(store, data->weights);
  const auto projector = try_open(store, data->projectors);
  card.facts = model_facts(*data, weights.get(), projector.get());
  if (weights != nullptr) card.raw_vectors = has_raw_vectors(*weights, card.facts.architecture);
  card.complete = data->weights.empty() || weights != nullptr;
  card.capabilities = capabilities_of(*data, weights.get(), projector.get());
  return card;
}

}  // namespace

Result<std::shared_ptr<const gguf::File>> open_gguf(const store::Store& store,
                                                    const store::Digest& digest) {
  const std::string name = "blob " + digest.str();
  LAR_TRY(const auto blob, store.blob(digest));
  LAR_TRY(const auto fd, store::open_regular(blob.path, name));
  const std::array<int, 1> fds = {fd.get()};
  return gguf::read_headers(fds, name);
}

std::shared_ptr<const ModelCard> ModelCatalog::card(const store::StoredManifest& stored) {
  {
    const std::scoped_lock lock(mutex_);
    if (const auto found = cards_.find(stored.digest); found != cards_.end()) return found->second;
  }
  auto card = std::make_shared<const ModelCard>(read_card(store_, stored));
  if (card->complete) {
    const std::scoped_lock lock(mutex_);
    if (cards_.size() >= kCardsMax) cards_.clear();
    cards_.emplace(stored.digest, card);
  }
  return card;
}

void ModelCatalog::invalidate() {
  const std::scoped_lock lock(mutex_);
  list_.reset();
  ++changes_;
}

Result<std::shared_ptr<const std::string>> ModelCatalog::list_text(
    std::string (*write)(const ModelList&)) {
  LAR_TRY(const auto models, list());
  {
    const std::scoped_lock lock(mutex_);
    if (text_of_ == models) return text_;
  }
  auto text = std::make_shared<const std::string>(write(*models));
  const std::scoped_lock lock(mutex_);
  text_of_ = models;
  text_ = text;
  return text;
}

Result<std::shared_ptr<const ModelList>> ModelCatalog::list() {
  const auto fresh = [this]() -> std::shared_ptr<const ModelList> {
    const std::scoped_lock lock(mutex_);
    const bool is_fresh = std::chrono::steady_clock::now() - read_at_ < kFreshFor;
    return is_fresh ? list_ : nullptr;
  };
  if (auto known = fresh()) return known;
  const std::scoped_lock reading(reading_);
  if (auto known = fresh()) return known;
  uint64_t changes = 0;
  {
    const std::scoped_lock lock(mutex_);
    changes = changes_;
  }
  LAR_TRY(auto listing, store_.list());
  auto models = std::make_shared<ModelList>();
  for (store::StoredManifest& stored : listing.models) {
    auto known = card(stored);
    models->push_back({std::move(stored), std::move(known)});
  }
  const std::scoped_lock lock(mutex_);
  if (changes == changes_) {
    list_ = models;
    read_at_ = std::chrono::steady_clock::now();
  }
  return std::shared_ptr<const ModelList>(std::move(models));
}

}  // namespace lar::server
