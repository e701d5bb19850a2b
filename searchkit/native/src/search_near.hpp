// The terms of a field that are one edit away from a word, without a walk over all.
//
// Whatever is one edit away shares a half with the word: the edit lies in the first
// half of a term, or in the second, and the other one begins or ends the word as it is
// (the pigeonhole principle of PASS-JOIN: Li, Deng, Wang & Feng, "PASS-JOIN: A
// partition-based method for similarity joins", 2011).  Only two letters that change
// places in the middle touch both, and for them the word with these two swapped is
// looked up.  So terms are kept by both halves, with their length; what the other half
// is made of tells most of the wrong ones apart.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

#include "segment.hpp"

namespace searchkit {

// The edits between two words, as FuzzyMatcher counts them, if these are one at most; 2
// if there are more.  With `transpositions`, two neighbours that change places are one.
uint32_t edits_to_one(std::string_view word, std::string_view term,
                      bool transpositions);

class NearTerms {
 public:
  // Both have to last as long.
  NearTerms(const Segment& segment, const Field& field);
  NearTerms(const NearTerms&) = delete;
  NearTerms& operator=(const NearTerms&) = delete;

  // Says that words are looked for, and tells whether candidates() can be asked: the
  // table is made when that was said often enough, by one of many threads, and never
  // for fields with too many terms or with damaged ones.
  bool is_ready();
  // Returns numbers of terms, ascending, among which are all that are within one edit
  // of a word of kMostWordSize bytes at most.  For tables that are ready.
  std::vector<uint32_t> candidates(std::string_view word) const;

  static constexpr size_t kMostWordSize = 255;

 private:
  struct Entry {
    uint32_t number;
    uint32_t mark;  // see mark_of()
  };

  bool build();
  void add_candidates(uint64_t key, uint32_t rest, std::vector<uint32_t>& found) const;

  const Segment& segment_;
  const Field& field_;
  std::atomic<uint32_t> asked_{0};
  std::atomic<bool> is_given_up_;
  std::mutex building_;
  std::atomic<bool> is_built_{false};
  uint32_t bits_ = 0;             // of the number of a bucket
  std::vector<uint32_t> starts_;  // of each bucket in the entries, and the end
  std::vector<Entry> entries_;
};

}  // namespace searchkit
