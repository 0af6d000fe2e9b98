// Model names and digests: our parsers and the grammar as an expression must agree on every input.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "name_grammar.h"
#include "store/digest.h"
#include "store/model_name.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

std::string parts(const lar::store::ModelName& name) {
  return name.scheme() + " " + name.host() + " " + name.name_space() + " " + name.model() + " " +
         name.tag() + " " + (name.pin() ? name.pin()->hex() : "");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using lar::store::Digest;
  using lar::store::ModelName;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto name = ModelName::parse(text);
  require((name ? parts(*name) : "invalid") == lar::store::test::name_by_grammar(text));
  if (name) {
    require(ModelName::parse(name->str())->relative_path() == name->relative_path());
    require(ModelName::parse(name->shortest())->same_model(*name));
  }
  const auto digest = Digest::parse(text);
  require(digest.has_value() == lar::store::test::is_digest_by_grammar(text));
  if (digest) require(digest->hex() == text.substr(7));
  return 0;
}
