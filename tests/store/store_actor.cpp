// Does to a store what its arguments say, so that a test can make it fail or kill it on the way:
//   store_actor DIR {create NAME SEED | pull NAME SEED BYTES | remove NAME | copy FROM TO |
//                    gc - | churn - SEED STEPS}
// Exit status 0 if everything went well, 1 with the error on stderr otherwise.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <span>
#include <string>

#include "sample_model.h"
#include "store/gc.h"

extern "C" void lar_faults_mark(const char* text) __attribute__((weak));

namespace {

using lar::Result;
using lar::store::ModelName;
using lar::store::Store;

// Random creates, copies, removals and collections on six names that share layers.
Result<void> churn(const Store& store, uint64_t seed, int steps) {
  std::mt19937_64 random(seed);
  const auto name = [&] { return fmt::format("m{}", random() % 6); };
  for (int i = 0; i < steps; ++i) {
    Result<void> result;
    const auto first = ModelName::parse(name());
    const auto second = ModelName::parse(name());
    switch (random() % 4) {
      case 0: result = lar::store::test::store_sample(store, name(), random() % 4, 3000); break;
      case 1: {
        const auto copied = store.copy(*first, *second);
        if (!copied) result = std::unexpected(copied.error());
        break;
      }
      case 2: {
        const auto removed = store.remove(*first);
        if (!removed) result = std::unexpected(removed.error());
        break;
      }
      default: {
        // The least age: what is pinned or named must stay whatever its age.
        const auto report = lar::store::collect_garbage(
            store,
            {.remove = true, .blob_age_min = std::chrono::seconds(0), .allow_no_manifests = true});
        if (!report) result = std::unexpected(report.error());
      }
    }
    if (!result && result.error().code != lar::Code::kNotFound) return result;
  }
  return {};
}

template <class T>
Result<void> done(const Result<T>& result) {
  if (!result) return std::unexpected(result.error());
  return {};
}

Result<void> act(const Store& store, std::span<char*> words) {
  const std::string verb = words[0];
  const std::string name = words[1];
  const auto number = [&](size_t i) { return std::strtoull(words[i], nullptr, 10); };
  if (verb == "create") return lar::store::test::store_sample(store, name, number(2), 3000);
  if (verb == "pull") return lar::store::test::pull_sample(store, name, number(2), number(3));
  if (verb == "remove") return done(store.remove(*ModelName::parse(name)));
  if (verb == "copy") {
    return done(store.copy(*ModelName::parse(name), *ModelName::parse(words[2])));
  }
  if (verb == "gc") {
    return done(lar::store::collect_garbage(
        store, {.remove = true, .blob_age_min = std::chrono::seconds(0)}));
  }
  return churn(store, number(2), static_cast<int>(number(3)));
}

size_t words_of(const std::string& verb) {
  if (verb == "create" || verb == "copy") return 3;
  return verb == "pull" || verb == "churn" ? 4 : 2;
}

}  // namespace

int main(int argc, char** argv) {
  const std::span args(argv, static_cast<size_t>(argc));
  const Store store(args[1]);
  for (size_t i = 2; i < args.size(); i += words_of(args[i])) {
    const auto result = act(store, args.subspan(i));
    if (!result) {
      std::fprintf(stderr, "%s: %s\n", std::string(lar::code_name(result.error().code)).c_str(),
                   result.error().message.c_str());
      return 1;
    }
    if (lar_faults_mark != nullptr) lar_faults_mark(args[i]);
  }
  return 0;
}
