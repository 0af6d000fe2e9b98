#include "modelfile/parameters.h"

#include <gtest/gtest.h>

namespace lar::modelfile {
namespace {

std::string encoded(const std::vector<std::pair<std::string, std::string>>& list) {
  Parameters parameters;
  for (const auto& [name, value] : list) {
    if (const auto result = add_parameter(parameters, name, value); !result) {
      return result.error().message;
    }
  }
  return encode_parameters(parameters);
}

TEST(Parameters, HaveTheirTypes) {
  EXPECT_EQ(encoded({{"temperature", "0"}, {"stop", "<a>"}, {"stop", "<b>"}}),
            "{\"stop\":[\"\\u003ca\\u003e\",\"\\u003cb\\u003e\"],\"temperature\":0}\n");
  EXPECT_EQ(encoded({{"temperature", "0.7"}, {"top_p", "1e-7"}, {"min_p", ".5"}}),
            "{\"min_p\":0.5,\"temperature\":0.7,\"top_p\":1e-7}\n");
  EXPECT_EQ(encoded({{"temperature", "0.123456789"}}), "{\"temperature\":0.12345679}\n");
  EXPECT_EQ(encoded({{"num_ctx", "4096"}, {"seed", "-1"}, {"top_k", "+5"}}),
            "{\"num_ctx\":4096,\"seed\":-1,\"top_k\":5}\n");
  EXPECT_EQ(encoded({{"use_mmap", "T"}}), "{\"use_mmap\":true}\n");
  EXPECT_EQ(encoded({{"num_ctx", "1"}, {"num_ctx", "2"}}), "{\"num_ctx\":2}\n");
  EXPECT_EQ(encoded({{"seed", "9223372036854775807"}}), "{\"seed\":9223372036854775807}\n");
  EXPECT_EQ(encoded({}), "{}\n");
}

TEST(Parameters, OfWrongTypeAreNamed) {
  EXPECT_EQ(encoded({{"nosuch", "1"}}), "unknown parameter 'nosuch'");
  EXPECT_EQ(encoded({{"TEMPERATURE", "0.5"}}), "unknown parameter 'TEMPERATURE'");
  EXPECT_EQ(encoded({{"num_ctx", "lots"}}), "invalid int value [lots]");
  for (const char* text : {"", "1.5", "0x10", "9223372036854775808", "1 ", "+-1", "--1", "1e3"}) {
    EXPECT_EQ(encoded({{"num_ctx", text}}), "invalid int value [" + std::string(text) + "]");
  }
  for (const char* text : {"", "warm", "1e40", "nan", "inf", "-inf", "1,5", "0.5x"}) {
    EXPECT_EQ(encoded({{"temperature", text}}), "invalid float value [" + std::string(text) + "]");
  }
  for (const char* text : {"", "yes", "tRUE", "2"}) {
    EXPECT_EQ(encoded({{"use_mmap", text}}), "invalid bool value [" + std::string(text) + "]");
  }
}

TEST(Parameters, KnowsEveryNameOnce) {
  for (const char* name : {"num_ctx",
                           "num_batch",
                           "num_gpu",
                           "main_gpu",
                           "use_mmap",
                           "num_thread",
                           "draft_num_predict",
                           "num_keep",
                           "seed",
                           "num_predict",
                           "temperature",
                           "top_k",
                           "top_p",
                           "min_p",
                           "typical_p",
                           "repeat_last_n",
                           "repeat_penalty",
                           "presence_penalty",
                           "frequency_penalty",
                           "stop"}) {
    EXPECT_NE(find_parameter(name), nullptr) << name;
    EXPECT_FALSE(is_deprecated_parameter(name)) << name;
  }
  for (const char* name : {"mirostat", "penalize_newline", "numa", "tfs_z"}) {
    EXPECT_TRUE(is_deprecated_parameter(name)) << name;
    EXPECT_EQ(find_parameter(name), nullptr) << name;
  }
}

TEST(Parameters, AreReadBackFromAnyJson) {
  const auto lines = parameter_lines(
      R"({"top_k":5,"stop":["<b>","<a>"],"num_ctx":1048576,"temperature":0.25,"b":true,"x":null,)"
      R"("name":"text","seed":1e6,"o":{"a":[1]}})");
  ASSERT_TRUE(lines);
  std::string text;
  for (const auto& line : *lines) text += line.name + "=" + line.value + ";";
  EXPECT_EQ(text,
            "b=true;name=text;num_ctx=1048576;o={\"a\":[1]};seed=1000000;stop=<b>;stop=<a>;"
            "temperature=0.25;top_k=5;x=null;");
  EXPECT_TRUE(parameter_lines("")->empty());
  EXPECT_FALSE(parameter_lines("[1]"));
  EXPECT_FALSE(parameter_lines("{"));
}

}  // namespace
}  // namespace lar::modelfile
