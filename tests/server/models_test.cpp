// Models through the API: upload, create, list, show, copy, delete.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "fixture.h"
#include "gguf/writer.h"
#include "store/sha256.h"

namespace lar::server::testing {
namespace {

using Json = nlohmann::json;

Json parsed(const test::RawAnswer& answer) {
  return Json::parse(answer.body, nullptr, false);
}

std::string error_of(const test::RawAnswer& answer) {
  return parsed(answer).value("error", "");
}

Json create_body(const std::string& digest) {
  return {{"model", "tiny"}, {"files", {{"model.gguf", digest}}}, {"stream", false}};
}

TEST(Models, CreateShowCopyDelete) {
  const TestServer server;
  const std::string file = tiny_gguf();
  const std::string digest = server.upload(file);
  EXPECT_EQ(server.post("/api/blobs/" + digest, file).status, 200);
  EXPECT_EQ(server.request("HEAD", "/api/blobs/" + digest).status, 200);

  Json body = create_body(digest);
  body["template"] = "{{ .Prompt }}";
  body["system"] = "Be brief.";
  body["license"] = {"One", "Two"};
  body["parameters"] = {{"temperature", 0.5}, {"stop", {"<a>"}}, {"num_ctx", 64}};
  body["messages"] = {{{"role", "USER"}, {"content", "hi"}}};
  const auto created = server.post("/api/create", body.dump());
  ASSERT_EQ(created.status, 200) << created.body;
  EXPECT_EQ(parsed(created), (Json{{"status", "success"}}));

  const Json shown = parsed(server.post("/api/show", R"({"model":"tiny"})"));
  EXPECT_EQ(shown["system"], "Be brief.");
  EXPECT_EQ(shown["template"], "{{ .Prompt }}");
  EXPECT_EQ(shown["license"], "One\nTwo");
  EXPECT_EQ(shown["messages"][0]["role"], "user");
  EXPECT_EQ(shown["details"]["family"], "llama");
  EXPECT_EQ(shown["details"]["quantization_level"], "F32");
  EXPECT_EQ(shown["model_info"]["general.parameter_count"], 32);
  EXPECT_EQ(shown["tensors"][0],
            (Json{{"name", "token_embd.weight"}, {"type", "F32"}, {"shape", {32}}}));
  EXPECT_EQ(shown["capabilities"], Json({"completion"}));
  EXPECT_NE(shown["modelfile"].get<std::string>().find("PARAMETER stop <a>\n"), std::string::npos);

  EXPECT_EQ(server.post("/api/copy", R"({"source":"tiny","destination":"other:v1"})").status, 200);
  Json names = Json::array();
  const Json tags = parsed(server.get("/api/tags"));
  for (const auto& model : tags["models"]) names.push_back(model["name"]);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, Json({"other:v1", "tiny:latest"}));
  EXPECT_EQ(tags["models"][0]["digest"], tags["models"][1]["digest"]);

