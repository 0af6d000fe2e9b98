// JsonPlan: which nodes have a value at all, and what can still be finished.
#include <algorithm>
#include <deque>

#include "constrain/json_plan.h"

namespace lar::constrain {

bool JsonPlan::any_productive(const std::vector<Choice>& choices) const {
  return std::ranges::any_of(choices, [&](Choice c) { return nodes_[c.node].productive; });
}

bool JsonPlan::productive(const PlanNode& node) {
  if (node.null || node.yes || node.no || !node.numbers.empty() || !node.strings.empty()) {
    return true;
  }
  return std::ranges::any_of(node.arrays, [&](uint32_t a) { return productive(arrays_[a]); }) ||
         std::ranges::any_of(node.objects, [&](uint32_t o) { return productive(objects_[o]); });
}

std::vector<uint32_t> JsonPlan::after_item(const PlanArray& array,
                                           std::span<const uint32_t> state,
                                           uint32_t bits) {
  std::vector<uint32_t> next(state.begin(), state.end());
  const auto distinct = static_cast<uint32_t>(array.items.size());
  if (array.max != kNoLimit || next[0] < std::max(distinct, array.min)) ++next[0];
  for (size_t c = 0; c < array.contains.size(); ++c) {
    const Contains& constraint = array.contains[c];
    const uint32_t most = constraint.max == kNoLimit ? constraint.min : constraint.max + 1;
    if ((bits >> c & 1U) != 0 && next[1 + c] < most) ++next[1 + c];
  }
  return next;
}

bool JsonPlan::can_close(const PlanArray& array, std::span<const uint32_t> state) {
  if (state[0] < array.min || state[0] > array.max) return false;
  for (size_t c = 0; c < array.contains.size(); ++c) {
    if (state[1 + c] < array.contains[c].min || state[1 + c] > array.contains[c].max) return false;
  }
  return true;
}

// Without `contains` only the length matters; with it, the graph of (length, counts) is searched.
bool JsonPlan::productive(PlanArray& array) {
  if (array.contains.empty()) {
    for (uint32_t i = 0; i < array.min; ++i) {
      if (i >= array.max || !any_productive(array.at(i))) return false;
      if (i + 1 >= array.items.size()) break;
    }
    return array.min <= array.max;
  }
  std::map<std::vector<uint32_t>, std::vector<std::vector<uint32_t>>> from;
  std::deque<std::vector<uint32_t>> work{std::vector<uint32_t>(1 + array.contains.size(), 0)};
  from.try_emplace(work.front());
  std::deque<std::vector<uint32_t>> closable;
  while (!work.empty() && from.size() <= kMaxPlanSteps) {
    const std::vector<uint32_t> state = work.front();
    work.pop_front();
    if (can_close(array, state)) closable.push_back(state);
    if (state[0] >= array.max) continue;
    for (const Choice choice : array.at(state[0])) {
      if (!nodes_[choice.node].productive) continue;
      std::vector<uint32_t> next = after_item(array, state, choice.bits);
      const auto [at, fresh] = from.try_emplace(next);
      at->second.push_back(state);
      if (fresh) work.push_back(std::move(next));
    }
  }
  array.finishable.clear();
  for (const auto& state : closable) array.finishable.emplace(state, true);
  while (!closable.empty()) {
    const std::vector<uint32_t> state = closable.front();
    closable.pop_front();
    for (const auto& before : from[state]) {
      if (array.finishable.emplace(before, true).second) closable.push_back(before);
    }
  }
  return array.finishable.contains(std::vector<uint32_t>(1 + array.contains.size(), 0));
}

bool JsonPlan::productive(const PlanObject& object) const {
  return can_finish(object, 0, 0, 0);
}

uint32_t JsonPlan::cap_count(const PlanObject& object, uint32_t count) {
  if (!object.counts) return 0;
  return object.max == kNoLimit ? std::min(count, object.min) : std::min(count, object.max + 1);
}

bool JsonPlan::can_close(const PlanObject& object, uint32_t next, uint32_t count, uint32_t bits) {
  if (next < object.next_required.size() && object.next_required[next] < object.properties.size()) {
    return false;
  }
  return count >= object.min && count <= object.max && bits == object.has_bits;
}

// Declared properties come in their order and before all others.
bool JsonPlan::search_finish(
    const PlanObject& object, uint32_t next, uint32_t count, uint32_t bits, uint32_t& steps) const {
  const auto size = static_cast<uint32_t>(object.properties.size());
  const bool more = std::ranges::any_of(
      object.classes, [&](const PlanClass& c) { return any_productive(c.choices); });
  uint32_t required = 0;
  uint32_t usable = 0;
  if (!object.required_after.empty()) {
    required = object.required_after[next];
    usable = object.usable_after[next];
  } else {
    for (uint32_t i = next; i < size; ++i) {
      const bool can = any_productive(object.properties[i].choices);
      if (object.properties[i].required && !can) return false;
      required += object.properties[i].required ? 1U : 0U;
      usable += can ? 1U : 0U;
    }
  }
  if (object.counts && (uint64_t{count} + required > object.max ||
                        (!more && uint64_t{count} + usable < object.min))) {
    return false;
  }
  if (object.counts && object.max < object.min) return false;
  if (bits == object.has_bits) return true;
  // Something is demanded of the members to come: look for a way, first the short ones.
  if (can_close(object, next, count, bits)) return true;
  if (steps == 0) return false;
  --steps;
  for (uint32_t i = next; i < size; ++i) {
    for (const Choice choice : object.properties[i].choices) {
      if ((choice.bits & ~bits) == 0 && !object.properties[i].required) continue;
      if (nodes_[choice.node].productive &&
          search_finish(object, i + 1, cap_count(object, count + 1), bits | choice.bits, steps)) {
        return true;
      }
    }
    if (object.properties[i].required) return false;
  }
  for (const PlanClass& c : object.classes) {
    for (const Choice choice : c.choices) {
      if ((choice.bits & ~bits) == 0 || !nodes_[choice.node].productive) continue;
      if (search_finish(object, size, cap_count(object, count + 1), bits | choice.bits, steps))
        return true;
    }
  }
  return false;
}

// Items that are all different are at most as many as there are values, and their texts are
// remembered: they must be scalars.
Result<void> JsonPlan::limit_unique_arrays() {
  constexpr uint32_t kMany = 4'096;
  for (PlanArray& array : arrays_) {
    if (!array.unique) continue;
    uint64_t count = 0;
    for (const Choice choice : array.at(0)) {
      const PlanNode& node = nodes_[choice.node];
      if (!node.arrays.empty() || !node.objects.empty()) {
        return fail(Code::kUnsupported, "uniqueItems of arrays or objects is not generated");
      }
      count += uint64_t{node.null} + uint64_t{node.yes} + uint64_t{node.no};
      for (const uint32_t n : node.numbers) count += numbers_[n].range.count(kMany);
      for (const StringAlt& alt : node.strings) {
        const Dfa& strings = dfa(alt.dfa);
        const auto all = strings.enumerate(kMany, strings.start(), alt.max);
        count += all ? all->size() : kMany;
      }
    }
    if (count < kMany) array.max = std::min(array.max, static_cast<uint32_t>(count));
  }
  return {};
}

Result<void> JsonPlan::find_productive() {
  LAR_TRY(limit_unique_arrays());
  for (PlanObject& object : objects_) {
    object.next_required.clear();
    object.required_after.clear();
    object.usable_after.clear();
    const auto size = static_cast<uint32_t>(object.properties.size());
    object.next_required.assign(size + 1, size);
    for (uint32_t i = size; i-- > 0;) {
      object.next_required[i] = object.properties[i].required ? i : object.next_required[i + 1];
    }
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = nodes_.size(); i-- > 0;) {
      if (nodes_[i].productive || !productive(nodes_[i])) continue;
      nodes_[i].productive = true;
      changed = true;
    }
  }
  prune();
  return {};
}

