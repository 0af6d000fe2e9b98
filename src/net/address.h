// What kind of place a network address is: a registry's name or redirect must not lead a pull into
// the private network of the machine that pulls.
#pragma once

#include <string_view>

struct sockaddr;

namespace lar::net {

// False for loopback, private, link-local, unspecified, multicast, carrier and documentation
// ranges, for IPv6 addresses that carry such an IPv4 one, and for anything that is not IP.
bool is_public_address(const sockaddr* address);

// The same for text in a canonical numeric form; nullopt-like: `is_address` tells whether it is
// one.
bool is_address(std::string_view host);
bool is_public_address(std::string_view host);

// "localhost", "*.localhost" and loopback addresses.
bool is_loopback_host(std::string_view host);

// Whether `host` is an address within `network`: an address, or one with "/bits".
bool in_network(std::string_view host, std::string_view network);

}  // namespace lar::net
