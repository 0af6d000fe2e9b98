#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>

namespace lar::net {
namespace {

struct Address {
  std::array<uint8_t, 16> bytes{};
  size_t size = 0;  // 4 or 16

  std::span<const uint8_t> span() const { return std::span(bytes).first(size); }
};

std::optional<Address> parse_address(std::string_view host) {
  const std::string text(host);
  Address address;
  if (inet_pton(AF_INET, text.c_str(), address.bytes.data()) == 1) {
    address.size = 4;
    return address;
  }
  if (inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1) {
    address.size = 16;
    return address;
  }
  return std::nullopt;
}

bool has_prefix(std::span<const uint8_t> bytes, std::span<const uint8_t> prefix, unsigned bits) {
  for (size_t i = 0; bits > 0; ++i) {
    const unsigned take = std::min(bits, 8U);
    const auto mask = static_cast<uint8_t>(0xFF00U >> take);
    if ((bytes[i] & mask) != (prefix[i] & mask)) return false;
    bits -= take;
  }
  return true;
}

struct Range {
  std::array<uint8_t, 16> prefix;
  unsigned bits;
};

// Special-purpose ranges of the IANA registries (RFC 6890 and its updates).
constexpr Range kSpecialV4[] = {
    {{0}, 8},              // this network
    {{10}, 8},             // private
    {{100, 64}, 10},       // carrier-grade NAT
    {{127}, 8},            // loopback
    {{169, 254}, 16},      // link-local: the metadata services of clouds
    {{172, 16}, 12},       // private
    {{192, 0, 0}, 24},     // protocol assignments
    {{192, 0, 2}, 24},     // documentation
    {{192, 88, 99}, 24},   // 6to4 relays
    {{192, 168}, 16},      // private
    {{198, 18}, 15},       // benchmarks
    {{198, 51, 100}, 24},  // documentation
    {{203, 0, 113}, 24},   // documentation
    {{224}, 4},            // multicast
    {{240}, 4},            // reserved, broadcast
};
constexpr Range kGlobalV6 = {{0x20}, 3};
constexpr Range kSpecialV6[] = {
    {{0x20, 0x01, 0x00, 0x00}, 23},  // protocol assignments, Teredo
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x3f, 0xff}, 20},              // documentation
};
constexpr Range kMappedV4 = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
constexpr Range kNat64 = {{0x00, 0x64, 0xff, 0x9b}, 96};
constexpr Range k6to4 = {{0x20, 0x02}, 16};

bool in_range(std::span<const uint8_t> bytes, const Range& range) {
  return has_prefix(bytes, range.prefix, range.bits);
}

bool is_public_v4(std::span<const uint8_t> bytes) {
  return std::ranges::none_of(kSpecialV4, [&](const Range& r) { return in_range(bytes, r); });
}

bool is_public(std::span<const uint8_t> bytes) {
  if (bytes.size() == 4) return is_public_v4(bytes);
  if (in_range(bytes, kMappedV4) || in_range(bytes, kNat64)) return is_public_v4(bytes.subspan(12));
  if (in_range(bytes, k6to4)) return is_public_v4(bytes.subspan(2, 4));
  return in_range(bytes, kGlobalV6) &&
         std::ranges::none_of(kSpecialV6, [&](const Range& r) { return in_range(bytes, r); });
}

}  // namespace

bool is_public_address(const sockaddr* address) {
  std::array<uint8_t, 16> bytes{};
  if (address->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof v4);
    std::memcpy(bytes.data(), &v4.sin_addr, 4);
    return is_public(std::span(bytes).first(4));
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, address, sizeof v6);
    std::memcpy(bytes.data(), &v6.sin6_addr, 16);
    return is_public(bytes);
  }
  return false;
}

bool is_address(std::string_view host) {
  return parse_address(host).has_value();
}

bool is_public_address(std::string_view host) {
  const auto address = parse_address(host);
  return address && is_public(address->span());
}

bool is_loopback_host(std::string_view host) {
  if (host == "localhost" || host.ends_with(".localhost")) return true;
  const auto address = parse_address(host);
  if (!address) return false;
  constexpr Range kLoopbackV4 = {{127}, 8};
  if (address->size == 4) return in_range(address->span(), kLoopbackV4);
  if (in_range(address->span(), kMappedV4)) {
    return in_range(address->span().subspan(12), kLoopbackV4);
  }
  return host == "::1";
}

bool in_network(std::string_view host, std::string_view network) {
  const size_t slash = network.find('/');
  const auto address = parse_address(host);
  const auto prefix = parse_address(network.substr(0, slash));
  if (!address || !prefix || address->size != prefix->size) return false;
  auto bits = static_cast<unsigned>(prefix->size * 8);
  if (slash != std::string_view::npos) {
    const std::string_view tail = network.substr(slash + 1);
    unsigned given = 0;
    const auto end = std::from_chars(tail.data(), tail.data() + tail.size(), given);
    if (end.ec != std::errc() || end.ptr != tail.data() + tail.size() || given > bits) return false;
    bits = given;
  }
  return has_prefix(address->span(), prefix->span(), bits);
}

}  // namespace lar::net
