#include "support/npy.h"

#include <cstring>
#include <regex>

#include "support/data.h"

namespace lar::test {

Matrix read_npy(const std::filesystem::path& path) {
  const std::string bytes = read_file(path);
  if (bytes.size() < 10 || bytes.compare(1, 5, "NUMPY") != 0) return {};
  const auto length = static_cast<size_t>(static_cast<uint8_t>(bytes[8])) |
                      static_cast<size_t>(static_cast<uint8_t>(bytes[9])) << 8;
  const std::string header = bytes.substr(10, length);
  std::smatch match;
  if (header.find("'<f4'") == std::string::npos ||
      !std::regex_search(header, match, std::regex(R"(\((\d+), (\d+)\))"))) {
    return {};
  }
  Matrix matrix{.rows = std::stoull(match[1]), .cols = std::stoull(match[2])};
  matrix.data.resize(matrix.rows * matrix.cols);
  const size_t begin = 10 + length;
  if (bytes.size() < begin + matrix.data.size() * sizeof(float)) return {};
  std::memcpy(matrix.data.data(), bytes.data() + begin, matrix.data.size() * sizeof(float));
  return matrix;
}

}  // namespace lar::test
