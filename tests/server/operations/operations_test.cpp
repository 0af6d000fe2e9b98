#include <gmock/gmock.h>

#include <fstream>

#include "endpoint_harness.h"

namespace lar::test {
namespace {

using testing::HasSubstr;

class OperationsTest : public testing::Test, protected EndpointHarness {};

TEST_F(OperationsTest, IsReadyWhenItCanServe) {
  EXPECT_EQ(call("GET", "/health", nullptr).json()["status"], "ok");
  const Reply ready = call("GET", "/ready", nullptr);
  EXPECT_EQ(ready.status, 200) << ready.body;
  EXPECT_EQ(ready.json()["status"], "ready");
}

TEST_F(OperationsTest, SaysWhyItIsNotReady) {
  std::filesystem::remove_all(config.models);
  std::ofstream(config.models) << "no folder";
  const Reply ready = call("GET", "/ready", nullptr);
  EXPECT_EQ(ready.status, 503) << ready.body;
  EXPECT_THAT(ready.json()["error"].get<std::string>(), HasSubstr("folder of models"));
  EXPECT_EQ(call("GET", "/health", nullptr).status, 200) << "it lives nevertheless";
}

TEST_F(OperationsTest, GivesNumbersInPrometheusForm) {
  service.loaded.push_back({.model = {.name = "a\"b"}, .bytes = 12, .active = 2});
  const Reply reply = call("GET", "/metrics", nullptr);
  EXPECT_THAT(reply.type, HasSubstr("version=0.0.4"));
  EXPECT_THAT(reply.body, HasSubstr("# TYPE lar_requests_accepted_total counter\n"
                                    "lar_requests_accepted_total 0\n"));
  EXPECT_THAT(reply.body,
              HasSubstr("lar_model_memory_bytes{model=\"a\\\"b\",state=\"loading\"} 12\n"));
  EXPECT_THAT(reply.body, HasSubstr("process_resident_memory_bytes"));
}

}  // namespace
}  // namespace lar::test
