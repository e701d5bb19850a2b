#include "search_bound.hpp"

#include <algorithm>
#include <cmath>

#include "search_collect.hpp"

namespace searchkit {

namespace {

// Documents of the first range that is looked at for any match.
constexpr uint32_t kFirstRange = 1u << 10;

// Shared by all plans: a plan is run a few times only.
ScratchPool& scratch_pool() {
  static ScratchPool pool;
  return pool;
}

}  // namespace

BoundPlan::BoundPlan(const Snapshot& snapshot, Plan plan,
                           std::vector<ProximityPair> pairs, size_t max_expansions)
    : snapshot_(snapshot),
      plan_(std::move(plan)),
      pairs_(std::move(pairs)),
      query_(snapshot_, plan_, pairs_, max_expansions, never_) {}

// Calls `body` with the tree of a leaf; what it returns does not refer to the tree.
template <class Body>
auto BoundPlan::in_leaf(uint32_t leaf, Body&& body) {
  ScratchPool::Loan scratch(scratch_pool());
  auto found = [&] {
    Stop never;
    Tree tree(query_, leaf, *scratch, never);
    return body(tree, never);
  }();
  scratch.give_back();
  return found;
}

std::vector<Hit> BoundPlan::best(uint32_t leaf, uint32_t count, uint32_t offset,
                                    float least) {
  const uint32_t documents = snapshot_.leaves()[leaf].segment->documents();
  const auto wanted = static_cast<uint32_t>(
      std::min<uint64_t>(uint64_t{count} + offset, documents));
  if (wanted <= offset) return {};
  return in_leaf(leaf, [&](Tree& tree, Stop& stop) {
    TopK top(snapshot_, wanted, Order::kRelevance);
    if (least > 0) {
      // As if so many documents with this score had been found: whatever does not
      // score more is passed over.
      for (uint32_t i = 0; i < wanted; ++i) top.offer(leaf, 0, least);
    }
    Collector(snapshot_, leaf, tree, stop).search(top);
    std::vector<Hit> hits = top.take(offset);
    if (least > 0) {
      const auto reached = [&](const Hit& hit) { return hit.score <= least; };
      hits.erase(std::find_if(hits.begin(), hits.end(), reached), hits.end());
    }
    return hits;
  });
}

std::vector<uint32_t> BoundPlan::documents(uint32_t leaf) {
  const Leaf& where = snapshot_.leaves()[leaf];
  return in_leaf(leaf, [&](Tree& tree, Stop&) {
    std::vector<uint32_t> found;
    if (tree.root() == nullptr) return found;
    const Place& place = tree.place();
    Bitset set(place.arena().zeros<uint64_t>(Bitset::words_for(place.documents)),
               place.documents);
    tree.root()->mark(set);
    set.each(0, place.documents, [&](uint32_t document) {
      if (!where.is_deleted(document)) found.push_back(document);
    });
    return found;
  });
}

bool BoundPlan::any(uint32_t leaf) {
  const Leaf& where = snapshot_.leaves()[leaf];
  return in_leaf(leaf, [&](Tree& tree, Stop&) {
    if (tree.root() == nullptr) return false;
    const uint32_t documents = tree.place().documents;
    Candidates candidates(false);
    uint32_t size = kFirstRange;
    for (uint32_t begin = 0; begin < documents;) {
      const uint32_t end = begin + std::min(size, documents - begin);
      tree.root()->fill({begin, end}, kNoMatch, candidates);
      for (uint32_t i = 0; i < candidates.count(); ++i) {
        if (!where.is_deleted(candidates.documents()[i])) return true;
      }
      begin = end;
      size = std::min(size * 4, kMostRange);
    }
    return false;
  });
}

}  // namespace searchkit
