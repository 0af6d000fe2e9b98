#include "store/digest.h"

#include <gtest/gtest.h>

#include "store/sha256.h"

namespace lar::store {
namespace {

const std::string kHex(64, 'a');

TEST(Digest, ReadsBothSeparatorsAndWritesEachForm) {
  for (const char* separator : {":", "-"}) {
    const auto digest = Digest::parse(std::string("sha256") + separator + kHex);
    ASSERT_TRUE(digest);
    EXPECT_EQ(digest->str(), "sha256:" + kHex);
    EXPECT_EQ(digest->file_name(), "sha256-" + kHex);
    EXPECT_EQ(digest->short_id(), kHex.substr(0, 12));
  }
}

// V01: the digests that a hostile registry or client sends.
TEST(Digest, RefusesEverythingElse) {
  std::string with_nul = "sha256:" + kHex;
  with_nul[20] = '\0';
  const std::string upper = "sha256:" + std::string(64, 'A');
  const std::string mixed = "sha256:" + std::string(63, 'a') + "F";
  for (const std::string& text : {std::string(),
                                  std::string("sha256:"),
                                  "sha256" + kHex,
                                  "sha256_" + kHex,
                                  "SHA256:" + kHex,
                                  "sha512:" + kHex,
                                  "sha256:" + kHex.substr(1),
                                  "sha256:" + kHex + "a",
                                  upper,
                                  mixed,
                                  with_nul,
                                  "sha256:" + kHex + "\n",
                                  " sha256:" + kHex,
                                  "sha256:" + kHex.substr(1) + "g",
                                  std::string("sha256:../../../../../../etc/passwd"),
                                  "sha256:/" + kHex.substr(1),
                                  "sha256:..%2f" + kHex.substr(5),
                                  "sha256:" + kHex.substr(2) + "\xd9\xa1",
                                  "sha256::" + kHex.substr(1),
                                  "sha256:" + kHex.substr(3) + "\xef\xbc\x91",
                                  kHex}) {
    EXPECT_FALSE(Digest::parse(text)) << text;
  }
}

TEST(Digest, FindsDigestsAnywhereInText) {
  const auto found = digests_in("x sha256sha256:" + kHex + "\"sha256-" + std::string(64, '1') +
                                "0 sha256:" + std::string(63, '2'));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].hex(), kHex);
  EXPECT_EQ(found[1].hex(), std::string(64, '1'));
}

TEST(Sha256, MatchesTheStandardsExamplesAndStartsAnew) {
  EXPECT_EQ(sha256("").hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc").hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 hash;
  hash.update("a");
  hash.update("bc");
  EXPECT_EQ(hash.finish(), sha256("abc"));
  EXPECT_EQ(hash.finish(), sha256(""));
}

}  // namespace
}  // namespace lar::store
