#include "cli/model_file.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "base/humanize.h"
#include "cli/demo_model.h"

namespace lar::cli {
namespace {

constexpr int kBarWidth = 30;

void draw_bar(uint64_t done, uint64_t total) {
  const auto filled = static_cast<int>(done * kBarWidth / std::max<uint64_t>(1, total));
  std::string bar = "\rloading ";
  for (int i = 0; i < kBarWidth; ++i) bar += i < filled ? "\u2588" : " ";
  bar += " " + human_bytes(done) + "/" + human_bytes(total) + "  ";
  std::fwrite(bar.data(), 1, bar.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

runtime::LoadOptions load_options(const Environment& environment, const runtime::Options& options) {
  runtime::LoadOptions load;
  load.threads = environment.threads;
  if (options.num_thread && *options.num_thread > 0) {
    load.threads = static_cast<int>(*options.num_thread);
  }
  load.isas = environment.isas;
  if (environment.context_length) load.context = *environment.context_length;
  if (options.num_ctx) load.context = *options.num_ctx;
  if (options.num_batch) load.batch = *options.num_batch;
  return load;
}

Result<std::shared_ptr<const gguf::File>> open_model(const std::string& path,
                                                     const Environment& environment) {
  if (path == kDemoModelName && !std::filesystem::exists(path)) {
    return gguf::File::parse(demo_model(), path);
  }
  LAR_TRY(auto file, gguf::File::open(path));
  bool drawn = false;
  runtime::warm_up(*file, [&](uint64_t done, uint64_t total) {
    if (!environment.stderr_is_terminal) return;
    draw_bar(done, total);
    drawn = true;
  });
  if (drawn) std::fputs("\r\x1b[K", stderr);
  return file;
}

}  // namespace lar::cli
