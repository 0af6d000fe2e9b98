// pull_actor ROOT NAME: pulls in a process of its own, so that it can be killed. Exits with 0 if
// that went well; prints the error otherwise.
#include <cstdio>
#include <filesystem>

#include "quick_config.h"
#include "registry/registry.h"
#include "store/store.h"

int main(int argc, char** argv) {
  using namespace lar;
  if (argc != 3) return 2;
  const std::filesystem::path root = argv[1];
  const store::Store models(root / "models");
  auto config = registry::test::quick_config(root / "home");
  config.streams_max = 4;
  const auto client = registry::Registry::create(config, models);
  const auto name = store::ModelName::parse(argv[2]);
  if (!client || !name) return 2;
  const auto result =
      (*client)->pull(*name, {.insecure = true}, [](const registry::Progress&) {}, {});
  if (result) return 0;
  std::fprintf(stderr, "%s: %s\n", std::string(code_name(result.error().code)).c_str(),
               result.error().message.c_str());
  return 1;
}
