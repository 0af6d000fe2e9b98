// A small model whose every byte follows from a seed, for tests that store it, break it or are
// killed while they do.
#pragma once

#include <string>
#include <vector>

#include "store/store.h"

namespace lar::store::test {

// `bytes` bytes that look random.
std::string sample_bytes(uint64_t seed, size_t bytes);

struct SampleModel {
  std::vector<std::string> blobs;  // weights first, config last
  Manifest manifest;
};

// Weights of weight_bytes, a template, parameters, a licence that all seeds share, and a config.
SampleModel sample_model(uint64_t seed, size_t weight_bytes = 100'000);

// Stores it as create does: lease, blobs, manifest, what the old manifest alone used.
Result<void> store_sample(const Store& store,
                          const std::string& name,
                          uint64_t seed,
                          size_t weight_bytes = 100'000);

// The same with the weights as a download.
Result<void> pull_sample(const Store& store,
                         const std::string& name,
                         uint64_t seed,
                         size_t weight_bytes);

}  // namespace lar::store::test
