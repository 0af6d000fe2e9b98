#include "cli/text_file.h"

#include "base/mapped_file.h"
#include "cli/model_file.h"

namespace lar::cli {

Result<std::string> read_text_file(const std::string& path) {
  LAR_TRY(const MappedFile file, MappedFile::open(path));
  const auto bytes = file.bytes();
  if (bytes.size() > kTextFileBytesMax) {
    return fail(Code::kInvalidArgument, path + ": is larger than 64 MiB");
  }
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

Result<std::string> template_of_model(const std::string& path, const Environment& environment) {
  LAR_TRY(const auto file, open_model(path, environment));
  LAR_TRY(const auto text, file->optional_string("tokenizer.chat_template"));
  if (!text) return fail(Code::kNotFound, path + ": the file has no chat template");
  return std::string(*text);
}

}  // namespace lar::cli
