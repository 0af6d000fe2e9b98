#include "certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace lar::registry::test {
namespace {

EVP_PKEY* new_key() {
  return EVP_EC_gen("P-256");
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<size_t>(size));
  BIO_free(bio);
  return text;
}

std::string pem(X509* certificate) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, certificate);
  return text_of(bio);
}

std::string pem(EVP_PKEY* key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  return text_of(bio);
}

void add_extension(X509* certificate, int nid, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509* new_certificate(const std::string& name, EVP_PKEY* key, int days) {
  constexpr long kDay = 24L * 3600;
  X509* certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1 + static_cast<long>(name.size()));
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3 * kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate), days * kDay);
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return certificate;
}

}  // namespace

Authority make_authority(const std::string& name) {
  EVP_PKEY* key = new_key();
  X509* certificate = new_certificate(name, key, 5);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(certificate, key, EVP_sha256());
  Authority authority{pem(certificate), pem(key)};
  X509_free(certificate);
  EVP_PKEY_free(key);
  return authority;
}

std::string make_certificate(const Authority& authority, const CertificateOptions& options) {
  BIO* bio =
      BIO_new_mem_buf(authority.certificate.data(), static_cast<int>(authority.certificate.size()));
  X509* issuer = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  bio = BIO_new_mem_buf(authority.key.data(), static_cast<int>(authority.key.size()));
  EVP_PKEY* issuer_key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  EVP_PKEY* key = new_key();
  X509* certificate = new_certificate("server", key, options.days);
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
  add_extension(certificate, NID_subject_alt_name, "IP:" + options.address);
  X509_sign(certificate, issuer_key, EVP_sha256());
  std::string text = pem(certificate) + pem(key);
  X509_free(certificate);
  X509_free(issuer);
  EVP_PKEY_free(key);
  EVP_PKEY_free(issuer_key);
  return text;
}

std::string make_self_signed(const CertificateOptions& options) {
  EVP_PKEY* key = new_key();
  X509* certificate = new_certificate("server", key, options.days);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  add_extension(certificate, NID_subject_alt_name, "IP:" + options.address);
  X509_sign(certificate, key, EVP_sha256());
  std::string text = pem(certificate) + pem(key);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return text;
}

}  // namespace lar::registry::test
