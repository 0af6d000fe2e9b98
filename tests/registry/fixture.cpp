#include "fixture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <random>

#include "store/verify.h"

namespace lar::registry::test {
namespace {

struct Row {
  std::string test_case;
  std::string expected;
  std::string got;
};

class Table : public ::testing::Environment {
 public:
  void add(Row row) { rows_.push_back(std::move(row)); }
  void TearDown() override {
    if (rows_.empty()) return;
    size_t first = 4;
    size_t second = 8;
    for (const auto& row : rows_) {
      first = std::max(first, row.test_case.size());
      second = std::max(second, row.expected.size());
    }
    fmt::print("\n{:{}} | {:{}} | got\n", "case", first, "expected", second);
    for (const auto& row : rows_) {
      fmt::print("{:{}} | {:{}} | {}\n", row.test_case, first, row.expected, second, row.got);
    }
  }

 private:
  std::vector<Row> rows_;
};

Table& table() {
  static auto* const kTable =
      static_cast<Table*>(::testing::AddGlobalTestEnvironment(new Table));  // gtest owns it
  return *kTable;
}
// Before main, while environments can be added.
[[maybe_unused]] const auto* const kRegistered = &table();

}  // namespace

void verdict(const std::string& test_case, const std::string& expected, const std::string& got) {
  table().add({test_case, expected, got});
}

std::string random_bytes(uint64_t seed, size_t bytes) {
  std::mt19937_64 random(seed);
  std::string out(bytes, '\0');
  for (size_t i = 0; i < bytes; i += 8) {
    const uint64_t word = random();
    std::memcpy(out.data() + i, &word, std::min<size_t>(8, bytes - i));
  }
  return out;
}

bool Outcome::said(std::string_view part) const {
  return std::ranges::any_of(
      lines, [&](const Progress& line) { return line.status.find(part) != std::string::npos; });
}

bool Outcome::monotone() const {
  std::map<std::string, uint64_t> last;
  for (const auto& line : lines) {
    if (line.digest.empty()) continue;
    auto& before = last[line.status];
    if (line.completed < before || line.completed > line.total) return false;
    before = line.completed;
  }
  return true;
}

RegistryTest::RegistryTest() : config_(quick_config(dir_.path() / "home")) {
  restart();
}

void RegistryTest::restart() {
  registry_.reset();
  registry_ = *Registry::create(config_, store_);
}

Outcome RegistryTest::pull(const std::string& model,
                           TransferOptions options,
                           std::stop_token stop) {
  std::vector<Progress> lines;
  const auto parsed = store::ModelName::parse(name(model));
  EXPECT_TRUE(parsed) << model;
  auto result =
      registry_->pull(*parsed, options, [&](const Progress& line) { lines.push_back(line); }, stop);
  return {std::move(result), std::move(lines)};
}

Outcome RegistryTest::push(const std::string& model, TransferOptions options) {
  std::vector<Progress> lines;
  auto result = registry_->push(*store::ModelName::parse(name(model)), options,
                                [&](const Progress& line) { lines.push_back(line); }, {});
  return {std::move(result), std::move(lines)};
}

void RegistryTest::expect_stored(const std::string& model, const std::string& manifest) const {
  const auto found = store_.find(*store::ModelName::parse(name(model)));
  ASSERT_TRUE(found) << model;
  const auto stored = store_.manifest(*found);
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->bytes, manifest);
  const auto report = store::verify(store_, {.threads = 1});
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->clean());
}

bool RegistryTest::in_store(const std::string& model) const {
  return store_.find(*store::ModelName::parse(name(model))).has_value();
}

}  // namespace lar::registry::test
