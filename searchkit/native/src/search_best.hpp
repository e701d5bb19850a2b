// Terms in groups, of which the best one counts.
#pragma once

#include "search_node.hpp"

namespace searchkit {

// The lists of a group.
struct BestGroup {
  float factor;  // the score is factor * (1 + f / (f + k1)), f summed over the lists
  DecodedList** lists;
  uint32_t count;
};

// Documents of any list; the score is that of the best group.  This is how dates score:
// see date_score in searchkit.engines.scoring.
class BestNode : public Node {
 public:
  // The groups are kept; weights are above 0.
  BestNode(const Place& place, const BestGroup* groups, uint32_t count);

  void fill(Range range, float least, Candidates& out) override;
  uint32_t locate(const uint32_t* documents, uint32_t count, uint32_t* which,
                  float* scores) override;
  void mark(Bitset& set) override;

 protected:
  void compute_bounds(float* out) override;

 private:
  Candidates among_;
  const BestGroup* groups_;
  uint32_t count_;
  Room<uint32_t> found_which_, found_where_, own_which_;
  Room<float> totals_, best_, own_scores_;
};

}  // namespace searchkit
