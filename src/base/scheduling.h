// What a thread tells the operating system's scheduler about itself.
#pragma once

namespace lar {

// Asks that this thread runs soon after it wakes, at the price of short turns: for one that passes
// things on while others compute. Threads and processes that it starts do not inherit this. Where
// the system knows no such wish (Linux before 6.12), nothing changes.
void prefer_latency();

// Asks for long turns, at the price of making way at once for any thread that wakes up: for one
// that computes as long as there is work. Threads that it starts inherit this. Linux 6.12 and
// later.
void prefer_throughput();

}  // namespace lar
