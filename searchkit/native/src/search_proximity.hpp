// Evidence from words that stand close to each other, on top of other scores; see
// proximity() in searchkit.engines.scoring.
#pragma once

#include <vector>

#include "search_node.hpp"

namespace searchkit {

class Proximity {
 public:
  struct Pair {
    DecodedList* left;
    DecodedList* right;
    float weight;  // above 0
  };

  Proximity(const Place& place, std::vector<Pair> pairs);

  bool is_empty() const { return pairs_.empty(); }
  // Computes bounds for each window.
  void prepare();
  // The most that evidence can add in a range that is not empty; over the segment
  // before prepare().
  float bound(Range range) const;
  // The same by window, after prepare().
  const float* bounds() const { return bounds_; }
  // Returns the score of a document with its evidence; or any number below `least`, if
  // that is what it would be.
  float total(uint32_t document, float score, float least);

 private:
  struct Found {
    uint32_t left, right;  // postings; kNone where one is missing
  };

  float evidence(const Pair& pair, const Found& found) const;

  const Place& place_;
  std::vector<Pair> pairs_;
  std::vector<Found> found_;  // of the document at hand
  float most_ = 0;
  float* bounds_ = nullptr;
};

}  // namespace searchkit
