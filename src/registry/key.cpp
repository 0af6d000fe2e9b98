#include "registry/key.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <memory>

#include "registry/base64.h"
#include "store/file.h"
#include "store/temp_file.h"

namespace lar::registry {
namespace {

constexpr std::string_view kKind = "ssh-ed25519";
constexpr std::string_view kMagic("openssh-key-v1\0", 15);
constexpr std::string_view kBegin = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
constexpr std::string_view kEnd = "-----END OPENSSH PRIVATE KEY-----\n";
constexpr size_t kPublicBytes = 32;
constexpr size_t kLineBytes = 70;

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::unexpected<Error> corrupt() {
  return fail(Code::kDataCorrupt, "the key file is not an OpenSSH private key");
}

void put_u32(std::string& out, size_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xFFU);
}

void put_string(std::string& out, std::string_view text) {
  put_u32(out, text.size());
  out += text;
}

std::optional<uint32_t> take_u32(std::string_view& in) {
  if (in.size() < 4) return std::nullopt;
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8U | static_cast<uint8_t>(in[i]);
  in.remove_prefix(4);
  return value;
}

std::optional<std::string_view> take_string(std::string_view& in) {
  const auto size = take_u32(in);
  if (!size || *size > in.size()) return std::nullopt;
  const auto text = in.substr(0, *size);
  in.remove_prefix(*size);
  return text;
}

std::string public_blob(std::string_view public_key) {
  std::string blob;
  put_string(blob, kKind);
  put_string(blob, public_key);
  return blob;
}

// The bytes between the first and last line of a PEM file.
std::optional<std::string> unwrap(std::string_view file) {
  const auto begin = file.find("-----BEGIN OPENSSH PRIVATE KEY-----");
  const auto end = file.find("-----END OPENSSH PRIVATE KEY-----");
  if (begin == std::string_view::npos || end == std::string_view::npos) return std::nullopt;
  const size_t body = begin + kBegin.size() - 1;
  if (end < body) return std::nullopt;
  std::string text;
  for (const char c : file.substr(body, end - body)) {
    if (c != '\n' && c != '\r' && c != ' ' && c != '\t') text += c;
  }
  return base64_decode(text);
}

// Puts a new file in its place, or finds that another process was quicker.
Result<void> write_new(const std::filesystem::path& path, std::string_view text, mode_t mode) {
  const auto temporary = path.parent_path() / (".lar-key-" + store::random_name());
  LAR_TRY(const auto fd,
          store::open_file(temporary, O_WRONLY | O_CREAT | O_EXCL, "key file", mode));
  auto written = store::write_at(fd, 0, std::as_bytes(std::span(text)), "key file");
  if (written) written = store::sync_file(fd, "key file");
  if (written && link(temporary.c_str(), path.c_str()) != 0 && errno != EEXIST) {
    written = store::system_error(errno, "key file");
  }
  unlink(temporary.c_str());
  return written;
}

}  // namespace

Result<Key> Key::from_seed(std::string_view seed) {
  const std::unique_ptr<EVP_PKEY, FreeKey> pkey(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes_of(seed), seed.size()));
  Key key;
  key.seed_ = seed;
  key.public_.resize(kPublicBytes);
  size_t size = kPublicBytes;
  if (!pkey || EVP_PKEY_get_raw_public_key(
                   pkey.get(), reinterpret_cast<unsigned char*>(key.public_.data()), &size) != 1) {
    return fail(Code::kDataCorrupt, "not a key");
  }
  return key;
}

Result<Key> Key::generate() {
  std::string seed(kSeedBytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(seed.data()), static_cast<int>(seed.size())) !=
      1) {
    return fail(Code::kUnavailable, "no random numbers");
  }
  return from_seed(seed);
}

Result<Key> Key::parse(std::string_view file) {
  const auto blob = unwrap(file);
  if (!blob || !std::string_view(*blob).starts_with(kMagic)) return corrupt();
  std::string_view in = std::string_view(*blob).substr(kMagic.size());
  const auto cipher = take_string(in);
  const auto derivation = take_string(in);
  const auto options = take_string(in);
  const auto count = take_u32(in);
  const auto public_part = take_string(in);
  auto private_part = take_string(in);
  if (!cipher || !derivation || !options || !count || !public_part || !private_part) {
    return corrupt();
  }
  if (*cipher != "none") return fail(Code::kUnsupported, "the key file has a passphrase");
  if (*count != 1) return fail(Code::kUnsupported, "the key file holds several keys");
  const auto check = take_u32(*private_part);
  const auto check_again = take_u32(*private_part);
  const auto kind = take_string(*private_part);
  if (!check || check != check_again || !kind) return corrupt();
  if (*kind != kKind) return fail(Code::kUnsupported, "the key is not an Ed25519 key");
  const auto public_key = take_string(*private_part);
  const auto secret = take_string(*private_part);
  if (!public_key || !secret || secret->size() != kSeedBytes + kPublicBytes) return corrupt();
  LAR_TRY(auto key, from_seed(secret->substr(0, kSeedBytes)));
  if (key.public_ != *public_key) return corrupt();
  return key;
}

std::string Key::private_file() const {
  std::string check(4, '\0');
  RAND_bytes(reinterpret_cast<unsigned char*>(check.data()), static_cast<int>(check.size()));
  std::string secret = check + check;
  put_string(secret, kKind);
  put_string(secret, public_);
  put_string(secret, seed_ + public_);
  put_string(secret, "");
  for (char pad = 1; secret.size() % 8 != 0; ++pad) secret += pad;

  std::string blob(kMagic);
  put_string(blob, "none");
  put_string(blob, "none");
  put_string(blob, "");
  put_u32(blob, 1);
  put_string(blob, public_blob(public_));
  put_string(blob, secret);

  std::string out(kBegin);
  const std::string text = base64_encode(blob);
  for (size_t i = 0; i < text.size(); i += kLineBytes) out += text.substr(i, kLineBytes) + '\n';
  return out + std::string(kEnd);
}

std::string Key::public_base64() const {
  return base64_encode(public_blob(public_));
}

std::string Key::public_line() const {
  return std::string(kKind) + ' ' + public_base64();
}

Result<std::string> Key::sign(std::string_view text) const {
  const std::unique_ptr<EVP_PKEY, FreeKey> pkey(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes_of(seed_), seed_.size()));
  const std::unique_ptr<EVP_MD_CTX, FreeKey> context(EVP_MD_CTX_new());
  std::string signature(64, '\0');
  size_t size = signature.size();
  if (!pkey || !context ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, pkey.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     bytes_of(text), text.size()) != 1) {
    return fail(Code::kInternal, "signing failed");
  }
  return public_base64() + ':' + base64_encode(signature);
}

Result<Key> Key::load_or_create(const std::filesystem::path& path) {
  auto text = store::read_small_file(path, kKeyFileBytesMax, "key file");
  if (!text && text.error().code == Code::kNotFound) {
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);
    if (error) return store::system_error(error.value(), "folder of the key file");
    LAR_TRY(const Key key, generate());
    LAR_TRY(write_new(path, key.private_file(), 0600));
    text = store::read_small_file(path, kKeyFileBytesMax, "key file");
    if (text) {
      LAR_TRY(const Key kept, parse(*text));
      LAR_TRY(write_new(path.string() + ".pub", kept.public_line() + '\n', 0644));
    }
  }
  if (!text) return std::unexpected(text.error());
  return parse(*text);
}

}  // namespace lar::registry
