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
  // How many it keeps.
  size_t room() const { return count_; }
  // Whether documents with this score are passed over, of this day and of those before.
  bool is_over(float score, uint32_t date) const {
    return score < threshold_ || (score == threshold_ && date < last_date());
  }
  // Adds a document that is not deleted, if it is good enough.  Throws Damage.
  void offer(uint32_t leaf, uint32_t document, float score) {
    if (score < threshold_) return;
    if (score == threshold_ && snapshot_.leaves()[leaf].date(document) < last_date()) {
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

  // The worst entry, once there are as many as are kept.
  const Entry& worst() const {
    return is_sorted() ? entries_.back() : entries_.front();
  }
  void offer_able(uint32_t leaf, uint32_t document, float score);
  bool is_better(const Entry& left, const Entry& right) const;
  int compare_keys(const Entry& left, const Entry& right) const;
  uint32_t date(const Entry& entry) const {
    return snapshot_.leaves()[entry.leaf].date(entry.document);
  }
  // What a document with the threshold's score has to reach.  Few documents have that
  // score, and memory has to be waited for.
  uint32_t last_date() const {
    if (!is_dated_) {
      last_date_ = date(worst());
      is_dated_ = true;
    }
    return last_date_;
  }

  const Snapshot& snapshot_;
  size_t count_;
  Order order_;
  float threshold_;
  mutable uint32_t last_date_ = 0;  // see last_date()
  mutable bool is_dated_ = true;    // whether it holds for the threshold
  bool is_sorted() const { return count_ <= kMostSorted; }

  // Up to so many entries are kept in order, which takes less time than a heap.
  static constexpr size_t kMostSorted = 64;
  // The best first, or a heap with the worst on top, which is in any order until it is
  // full.
  std::vector<Entry> entries_;
};

}  // namespace searchkit
