// Looking through one segment.
//
// Windows are looked at in the order of their bounds, the most promising first, until
// none is left that could reach the page: so a good threshold is there soon.  Where all
// parts of a query have to match, that is done for a few windows only, and then the
// rest is walked over in order, which is cheaper for each document.  Rare terms are
// walked over without bounds.
#pragma once

#include "search_boolean.hpp"
#include "search_topk.hpp"
#include "search_tree.hpp"

namespace searchkit {

class Collector {
 public:
  // All of these have to last as long as the collector.
  Collector(const Snapshot& snapshot, uint32_t leaf, Tree& tree, Stop& stop);

  // Offers every match that can come in.
  void search(TopK& top);
  // Does the same, and counts the matches.
  uint64_t search_and_count(TopK& top);
  uint64_t count();
  // Calls `visit` with every match and its score, ascending.
  template <class Visit>
  void each(Visit&& visit);

  // Offers documents that are known to match.
  void offer_known(const std::vector<uint32_t>& documents, TopK& top);

 private:
  // The least score that matters, lowered by what rounding can make.
  float least(const TopK& top) const;
  Range next_range(uint32_t begin, uint32_t size) const;
  void visit(Range range, TopK& top);
  void offer(TopK& top);
  uint32_t range_for(uint64_t matches) const;
  void offer_set(const SetNode& node, TopK& top);
  void offer_newest_of(const SetNode& node, const uint32_t* order, TopK& top);
  void walk(TopK& top);
  // The highest bound of each few windows, and of all, or 0.
  struct Tops {
    float* highest;
    float most;
  };
  Tops tops_of(const float* bounds) const;
  uint32_t order_windows(const float* bounds, const float* tops, float low, float high,
                         bool sorted, uint32_t* order);
  void walk_windows(float* bounds, TopK& top);
  void walk_rest(const float* bounds, TopK& top);
  uint32_t visit_led(OrNode& node, const float* bounds, uint32_t* order,
                     uint32_t count, TopK& top);
  uint64_t count_set(Bitset set) const;
  uint64_t count_terms(NodeList nodes);
  uint64_t count_marked();

  const Leaf& leaf_;
  const uint32_t number_;
  Tree& tree_;
  Node* root_;
  Proximity& proximity_;
  Stop& stop_;
  Candidates candidates_{true};
  Room<uint32_t> order_room_;
};

template <class Visit>
void Collector::each(Visit&& visit) {
  if (root_ == nullptr) return;
  candidates_.want_scores(true);
  for (uint32_t begin = 0; begin < tree_.place().documents; begin += kMostRange) {
    stop_.check();
    root_->fill(next_range(begin, kMostRange), kNoMatch, candidates_);
    for (uint32_t i = 0; i < candidates_.count(); ++i) {
      const uint32_t document = candidates_.documents()[i];
      if (leaf_.is_deleted(document)) continue;
      float score = candidates_.scores()[i];
      if (!proximity_.is_empty()) score = proximity_.total(document, score, kNoMatch);
      visit(document, score);
    }
  }
}

}  // namespace searchkit
