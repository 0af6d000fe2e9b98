#include "cli/npy.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace lar::cli {
namespace {

std::unexpected<Error> write_error(const std::string& path) {
  return fail(Code::kUnavailable, path + ": " + std::strerror(errno));
}

}  // namespace

Result<NpyWriter> NpyWriter::create(const std::string& path, uint64_t rows, uint64_t cols) {
  NpyWriter writer;
  writer.path_ = path;
  writer.file_.reset(std::fopen(path.c_str(), "wb"));
  if (!writer.file_) return write_error(path);
  std::string header =
      fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", rows, cols);
  // Magic, version and length take 10 bytes; all of it ends with a newline at a multiple of 64.
  header.resize((10 + header.size() + 1 + 63) / 64 * 64 - 10 - 1, ' ');
  header += '\n';
  const auto length = static_cast<uint16_t>(header.size());
  const unsigned char prefix[] = {0x93,
                                  'N',
                                  'U',
                                  'M',
                                  'P',
                                  'Y',
                                  1,
                                  0,
                                  static_cast<unsigned char>(length & 0xFF),
                                  static_cast<unsigned char>(length >> 8)};
  if (std::fwrite(prefix, 1, sizeof(prefix), writer.file_.get()) != sizeof(prefix) ||
      std::fwrite(header.data(), 1, header.size(), writer.file_.get()) != header.size()) {
    return write_error(path);
  }
  return writer;
}

Result<void> NpyWriter::add(std::span<const float> row) {
  if (std::fwrite(row.data(), sizeof(float), row.size(), file_.get()) != row.size()) {
    return write_error(path_);
  }
  return {};
}

Result<void> NpyWriter::finish() {
  if (std::fclose(file_.release()) != 0) return write_error(path_);
  return {};
}

}  // namespace lar::cli
