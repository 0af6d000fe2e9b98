#include "chat/parsers/output_parser.h"

#include "chat/parsers/output_machine.h"

namespace lar::chat {
namespace {

// All text is content.
class PlainMachine final : public OutputMachine {
 public:
  using OutputMachine::OutputMachine;

 private:
  void byte(char c) override { text({&c, 1}); }
  void over() override {}
};

std::unique_ptr<OutputMachine> make_machine(const OutputFormat& format,
                                            const OutputOptions& options) {
  switch (format.machine) {
    case Machine::kTags: return make_tag_machine(format, options);
    case Machine::kHarmony:
    case Machine::kGlimmer: return make_channel_machine(format, options);
    case Machine::kPlain: break;
  }
  return std::make_unique<PlainMachine>(options);
}

}  // namespace

OutputParser::OutputParser(const OutputFormat& format, const OutputOptions& options)
    : machine_(make_machine(format, options)) {
  machine_->prefill(options.prefill, options.begun);
}
OutputParser::~OutputParser() = default;
OutputParser::OutputParser(OutputParser&&) noexcept = default;
OutputParser& OutputParser::operator=(OutputParser&&) noexcept = default;

Result<std::vector<OutputEvent>> OutputParser::feed(std::string_view piece) {
  return machine_->feed(piece);
}

Result<std::vector<OutputEvent>> OutputParser::finish() {
  return machine_->finish();
}

void ParsedOutput::add(const std::vector<OutputEvent>& events) {
  for (const OutputEvent& event : events) {
    switch (event.kind) {
      case OutputEvent::Kind::kThinking: thinking += event.text; break;
      case OutputEvent::Kind::kContent: content += event.text; break;
      case OutputEvent::Kind::kCallBegin: calls.push_back({event.id, event.text, {}, false}); break;
      case OutputEvent::Kind::kArguments: calls.back().arguments += event.text; break;
      case OutputEvent::Kind::kCallEnd:
        calls.back().complete = true;
        if (!event.id.empty()) calls.back().id = event.id;
        break;
    }
  }
}

Result<ParsedOutput> parse_output(const OutputFormat& format,
                                  const OutputOptions& options,
                                  std::string_view text) {
  OutputParser parser(format, options);
  ParsedOutput output;
  LAR_TRY(const auto events, parser.feed(text));
  output.add(events);
  LAR_TRY(const auto last, parser.finish());
  output.add(last);
  std::erase_if(output.calls, [](const ParsedCall& call) { return !call.complete; });
  return output;
}

}  // namespace lar::chat
