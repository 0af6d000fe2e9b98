// Certificates for tests, made on the spot.
#pragma once

#include <string>

namespace lar::registry::test {

struct Authority {
  std::string certificate;  // PEM
  std::string key;          // PEM
};

struct CertificateOptions {
  std::string address;  // an IP address that the certificate is for
  int days = 2;         // from now; negative: it has expired
};

Authority make_authority(const std::string& name);

// Certificate and key in one PEM text.
std::string make_certificate(const Authority& authority, const CertificateOptions& options);
std::string make_self_signed(const CertificateOptions& options);

}  // namespace lar::registry::test
