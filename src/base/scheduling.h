// What a thread tells the operating system's scheduler about itself.
#pragma once

namespace lar {

// Asks that this thread runs soon after it wakes, at the price of short turns: for one that passes
// things on while others compute. Threads and processes that it starts do not inherit this. Where
// the system knows no such wish (Linux before 6.12), nothing changes.
void prefer_latency();

}  // namespace lar
