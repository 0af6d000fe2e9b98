#include "modelfile/recipe.h"

#include <gtest/gtest.h>

namespace lar::modelfile {
namespace {

Result<Recipe> recipe(std::string_view text) {
  LAR_TRY(const auto file, parse(text));
  return make_recipe(file);
}

using Strings = std::vector<std::string>;

TEST(Recipe, SortsWhatAModelfileAsksFor) {
  const auto r = recipe(
      "FROM a.gguf\nFROM mmproj.gguf\nADAPTER lora\nDRAFT small.gguf\nTEMPLATE one\nTEMPLATE two\n"
      "SYSTEM s\nLICENSE l1\nLICENSE l2\nMESSAGE user Hello there!\nMESSAGE assistant Hi: you\n"
      "PARAMETER temperature 0.5\nPARAMETER mirostat 1\nRENDERER gemma4\nPARSER gemma4\n"
      "REQUIRES v0.14.0\n");
  ASSERT_TRUE(r) << r.error().message;
  EXPECT_EQ(r->from, (Strings{"a.gguf", "mmproj.gguf"}));
  EXPECT_EQ(r->adapters, Strings{"lora"});
  EXPECT_EQ(r->drafts, Strings{"small.gguf"});
  EXPECT_EQ(r->template_text, "two");
  EXPECT_EQ(r->system, "s");
  EXPECT_EQ(r->licenses, (Strings{"l1", "l2"}));
  EXPECT_EQ(r->messages,
            (std::vector<Message>{{"user", "Hello there!"}, {"assistant", "Hi: you"}}));
  EXPECT_EQ(encode_parameters(r->parameters), "{\"temperature\":0.5}\n");
  EXPECT_EQ(r->renderer + r->parser, "gemma4gemma4");
  EXPECT_EQ(r->requires_version, "0.14.0");
  EXPECT_EQ(r->warnings, Strings{"parameter mirostat is deprecated"});
}

TEST(Recipe, ReportsBadParametersAndVersions) {
  EXPECT_EQ(recipe("FROM x\nPARAMETER nosuch 1").error().message, "unknown parameter 'nosuch'");
  EXPECT_EQ(recipe("FROM x\nPARAMETER system 1").error().message, "unknown parameter 'system'");
  for (const char* good :
       {"1", "1.2", "0.14.0", "v1.2.3", "1.2.3-rc.1", "1.2.3+b.01", "1.2.3-a+b"}) {
    EXPECT_TRUE(recipe("FROM x\nREQUIRES " + std::string(good))) << good;
  }
  for (const char* bad : {"", "x", "1.", ".1", "01.2.3", "1.2.3.4", "1.2-rc", "1.2.3-", "1.2.3-01",
                          "1.2.3+", "1.2.3-a..b", "vv1", "1 2"}) {
    EXPECT_EQ(recipe("FROM x\nREQUIRES " + std::string(bad)).error().message,
              "requires must be a valid semver (e.g. 0.14.0)")
        << bad;
  }
}

TEST(Recipe, WritesMessagesAsOllamaDoes) {
  const std::vector<Message> messages = {{"user", "hi"}, {"assistant", "<b>\n"}};
  const std::string json = encode_messages(messages);
  EXPECT_EQ(json,
            "[{\"role\":\"user\",\"content\":\"hi\"},"
            "{\"role\":\"assistant\",\"content\":\"\\u003cb\\u003e\\n\"}]\n");
  EXPECT_EQ(*decode_messages(json), messages);
  EXPECT_EQ(decode_messages("[{\"role\":\"user\"}]")->at(0).content, "");
  for (const char* bad : {"", "{}", "[1]", "[{\"role\":1}]"}) EXPECT_FALSE(decode_messages(bad));
}

}  // namespace
}  // namespace lar::modelfile
