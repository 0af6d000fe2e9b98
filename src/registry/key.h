// The Ed25519 key that says to a registry who pushes: Ollama's file, in OpenSSH's format, so that
// the key a user has registered with ollama.com keeps its meaning.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lar::registry {

inline constexpr size_t kKeyFileBytesMax = 16U << 10U;

class Key {
 public:
  static constexpr size_t kSeedBytes = 32;

  // Reads `path`, or makes a new key there (mode 0600, and `path`.pub beside it). Errors:
  // data_corrupt, unsupported (another kind of key, or one with a passphrase), unavailable.
  static Result<Key> load_or_create(const std::filesystem::path& path);

  static Result<Key> generate();
  static Result<Key> from_seed(std::string_view seed);
  // The text of an OpenSSH private key file without a passphrase.
  static Result<Key> parse(std::string_view file);

  std::string private_file() const;
  std::string public_line() const;  // "ssh-ed25519 <base64>"
  std::string public_base64() const;

  // "<public key>:<signature>", both in base64: what goes into the Authorization header.
  Result<std::string> sign(std::string_view text) const;

 private:
  Key() = default;

  std::string seed_;
  std::string public_;
};

}  // namespace lar::registry
