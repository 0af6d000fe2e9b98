// A store, a fake registry, and a client with short deadlines.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "fake_registry.h"
#include "quick_config.h"
#include "registry/registry.h"
#include "store/store.h"
#include "support/data.h"

namespace lar::registry::test {

// `bytes` bytes that look random and depend on the seed.
std::string random_bytes(uint64_t seed, size_t bytes);

// A row of the table that is printed at the end of the run.
void verdict(const std::string& test_case, const std::string& expected, const std::string& got);

struct Outcome {
  Result<void> result;
  std::vector<Progress> lines;

  bool ok() const { return result.has_value(); }
  std::string error() const { return result ? "" : result.error().message; }
  Code code() const { return result ? Code::kInternal : result.error().code; }
  bool said(std::string_view part) const;
  bool monotone() const;  // no blob's progress ever decreased
};

class RegistryTest : public ::testing::Test {
 protected:
  RegistryTest();
  void restart();  // a new client, as after a restart of the server

  std::string name(const std::string& model) const { return fake_.host() + "/lib/" + model; }
  Outcome pull(const std::string& model,
               TransferOptions options = {.insecure = true},
               std::stop_token stop = {});
  Outcome push(const std::string& model, TransferOptions options = {.insecure = true});
  // The model is in the store with exactly these manifest bytes and undamaged blobs.
  void expect_stored(const std::string& model, const std::string& manifest) const;
  bool in_store(const std::string& model) const;

  lar::test::TempDir dir_ = lar::test::TempDir::in_memory();
  store::Store store_{dir_.path() / "models"};
  FakeRegistry fake_;
  RegistryConfig config_;
  std::unique_ptr<Registry> registry_;
};

}  // namespace lar::registry::test
