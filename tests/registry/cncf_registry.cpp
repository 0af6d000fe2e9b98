#include "cncf_registry.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fstream>
#include <thread>

#include "registry/base64.h"
#include "support/data.h"

namespace lar::registry::test {
namespace {

constexpr const char* kService = "lar-test";

std::string url_safe(std::string text) {
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  text.erase(std::min(text.find('='), text.size()));
  return text;
}

BIO* reader(const std::string& pem) {
  return BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
}

std::string der_of(const std::string& certificate) {
  BIO* bio = reader(certificate);
  X509* x509 = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(x509, &bytes);
  std::string der(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
  OPENSSL_free(bytes);
  X509_free(x509);
  return der;
}

// The two numbers of an ECDSA signature, one after the other, as JWS wants them.
std::string es256(const std::string& key_pem, const std::string& text) {
  BIO* bio = reader(key_pem);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  std::string der(200, '\0');
  size_t size = der.size();
  EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key);
  EVP_DigestSign(context, reinterpret_cast<unsigned char*>(der.data()), &size,
                 reinterpret_cast<const unsigned char*>(text.data()), text.size());
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  const auto* begin = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &begin, static_cast<long>(size));
  std::string raw(64, '\0');
  auto* out = reinterpret_cast<unsigned char*>(raw.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(signature), out, 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature), out + 32, 32);
  ECDSA_SIG_free(signature);
  return raw;
}

std::string find_program() {
  for (const char* path : {"/usr/bin/docker-registry", "/usr/bin/registry"}) {
    if (access(path, X_OK) == 0) return path;
  }
  return "";
}

}  // namespace

bool CncfRegistry::is_installed() {
  return !find_program().empty();
}

CncfRegistry::CncfRegistry(const std::filesystem::path& folder, const CncfOptions& options) {
  std::filesystem::create_directories(folder / "data");
  std::string config = fmt::format(
      "version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {}\n"
      "http:\n  addr: 127.0.0.1:0\n  secret: x\n",
      (folder / "data").string());
  if (!options.certificate_pem.empty()) {
    std::ofstream(folder / "server.pem") << options.certificate_pem;
    config += fmt::format("  tls:\n    certificate: {0}\n    key: {0}\n",
                          (folder / "server.pem").string());
  }
  if (!options.token_issuer_pem.empty()) {
    std::ofstream(folder / "issuer.pem") << options.token_issuer_pem;
    // The realm is filled in by the proxy, whose port is not known yet.
    config += fmt::format(
        "auth:\n  token:\n    realm: http://realm.invalid/token\n    service: {}\n"
        "    issuer: issuer\n    rootcertbundle: {}\n",
        kService, (folder / "issuer.pem").string());
  }
  std::ofstream(folder / "config.yml") << config;
  const auto log = folder / "log";
  const std::string program = find_program();
  pid_ = fork();
  if (pid_ == 0) {
    const int fd = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    dup2(fd, 1);
    dup2(fd, 2);
    execl(program.c_str(), program.c_str(), "serve", (folder / "config.yml").c_str(), nullptr);
    _exit(127);
  }
  const std::string mark = "listening on ";
  for (int i = 0; i < 400 && host_.empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
    const std::string text = std::filesystem::exists(log) ? lar::test::read_file(log) : "";
    const size_t at = text.find(mark);
    if (at == std::string::npos) continue;
    const size_t begin = at + mark.size();
    const size_t end = text.find_first_not_of("0123456789.:", begin);
    if (end != std::string::npos) host_ = text.substr(begin, end - begin);
  }
}

CncfRegistry::~CncfRegistry() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

std::string RecordedRequest::header(std::string_view name) const {
  return lar::test::PeerRequest{"", "", headers, ""}.header(name);
}

std::string TokenIssuer::token(const std::string& service, const std::string& repository) const {
  const auto now = time(nullptr);
  const std::string header = fmt::format(R"({{"typ":"JWT","alg":"ES256","x5c":["{}"]}})",
                                         base64_encode(der_of(authority_.certificate)));
  const std::string claims =
      fmt::format(R"({{"iss":"issuer","sub":"","aud":"{}","exp":{},"nbf":{},"iat":{},"jti":"{}",)"
                  R"("access":[{{"type":"repository","name":"{}","actions":["pull","push"]}}]}})",
                  service, now + 300, now - 300, now, now, repository);
  const std::string text = url_safe(base64_encode(header)) + "." + url_safe(base64_encode(claims));
  return text + "." + url_safe(base64_encode(es256(authority_.key, text)));
}

RecordingProxy::RecordingProxy(std::string target_host, const TokenIssuer* issuer)
    : target_host_(std::move(target_host)),
      issuer_(issuer),
      http_(*net::HttpClient::create({})),
      peer_([this](lar::test::PeerConnection& connection) { serve(connection); }) {}

void RecordingProxy::serve(lar::test::PeerConnection& connection) {
  while (const auto request = connection.read_request()) {
    RecordedRequest record{request->method + " " + request->target, request->headers,
                           request->body.size(), 0};
    if (issuer_ != nullptr && request->target.starts_with("/token?")) {
      const bool is_signed = request->header("Authorization").size() > 100;
      record.status = is_signed ? 200 : 403;
      {
        const std::scoped_lock lock(mutex_);
        requests_.push_back(record);
      }
      connection.answer(record.status,
                        fmt::format("{{\"token\":\"{}\"}}", issuer_->token(kService, "lib/tale")));
      continue;
    }
    net::HttpRequest onward{.method = request->method,
                            .url = "http://" + target_host_ + request->target,
                            .body = request->body,
                            .body_bytes_max = 64U << 20U};
    for (const auto& [name, value] : request->headers) {
      if (name != "Content-Length") onward.headers.push_back({name, value});
    }
    const auto response = http_->perform(onward);
    if (!response) return;
    record.status = response->status;
    {
      const std::scoped_lock lock(mutex_);
      requests_.push_back(record);
    }
    std::vector<std::pair<std::string, std::string>> headers;
    for (const auto& header : response->headers) {
      std::string value = header.value;
      const std::string realm = "http://realm.invalid";
      if (const size_t at = value.find(realm); at != std::string::npos) {
        value.replace(at, realm.size(), "http://" + host());
      }
      headers.emplace_back(header.name, value);
    }
    if (!connection.answer(response->status, response->body, headers, request->method != "HEAD")) {
      return;
    }
  }
}

std::vector<RecordedRequest> RecordingProxy::requests() const {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

}  // namespace lar::registry::test
