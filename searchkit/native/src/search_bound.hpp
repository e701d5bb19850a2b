// A plan that is run segment by segment, for callers that go through segments
// themselves: weights and expansions are those of the whole snapshot, and are worked
// out once.
#pragma once

#include <cstdint>
#include <vector>

#include "plan.hpp"
#include "search_scratch.hpp"
#include "search_snapshot.hpp"
#include "search_stop.hpp"
#include "search_topk.hpp"
#include "search_tree.hpp"

namespace searchkit {

class BoundPlan {
 public:
  // The plan is simplified(); the snapshot lasts as long as this.  Throws Damage, and
  // std::invalid_argument for patterns that are too long.
  BoundPlan(const Snapshot& snapshot, Plan plan, std::vector<ProximityPair> pairs,
               size_t max_expansions);
  BoundPlan(const BoundPlan&) = delete;
  BoundPlan& operator=(const BoundPlan&) = delete;

  const Snapshot& snapshot() const { return snapshot_; }

  // All of these may be called by many threads at once, and throw Damage.  `leaf` is
  // below the number of leaves.

  // The best documents after the `offset` best, at most `count` of them, the best
  // first.  Only scores above `least` count.
  std::vector<Hit> best(uint32_t leaf, uint32_t count, uint32_t offset, float least);
  // All matches, ascending.
  std::vector<uint32_t> documents(uint32_t leaf);
  // Whether there is a match.
  bool any(uint32_t leaf);

 private:
  template <class Body>
  auto in_leaf(uint32_t leaf, Body&& body);

  const Snapshot& snapshot_;
  const Plan plan_;
  const std::vector<ProximityPair> pairs_;
  Stop never_;
  const Query query_;  // refers to all of the above
};

}  // namespace searchkit
