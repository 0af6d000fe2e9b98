// Modelfiles: whatever is read is printed and read back as the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "modelfile/recipe.h"
#include "modelfile/show.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace mf = lar::modelfile;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(mf::parameters_text(text));
  static_cast<void>(mf::go_quoted(text));
  const auto file = mf::parse(text);
  if (!file) return 0;
  for (const auto& instruction : file->instructions) require(mf::is_expressible(instruction.value));
  const auto again = mf::parse(mf::print(*file));
  require(again && *again == *file);
  const auto recipe = mf::make_recipe(*file);
  if (!recipe) return 0;
  require(mf::parameter_lines(mf::encode_parameters(recipe->parameters)).has_value());
  const auto messages = mf::decode_messages(mf::encode_messages(recipe->messages));
  require(messages && *messages == recipe->messages);
  return 0;
}
