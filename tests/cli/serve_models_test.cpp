#include "cli/serve_models.h"

#include <gmock/gmock.h>

namespace lar::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ModelServing serving_with(const decltype(Environment::variables)& variables) {
  Environment environment;
  environment.variables = variables;
  auto serving = model_serving(environment);
  EXPECT_TRUE(serving) << serving.error().message;
  return serving.value_or(ModelServing{});
}

TEST(ServeModels, TheCacheHasATypeThatTheEngineHas) {
  EXPECT_EQ(serving_with({}).service.load.kv_type, DType::kF16);
  const auto q8 = serving_with({{"OLLAMA_KV_CACHE_TYPE", "q8_0"}});
  EXPECT_EQ(q8.service.load.kv_type, DType::kQ8_0);
  EXPECT_THAT(q8.warnings, IsEmpty());
  const auto q4 = serving_with({{"OLLAMA_KV_CACHE_TYPE", "q4_0"}});
  EXPECT_EQ(q4.service.load.kv_type, DType::kQ8_0);
  EXPECT_THAT(q4.warnings, ElementsAre(HasSubstr("\"q4_0\" is not supported, q8_0 is used")));
  EXPECT_THAT(q8.service.notes, IsEmpty());
  EXPECT_EQ(q4.service.notes, q4.warnings) << "clients are told as well";
  const auto other = serving_with({{"OLLAMA_KV_CACHE_TYPE", "q5_1"}});
  EXPECT_EQ(other.service.load.kv_type, DType::kF16);
  EXPECT_THAT(other.warnings, ElementsAre(HasSubstr("\"q5_1\" is not supported, f16 is used")));
}

TEST(ServeModels, TheSandboxIsWhatItIsToldToBe) {
  EXPECT_EQ(serving_with({}).sandbox, runner::SandboxMode::kBestEffort);
  EXPECT_EQ(serving_with({{"LAR_SANDBOX", "required"}}).sandbox, runner::SandboxMode::kRequired);
  EXPECT_EQ(serving_with({{"LAR_SANDBOX", "off"}}).sandbox, runner::SandboxMode::kOff);
  Environment odd;
  odd.variables = {{"LAR_SANDBOX", "maybe"}};
  EXPECT_FALSE(model_serving(odd));
}

}  // namespace
}  // namespace lar::cli
