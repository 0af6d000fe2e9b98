#include "engine/invariants.h"

#include <gtest/gtest.h>

#include <functional>

namespace lar::engine {
namespace {

// Two sequences share block 0 (a node); block 1 is the first one's tail, block 2 an unused node
// under block 0, block 3 is free.
Snapshot sound() {
  Snapshot s{.block_tokens = 2, .context = 8};
  s.blocks = {{.holders = 3, .in_tree = true, .tokens = {1, 2}},
              {.holders = 1},
              {.holders = 1, .in_tree = true, .unused = true, .parent = 0, .tokens = {5, 6}},
              {.holders = 0}};
  s.free_blocks = {3};
  s.sequences = {
      {.id = 1,
       .running = true,
       .tokens = {1, 2, 3},
       .table = {0, 1},
       .computed = 3,
       .published = 1},
      {.id = 2, .running = true, .tokens = {1, 2, 4}, .table = {0}, .computed = 2, .published = 1},
      {.id = 3, .tokens = {9}}};
  return s;
}

TEST(Invariants, ASoundSnapshotHasNoFault) {
  EXPECT_EQ(check_invariants(sound()), "");
}

TEST(Invariants, EveryKindOfDamageIsFound) {
  const std::pair<const char*, std::function<void(Snapshot&)>> damages[] = {
      {"a holder too many", [](Snapshot& s) { s.blocks[0].holders = 4; }},
      {"a shared tail", [](Snapshot& s) { s.sequences[1].table.push_back(1); }},
      {"an uncovered position", [](Snapshot& s) { s.sequences[0].table.pop_back(); }},
      {"other tokens", [](Snapshot& s) { s.sequences[0].tokens[1] = 7; }},
      {"published before computed", [](Snapshot& s) { s.sequences[1].computed = 1; }},
      {"computed beyond the tokens", [](Snapshot& s) { s.sequences[0].computed = 4; }},
      {"a lost parent", [](Snapshot& s) { s.blocks[2].parent = 1; }},
      {"a wrong parent", [](Snapshot& s) { s.blocks[0].parent = 2; }},
      {"a used node marked unused", [](Snapshot& s) { s.blocks[0].unused = true; }},
      {"an unused node marked used", [](Snapshot& s) { s.blocks[2].unused = false; }},
      {"a lost free block", [](Snapshot& s) { s.free_blocks.clear(); }},
      {"a free block twice", [](Snapshot& s) { s.free_blocks.push_back(3); }},
      {"a used block in the free list", [](Snapshot& s) { s.free_blocks[0] = 1; }},
      {"a block out of range", [](Snapshot& s) { s.sequences[0].table[1] = 9; }},
      {"a waiting one with blocks", [](Snapshot& s) { s.sequences[1].running = false; }},
      {"the wrong order", [](Snapshot& s) { std::swap(s.sequences[0], s.sequences[1]); }},
      {"a sequence beyond the context", [](Snapshot& s) { s.context = 2; }},
  };
  for (const auto& [name, damage] : damages) {
    Snapshot snapshot = sound();
    damage(snapshot);
    EXPECT_NE(check_invariants(snapshot), "") << name;
  }
}

}  // namespace
}  // namespace lar::engine
