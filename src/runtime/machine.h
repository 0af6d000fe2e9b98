// The limits of this machine, measured: what a speed is a share of.
#pragma once

#include "base/cpu.h"

namespace lar::runtime {

// Bytes a second that `threads` threads read from memory, each its own stream; the best of a few
// passes over blocks that no cache holds. 0 where there is no memory for the blocks.
double measure_read_bandwidth(int threads);

// int8 multiply-adds a second (two operations each) of `threads` threads out of registers, with the
// best instruction of `isas`.
double measure_int8_peak(int threads, IsaSet isas);

}  // namespace lar::runtime
