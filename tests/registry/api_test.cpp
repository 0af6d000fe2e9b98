// /api/pull and /api/push of a running server.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <thread>

#include "fixture.h"
#include "serving.h"
#include "store/sha256.h"

namespace lar::registry {
namespace {

using namespace std::chrono_literals;
using test::ContentFault;
using test::FakeRegistry;
using test::PeerRequest;
using test::Serving;
using test::verdict;

constexpr size_t kMiB = 1U << 20U;

class TransferApi : public ::testing::Test {
 protected:
  std::string body(const std::string& model, const std::string& more = "") const {
    return fmt::format(R"({{"model":"{}/lib/{}","insecure":true{}}})", fake_.host(), model, more);
  }

  lar::test::TempDir dir_;
  FakeRegistry fake_;
};

// An address of this machine that is not loopback, or "".
std::string outer_address() {
  ifaddrs* all = nullptr;
  std::string found;
  if (getifaddrs(&all) != 0) return found;
  for (const ifaddrs* each = all; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr || each->ifa_addr->sa_family != AF_INET) continue;
    char text[INET_ADDRSTRLEN];
    const auto* address = reinterpret_cast<const sockaddr_in*>(each->ifa_addr);
    inet_ntop(AF_INET, &address->sin_addr, text, sizeof text);
    if (!std::string_view(text).starts_with("127.")) found = text;
  }
  freeifaddrs(all);
  return found;
}

TEST_F(TransferApi, PullsAndPushesInOllamasForm) {
  const std::string weights = test::random_bytes(1, 100'000);
  const std::string manifest = fake_.add_model("lib/tale", "one", {weights}, "{}");
  const Serving server(dir_.path());
  ASSERT_TRUE(server.started()) << server.log();
  const auto layer = [](const std::string& verb, const std::string& content) {
    const auto digest = store::sha256(content);
    return fmt::format(R"({{"status":"{} {}","digest":"{}","total":{}}})", verb, digest.short_id(),
                       digest.str(), content.size());
  };
  auto answer = server.post("/api/pull", body("tale:one"));
  ASSERT_TRUE(answer) << answer.error().message << server.log();
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(*answer->header("Content-Type"), "application/x-ndjson");
  EXPECT_TRUE(answer->body.starts_with("{\"status\":\"pulling manifest\"}\n" +
                                       layer("pulling", weights) + "\n"))
      << answer->body;
  EXPECT_NE(answer->body.find("\"total\":100000,\"completed\":100000}\n"), std::string::npos);
  EXPECT_TRUE(
      answer->body.ends_with("{\"status\":\"verifying sha256 digest\"}\n"
                             "{\"status\":\"writing manifest\"}\n"
                             "{\"status\":\"success\"}\n"));
  answer = server.post("/api/pull", body("tale:one", ",\"stream\":false"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "{\"status\":\"success\"}");
  EXPECT_EQ(*answer->header("Content-Type"), "application/json; charset=utf-8");

  answer = server.post("/api/copy", fmt::format(R"({{"source":"{0}/lib/tale:one",)"
                                                R"("destination":"{0}/lib/copy:two"}})",
                                                fake_.host()));
  ASSERT_EQ(answer->status, 200);
  answer = server.post("/api/push", body("copy:two"));
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->body.starts_with("{\"status\":\"retrieving manifest\"}\n" +
                                       layer("pushing", weights) + "\n"))
      << answer->body;
  EXPECT_TRUE(
      answer->body.ends_with("{\"status\":\"pushing manifest\"}\n{\"status\":\"success\"}\n"));
  EXPECT_EQ(fake_.manifest("lib/copy", "two").value_or("") + "\n", manifest);
}

TEST_F(TransferApi, ErrorsAreOllamas) {
  const Serving server(dir_.path());
  ASSERT_TRUE(server.started()) << server.log();
  const auto ask = [&](const char* path, const std::string& json) {
    const auto answer = server.post(path, json);
    return answer ? fmt::format("{} {}", answer->status, answer->body) : answer.error().message;
  };
  EXPECT_EQ(ask("/api/pull", R"({"model":"bad name!!"})"), R"(400 {"error":"invalid model name"})");
  EXPECT_EQ(ask("/api/pull", "{}"), R"(400 {"error":"invalid model name"})");
  EXPECT_EQ(ask("/api/push", "{}"), R"(400 {"error":"model is required"})");
  EXPECT_EQ(ask("/api/push", R"({"model":"bad name!!","stream":false})"),
            R"(500 {"error":"unqualified name: registry.ollama.ai/library/bad name!!:latest"})");
  EXPECT_EQ(ask("/api/pull", body("none", ",\"stream\":false")),
            R"(500 {"error":"pull model manifest: file does not exist"})");
  EXPECT_EQ(ask("/api/pull", body("none")),
            "200 {\"status\":\"pulling manifest\"}\n"
            "{\"error\":\"pull model manifest: file does not exist\"}\n");
  EXPECT_EQ(ask("/api/pull",
                fmt::format(R"({{"model":"http://{}/lib/x","stream":false}})", fake_.host())),
            R"(500 {"error":"insecure protocol http"})");
  const std::string at_private =
      ask("/api/pull", fmt::format(R"({{"model":"{}/lib/x","stream":false}})", fake_.host()));
  EXPECT_NE(at_private.find("private network"), std::string::npos) << at_private;
}

TEST_F(TransferApi, AClientThatLeavesStopsThePull) {
  fake_.add_model("lib/tale", "one", {test::random_bytes(2, 64 * kMiB)});
  fake_.on_content = [](const PeerRequest&, uint64_t) {
    return ContentFault{.bytes_per_second = 4 * kMiB};
  };
  const Serving server(dir_.path());
  ASSERT_TRUE(server.started()) << server.log();
  std::stop_source stop;
  std::jthread leaver([&] {
    std::this_thread::sleep_for(700ms);
    stop.request_stop();
  });
  const auto answer = server.post("/api/pull", body("tale:one"), "127.0.0.1", {}, stop.get_token());
  EXPECT_FALSE(answer);
  std::this_thread::sleep_for(1s);
  const uint64_t sent = fake_.blob_bytes_sent();
  EXPECT_GT(sent, 0U);
  std::this_thread::sleep_for(500ms);
  EXPECT_EQ(fake_.blob_bytes_sent(), sent) << "it goes on";
  verdict("API: the client leaves", "stops within 1 s", "stopped");
}

TEST_F(TransferApi, A14_InsecureIsForClientsOnThisMachine) {
  const std::string outside = outer_address();
  if (outside.empty()) GTEST_SKIP() << "this machine has no address but loopback";
  fake_.add_model("lib/tale", "one", {"weights"});
  {
    const Serving server(dir_.path(), "0.0.0.0:0", {"LAR_PUBLIC=1"});
    ASSERT_TRUE(server.started()) << server.log();
    const auto answer = server.post("/api/pull", body("tale:one", ",\"stream\":false"), outside);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 500);
    EXPECT_NE(answer->body.find("insecure registries are for clients on the server's machine"),
              std::string::npos)
        << answer->body;
    EXPECT_EQ(fake_.connections(), 0);
    verdict("A14 insecure, of a remote client", "refused", answer->body);
  }
  const Serving server(dir_.path(), "0.0.0.0:0",
                       {"LAR_PUBLIC=1", "LAR_INSECURE_REGISTRIES=" + fake_.host()});
  ASSERT_TRUE(server.started()) << server.log();
  const auto answer = server.post("/api/pull", body("tale:one", ",\"stream\":false"), outside);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "{\"status\":\"success\"}");
  verdict("A14 the same, listed by the operator", "done", answer->body);
}

TEST_F(TransferApi, TheKeyIsMadeAtTheStart) {
  const Serving server(dir_.path());
  ASSERT_TRUE(server.started()) << server.log();
  EXPECT_TRUE(std::filesystem::exists(dir_.path() / ".ollama" / "id_ed25519"));
  EXPECT_TRUE(
      lar::test::read_file(dir_.path() / ".ollama" / "id_ed25519.pub").starts_with("ssh-ed25519 "));
}

}  // namespace
}  // namespace lar::registry
