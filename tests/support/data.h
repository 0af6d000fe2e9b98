// Where tests find their inputs. Test data that is not in the repository stands beside it; a test
// whose data is missing is skipped and says so.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace lar::test {

// shared/data beside the checkout, or the directory named by LAR_TEST_DATA.
std::filesystem::path shared_data(const std::string& relative);

// A file or folder of the repository.
std::filesystem::path source_path(const std::string& relative);

// The built program.
std::filesystem::path lar_binary();

std::string read_file(const std::filesystem::path& path);

// A new empty directory, removed at the end of the scope.
class TempDir {
 public:
  // In memory, where the machine has such a place: for tests that sync often.
  static TempDir in_memory();

  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TempDir(const std::filesystem::path& parent);

  std::filesystem::path path_;
};

}  // namespace lar::test

#define LAR_REQUIRE_DATA(where)                                                        \
  if (!std::filesystem::exists(where)) {                                               \
    GTEST_SKIP() << "test data is missing: " << std::filesystem::path(where).string(); \
  }
