#include "support/data.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace lar::test {

std::filesystem::path shared_data(const std::string& relative) {
  if (const char* root = std::getenv("LAR_TEST_DATA"))
    return std::filesystem::path(root) / relative;
  return std::filesystem::path(LAR_SOURCE_DIR) / ".." / "shared" / "data" / relative;
}

std::filesystem::path source_path(const std::string& relative) {
  return std::filesystem::path(LAR_SOURCE_DIR) / relative;
}

std::filesystem::path lar_binary() {
  return std::filesystem::path(LAR_BINARY_DIR) / "lar";
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return std::move(out).str();
}

TempDir TempDir::in_memory() {
  const std::filesystem::path memory = "/dev/shm";
  return TempDir(std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path());
}

TempDir::TempDir() : TempDir(std::filesystem::temp_directory_path()) {}

TempDir::TempDir(const std::filesystem::path& parent) {
  std::string pattern = (parent / "lar-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) std::abort();
  path_ = pattern;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace lar::test
