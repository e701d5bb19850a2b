// The best documents that were found so far.
#pragma once

#include <string>
#include <vector>

#include "search_snapshot.hpp"

namespace searchkit {

enum class Order {
  kRelevance,  // score, then the newest, then key
  kNewest,     // date, then score, then key
  kOldest,     // the same from the other end; those without a date last
};

struct Hit {
  float score = 0;
  uint32_t leaf = 0;  // number of the segment
  uint32_t document = 0;
  std::string key;
};

class TopK {
 public:
  // `count` is above 0.
  TopK(const Snapshot& snapshot, uint32_t count, Order order);

  // What a score has to reach, at least, to come in; kNoMatch as long as anything may.
  // Documents with this very score may come in by their dates or keys.
  float threshold() const { return threshold_; }
  // Adds a document that is not deleted, if it is good enough.  Throws Damage.
  void offer(uint32_t leaf, uint32_t document, float score) {
    if (score < threshold_) return;
    if (score == threshold_ && snapshot_.leaves()[leaf].date(document) < last_date_) {
      return;
    }
    offer_able(leaf, document, score);
  }
  // Everything but the `offset` best, the best first, with keys; nothing is left.
  std::vector<Hit> take(size_t offset);

 private:
  // Date and key are read when they are first needed.
  struct Entry {
    float score;
    uint32_t leaf, document;
  };

  void offer_able(uint32_t leaf, uint32_t document, float score);
  bool is_better(const Entry& left, const Entry& right) const;
  int compare_keys(const Entry& left, const Entry& right) const;
  uint32_t date(const Entry& entry) const {
    return snapshot_.leaves()[entry.leaf].date(entry.document);
  }

  const Snapshot& snapshot_;
  size_t count_;
  Order order_;
  float threshold_;
  uint32_t last_date_ = 0;   // what a document with the threshold's score has to reach
  std::vector<Entry> heap_;  // the worst on top
};

}  // namespace searchkit
