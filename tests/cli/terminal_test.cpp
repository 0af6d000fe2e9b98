// What commands print: tables, bars, moments.
#include <gtest/gtest.h>

#include "cli/moments.h"
#include "cli/server_client.h"
#include "cli/terminal/progress.h"
#include "cli/terminal/table.h"

namespace lar::cli {
namespace {

using namespace std::chrono_literals;

TEST(Table, ColumnsAreFourBlanksApartAndPadded) {
  Table table({"NAME", "ID"});
  EXPECT_EQ(table.str(), "NAME    ID \n");
  table.add({"tale:latest", "4fcfc9e3546c"});
  table.add({"x", ""});
  EXPECT_EQ(table.str(),
            "NAME           ID           \n"
            "tale:latest    4fcfc9e3546c    \n"
            "x                              \n");
}

TEST(Table, WidthsAreThoseOfATerminal) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("\u00e9"), 1U);
  EXPECT_EQ(display_width("\u4e2d\u6587"), 4U);
  EXPECT_EQ(display_width("\xff"), 1U);
}

TEST(Bar, ShowsWhatIsDoneAndHowFast) {
  const Bar::Clock::time_point start{};
  Bar bar("pulling a1b2c3d4e5f6:", 4'661'211'424, 0, start);
  for (int second = 1; second <= 10; ++second) {
    bar.set(static_cast<uint64_t>(second) * 100'000'000, start + std::chrono::seconds(second));
  }
  const std::string line = bar.line(100, start + 10s);
  EXPECT_TRUE(line.starts_with("pulling a1b2c3d4e5f6:  21% \u2595")) << line;
  EXPECT_NE(line.find("1 GB/4.7 GB"), std::string::npos) << line;
  EXPECT_NE(line.find("100 MB/s"), std::string::npos) << line;
  EXPECT_NE(line.find("36s"), std::string::npos) << line;
  EXPECT_EQ(display_width(line), 97U) << line;
}

TEST(Bar, DoneShowsTheTotalAlone) {
  Bar bar("x:", 1'000'000, 0, {});
  bar.set(1'000'000, Bar::Clock::time_point(1s));
  const std::string line = bar.line(60, Bar::Clock::time_point(5s));
  EXPECT_TRUE(line.starts_with("x: 100% ")) << line;
  EXPECT_TRUE(line.ends_with("  1 MB")) << line;
}

TEST(Bar, TimeLeft) {
  EXPECT_EQ(short_eta(45s), "45s");
  EXPECT_EQ(short_eta(4min + 28s), "4m28s");
  EXPECT_EQ(short_eta(2h + 7min + 5s), "2h7m");
  EXPECT_EQ(short_eta(1000h), "99h+");
}

TEST(Moments, ReadTimesOfTheApi) {
  const auto utc = parse_rfc3339("2026-11-27T06:10:34Z");
  const auto east = parse_rfc3339("2026-11-27T08:10:34.5+02:00");
  ASSERT_TRUE(utc && east);
  EXPECT_EQ(*east - *utc, 500ms);
  for (const char* text : {"", "2026", "2026-13-01T00:00:00Z", "2026-11-27T06:10:34",
                           "2026-11-27T06:10:34Zx", "0001-01-01T00:00:00Z"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
  EXPECT_EQ(moment_ago("0001-01-01T00:00:00Z"), "Never");
  EXPECT_EQ(moment_until("2318-01-01T00:00:00Z"), "Forever");
  EXPECT_EQ(moment_until("2001-01-01T00:00:00Z"), "Stopping...");
}

TEST(ServerUrl, ReadsOllamaHost) {
  EXPECT_EQ(server_url(""), "http://127.0.0.1:11434");
  EXPECT_EQ(server_url("1.2.3.4"), "http://1.2.3.4:11434");
  EXPECT_EQ(server_url(":1234"), "http://127.0.0.1:1234");
  EXPECT_EQ(server_url("example.com:56789"), "http://example.com:56789");
  EXPECT_EQ(server_url("http://example.com"), "http://example.com:80");
  EXPECT_EQ(server_url("https://example.com/ollama/"), "https://example.com:443/ollama");
  EXPECT_EQ(server_url("example.com:x"), "http://example.com:11434");
  EXPECT_EQ(server_url("[::1]:1337"), "http://[::1]:1337");
  EXPECT_EQ(server_url("[::1]"), "http://[::1]:11434");
  EXPECT_EQ(server_url("\"0.0.0.0\""), "http://0.0.0.0:11434");
}

}  // namespace
}  // namespace lar::cli