  EXPECT_EQ(server.request("DELETE", "/api/delete", R"({"model":"tiny"})").status, 200);
  EXPECT_EQ(server.request("HEAD", "/api/blobs/" + digest).status, 200);  // the copy has it
  EXPECT_EQ(server.request("DELETE", "/api/delete", R"({"name":"other:v1"})").status, 200);
  EXPECT_EQ(server.request("HEAD", "/api/blobs/" + digest).status, 404);
  EXPECT_EQ(server.get("/api/tags").body, R"({"models":[]})");
}

TEST(Models, CreateStreamsItsSteps) {
  const TestServer server;
  const std::string digest = server.upload(tiny_gguf());
  Json body = create_body(digest);
  body.erase("stream");
  const auto answer = server.post("/api/create", body.dump());
  EXPECT_EQ(answer.headers.at("content-type"), "application/x-ndjson");
  EXPECT_EQ(answer.body, "{\"status\":\"parsing GGUF\"}\n{\"status\":\"using existing layer " +
                             digest +
                             "\"}\n{\"status\":\"writing manifest\"}\n{\"status\":\"success\"}\n");
  body["files"] = {{"model.gguf", server.upload("no model at all")}};
  const auto bad = server.post("/api/create", body.dump());
  EXPECT_EQ(bad.status, 200);
  EXPECT_TRUE(bad.body.ends_with("{\"error\":\"supplied file was not in GGUF format\"}\n"))
      << bad.body;
}

TEST(Models, CreateFromAModelMerges) {
  const TestServer server;
  Json body = create_body(server.upload(tiny_gguf()));
  body["parameters"] = {{"temperature", 0.5}, {"seed", 1}};
  body["license"] = "One";
  body["system"] = "Old.";
  ASSERT_EQ(server.post("/api/create", body.dump()).status, 200);
  const Json child = {{"model", "child"},
                      {"from", "tiny"},
                      {"system", "New."},
                      {"license", "Two"},
                      {"parameters", {{"seed", 2}}},
                      {"stream", false}};
  ASSERT_EQ(server.post("/api/create", child.dump()).status, 200);
  const Json shown = parsed(server.post("/api/show", R"({"model":"child"})"));
  EXPECT_EQ(shown["system"], "New.");
  EXPECT_EQ(shown["license"], "One\nTwo");
  EXPECT_EQ(shown["details"]["parent_model"], "tiny:latest");
  const std::string parameters = shown["parameters"];
  EXPECT_NE(parameters.find("seed                           2"), std::string::npos) << parameters;
  EXPECT_NE(parameters.find("temperature                    0.5"), std::string::npos);
  // A name that exists is replaced, and what only the old one used goes.
  const std::string old_system = store::sha256("Old.").str();
  EXPECT_EQ(server.request("HEAD", "/api/blobs/" + old_system).status, 200);
  const Json again = {{"model", "TINY"}, {"from", "child"}, {"stream", false}};
  ASSERT_EQ(server.post("/api/create", again.dump()).status, 200);
  EXPECT_EQ(server.request("HEAD", "/api/blobs/" + old_system).status, 404);
  EXPECT_EQ(parsed(server.get("/api/tags"))["models"].size(), 2U);
}

// A file that brings a template of its own gets the Go template of the format that it writes.
TEST(Models, TemplatesAreDetected) {
  const TestServer server;
  gguf::Writer writer;
  writer.set_string("general.architecture", "llama");
  writer.set_string("tokenizer.chat_template",
                    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n"
                    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}");
  const auto bytes = writer.to_bytes().value();
  const std::string file(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  Json body = create_body(server.upload(file));
  body.erase("stream");
  const auto answer = server.post("/api/create", body.dump());
  EXPECT_NE(answer.body.find("\"using autodetected template chatml\""), std::string::npos)
      << answer.body;
  const Json shown = parsed(server.post("/api/show", R"({"model":"tiny"})"));
  EXPECT_NE(shown["modelfile"].get<std::string>().find("<|im_start|>"), std::string::npos);
  EXPECT_NE(shown["parameters"].get<std::string>().find("<|im_end|>"), std::string::npos);
  // A template of the request's own is taken instead.
  body["template"] = "{{ .Prompt }}";
  EXPECT_EQ(server.post("/api/create", body.dump()).body.find("autodetected"), std::string::npos);
}

// A known format would lose the tools that a richer template shows.
TEST(Models, ATemplateWithToolsIsLeftAsItIs) {
  const TestServer server;
  gguf::Writer writer;
  writer.set_string("general.architecture", "llama");
  writer.set_string("tokenizer.chat_template",
                    "{% if tools %}{{ tools | tojson }}{% endif %}{% for m in messages %}"
                    "<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n"
                    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}");
  const auto bytes = writer.to_bytes().value();
  const std::string file(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  Json body = create_body(server.upload(file));
  body.erase("stream");
  const auto answer = server.post("/api/create", body.dump());
  EXPECT_NE(answer.body.find("success"), std::string::npos) << answer.body;
  EXPECT_EQ(answer.body.find("autodetected"), std::string::npos) << answer.body;
}

// The same requests make the manifests that Ollama's recording has.
TEST(Models, DigestsAreThoseOfOllama) {
  const auto recorded_path = test::shared_data("ollama-live/02-create-and-store.recorded.json");
  const auto model_path = test::shared_data("models/stories260K.ollama.gguf");
  LAR_REQUIRE_DATA(recorded_path);
  LAR_REQUIRE_DATA(model_path);
  const Json scenario = Json::parse(
      test::read_file(test::shared_data("ollama-live/02-create-and-store.scenario.json")));
  const Json recorded = Json::parse(test::read_file(recorded_path));
  const TestServer server;
  const std::string digest = server.upload(test::read_file(model_path));
  for (Json step : scenario["steps"]) {
    if (step["id"] == "tags") break;
    if (step["http"] != "POST /api/create") continue;
    std::string body = step["json"].dump();
    const std::string placeholder = "${SHA:models/stories260K.ollama.gguf}";
    if (const auto at = body.find(placeholder); at != std::string::npos) {
      body.replace(at, placeholder.size(), digest);
    }
    server.post("/api/create", body);
  }
  std::map<std::string, std::string> expected;
  std::map<std::string, std::string> got;
  for (const auto& model : recorded["tags"]["json"]["models"])
    expected[model["name"]] = model["digest"];
  for (const auto& model : parsed(server.get("/api/tags"))["models"])
    got[model["name"]] = model["digest"];
  EXPECT_EQ(got, expected);
}

// One part of a model of two tensors in two files.
std::string split_part(uint16_t index) {
  static constexpr std::array<float, 32> kValues{1.0F, 2.0F};
  gguf::Writer writer;
  if (index == 0) writer.set_string("general.architecture", "llama");
  writer.set_number("split.no", index);
  writer.set_number("split.count", uint16_t{2});
  writer.set_number("split.tensors.count", int32_t{2});
  writer.add_tensor(TensorView{index == 0 ? "a.weight" : "b.weight", DType::kF32,
                               Shape{1, {32, 1, 1, 1}}, std::as_bytes(std::span(kValues))});
  const auto bytes = writer.to_bytes().value();
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

TEST(Models, SplitFilesAreJoined) {
  const TestServer server;
  Json body = {{"model", "split"},
               {"files", {{"dir/m-00001-of-00002.gguf", server.upload(split_part(0))}}},
               {"stream", false}};
  const auto refused = server.post("/api/create", body.dump());
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(error_of(refused), "part 2 of 2 of the split model is missing");
  body["files"]["dir/m-00002-of-00002.gguf"] = server.upload(split_part(1));
  ASSERT_EQ(server.post("/api/create", body.dump()).status, 200);
  const Json shown = parsed(server.post("/api/show", R"({"model":"split"})"));
  EXPECT_EQ(shown["tensors"].size(), 2U);
  EXPECT_EQ(shown["model_info"]["general.parameter_count"], 64);
  EXPECT_FALSE(shown["model_info"].contains("split.count"));
}

TEST(Models, WhatIsWrongIsSaid) {
  const TestServer server;
  const std::string digest = server.upload(tiny_gguf());
  const std::string missing = "sha256:" + std::string(64, '1');
  struct Case {
    Json body;
    int status;
    std::string error;
  };
  const auto with = [&](const Json& more) {
    Json body = create_body(digest);
    body.update(more);
    return body;
  };
  const Case cases[] = {
      {with({{"model", "bad name"}}), 400, "invalid model name"},
      {{{"model", "a"}, {"stream", false}}, 400, "neither 'from' or 'files' was specified"},
      {with({{"files", {{"/etc/x.gguf", digest}}}}), 400, "file path must be relative"},
      {with({{"files", {{"a/../b.gguf", digest}}}}), 400, "file path must be relative"},
      {with({{"files", {{"a.gguf", "nonsense"}}}}), 500, "invalid digest format"},
      {with({{"files", {{"a.gguf", missing}}}}), 500,
       "blob " + missing + " is missing: upload it first"},
      {with({{"files", {{"a.safetensors", digest}}}}), 400,
       "safetensors files are not supported yet: convert to GGUF"},
      {with({{"quantize", "q4_K_M"}}), 400,
       "quantizing is not supported yet: import a quantized GGUF file"},
      {with({{"quantize", "q9"}}), 500,
       "unsupported quantization type Q9 - supported types are F32, F16, Q4_K_S, Q4_K_M, Q8_0"},
      {with({{"adapters", {{"a.gguf", digest}, {"b.gguf", digest}}}}), 400,
       "only one adapter is currently supported"},
      {with({{"files", {{"a.gguf", digest}, {"b.gguf", digest}}}}), 400,
       "more than one model was supplied"},
      {with({{"license", 5}}), 400,
       "field \"license\" must be a string or a list of strings, not a number"},
  };
  for (const Case& each : cases) {
    const auto answer = server.post("/api/create", each.body.dump());
    EXPECT_EQ(answer.status, each.status) << each.body;
    EXPECT_EQ(error_of(answer), each.error) << each.body;
  }
  EXPECT_EQ(error_of(server.post("/api/create", with({{"template", "{{ .Prompt "}}).dump()))
                .find("template error: template: "),
            0U);
  EXPECT_EQ(server.get("/api/tags").body, R"({"models":[]})");
}

// V07, V58: the server opens no file that a request names, and goes to no other scheme.
TEST(Models, RequestsNameNoFiles) {
  const TestServer server;
  for (const char* from :
       {"/dev/zero", "/dev/random", "/proc/self/mem", "/etc/passwd", "./x", "~/x", "..",
        "file:///etc/passwd", "ftp://a/b/c", "gopher://a/b/c", "unix:///a/b/c"}) {
    const Json body = {{"model", "x"}, {"from", from}, {"stream", false}};
    const auto since = std::chrono::steady_clock::now();
    const auto answer = server.post("/api/create", body.dump());
    EXPECT_GE(answer.status, 400) << from;
    EXPECT_EQ(answer.body.find("passwd:"), std::string::npos);
    EXPECT_LT(std::chrono::steady_clock::now() - since, std::chrono::seconds(5)) << from;
  }
}

// V06: what exists on the disk and what does not cannot be told apart.
TEST(Models, AbsentAndPresentPathsLookTheSame) {
  const TestServer server;
  const auto shape = [&](const std::string& path, const std::string& request,
                         const std::string& name) {
    auto answer = server.post(path, request);
    for (size_t at; (at = answer.body.find(name)) != std::string::npos;)
      answer.body.erase(at, name.size());
    return std::to_string(answer.status) + answer.body;
  };
  for (const char* path : {"/api/create", "/api/show", "/api/copy"}) {
    const auto ask = [&](const std::string& name) {
      const Json body = {{"model", path == std::string("/api/create") ? "x" : name},
                         {"from", name},
                         {"source", name},
                         {"destination", "y"},
                         {"stream", false}};
      return shape(path, body.dump(), name);
    };
    EXPECT_EQ(ask("/etc/passwd"), ask("/etc/nosuchx"));
    EXPECT_EQ(ask("../../../etc/passwd"), ask("../../../etc/nosuchx"));
  }
}

TEST(Models, BlobsAreWhatTheirNameSays) {
  const TestServer server;
  const std::string wrong = "sha256:" + std::string(64, '0');
  const auto mismatch = server.post("/api/blobs/" + wrong, "abc");
  EXPECT_EQ(mismatch.status, 400);
  EXPECT_EQ(error_of(mismatch), "digest mismatch, expected \"" + wrong + "\", got \"" +
                                    store::sha256("abc").str() + "\"");
  EXPECT_EQ(server.request("HEAD", "/api/blobs/" + wrong).status, 404);
  for (const char* name : {"sha256:zz", "xyz", "sha256:", "..%2f..%2fetc%2fpasswd", "%00"}) {
    EXPECT_GE(server.post(std::string("/api/blobs/") + name, "abc").status, 400) << name;
  }
  // Upper case and the other separator are the same blob, as in Ollama.
  std::string other = store::sha256("def").file_name();
  std::transform(other.begin() + 7, other.end(), other.begin() + 7,
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  EXPECT_EQ(server.post("/api/blobs/" + other, "def").status, 201);
  EXPECT_EQ(server.request("HEAD", "/api/blobs/" + store::sha256("def").str()).status, 200);
  // An upload that breaks off leaves nothing behind.
  auto client = test::RawClient::tcp(server.port());
  client.send("POST /api/blobs/" + store::sha256("ghi").str() +
              " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\ngh");
  client.close();
  EXPECT_EQ(server.request("HEAD", "/api/blobs/" + store::sha256("ghi").str()).status, 404);
}

TEST(Models, ChunkedUploadOfManyPieces) {
  const TestServer server;
  std::string bytes;
  for (int i = 0; bytes.size() < 5U << 20U; ++i) bytes += std::to_string(i) + ",";
  auto client = test::RawClient::tcp(server.port());
  client.send("POST /api/blobs/" + store::sha256(bytes).str() +
              " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (size_t at = 0; at < bytes.size(); at += 70'000) {
    const auto part = std::string_view(bytes).substr(at, 70'000);
    char size[32];
    std::snprintf(size, sizeof(size), "%zx\r\n", part.size());
    client.send(size + std::string(part) + "\r\n");
  }
  client.send("0\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 201);
}

TEST(Models, OpenAiListsThemToo) {
  const TestServer server;
  EXPECT_EQ(server.get("/v1/models").body, R"({"object":"list","data":null})");
  ASSERT_EQ(server.post("/api/create", create_body(server.upload(tiny_gguf())).dump()).status, 200);
  EXPECT_EQ(parsed(server.get("/v1/models"))["data"][0]["id"], "tiny:latest");
  EXPECT_EQ(parsed(server.get("/v1/models/tiny"))["owned_by"], "library");
  const auto missing = server.get("/v1/models/nosuch");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(parsed(missing)["error"]["type"], "not_found_error");
}

}  // namespace
}  // namespace lar::server::testing
