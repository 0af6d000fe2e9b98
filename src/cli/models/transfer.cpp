#include "cli/models/transfer.h"

#include <nlohmann/json.hpp>

#include "cli/interrupt.h"
#include "cli/terminal/progress.h"

namespace lar::cli {

using client::Json;
using client::StreamAction;

Result<void> show_transfer(client::Client& client,
                           std::string_view path,
                           const Json& body,
                           const Environment& environment) {
  Progress progress(environment.stderr_is_terminal, terminal_columns());
  const InterruptStop interrupt;
  std::string last_status;
  const auto on_event = [&](const Json& event) {
    const auto status = event.value("status", std::string());
    if (event.contains("digest") && event.contains("total")) {
      const auto completed = event.value("completed", uint64_t{0});
      // Before the first byte there is nothing to show.
      if (completed > 0) {
        progress.stop_spinner();
        progress.bar(status + ":", event.value("total", uint64_t{0}), completed);
      }
    } else if (status != last_status) {
      progress.spin(status);
    }
    last_status = status;
    return StreamAction::kContinue;
  };
  return client.stream(path, body, on_event, interrupt.token());
}

}  // namespace lar::cli