// Drops what can never be finished, so that stepping need not look again.
void JsonPlan::prune() {
  const auto drop = [&](std::vector<Choice>& choices) {
    std::erase_if(choices, [&](Choice c) { return !nodes_[c.node].productive; });
  };
  for (PlanNode& node : nodes_) {
    std::erase_if(node.arrays, [&](uint32_t a) { return !productive(arrays_[a]); });
    std::erase_if(node.objects, [&](uint32_t o) { return !productive(objects_[o]); });
  }
  for (PlanArray& array : arrays_) {
    for (uint32_t i = 0; i < array.items.size(); ++i) {
      drop(array.items[i]);
      if (array.items[i].empty()) array.max = std::min(array.max, i);
    }
  }
  for (PlanObject& object : objects_) {
    for (PlanProperty& p : object.properties) drop(p.choices);
    for (PlanClass& c : object.classes) drop(c.choices);
    std::erase_if(object.classes, [](const PlanClass& c) { return c.choices.empty(); });
    const size_t size = object.properties.size();
    object.required_after.assign(size + 1, 0);
    object.usable_after.assign(size + 1, 0);
    for (size_t i = size; i-- > 0;) {
      const PlanProperty& p = object.properties[i];
      object.required_after[i] = object.required_after[i + 1] + (p.required ? 1 : 0);
      object.usable_after[i] = object.usable_after[i + 1] + (p.choices.empty() ? 0 : 1);
    }
  }
}

}  // namespace lar::constrain
