// Several generations that make up one answer: the choices of a request, or its prompts. They run
// side by side; their events are read one generation after the other, so that a client that counts
// on the order of OpenAI's own streams gets it.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/inference/answer.h"

namespace lar::server::openai {

class Choices {
 public:
  explicit Choices(std::vector<std::string> warnings) : warnings_(std::move(warnings)) {}

  void add(std::unique_ptr<scheduler::Stream> stream) { streams_.push_back(std::move(stream)); }

  uint32_t count() const { return static_cast<uint32_t>(streams_.size()); }
  const std::vector<std::string>& warnings() const { return warnings_; }

  // Waits for the first; the others' errors come with their events.
  net::awaitable<std::expected<void, HttpError>> ready();

  // The next event of any of them and whose it is. Not after all have ended.
  net::awaitable<std::pair<uint32_t, runtime::Event>> next();

  // All of one generation; in the order of their numbers.
  net::awaitable<Result<Answer>> whole(uint32_t index);

  HttpError error(uint32_t index, const Error& error) const;

 private:
  std::vector<std::unique_ptr<scheduler::Stream>> streams_;
  std::vector<std::string> warnings_;
  uint32_t ready_ = 0;    // how many are
  uint32_t current_ = 0;  // the one that is read
};

}  // namespace lar::server::openai
