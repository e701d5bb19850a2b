// Words in order, near each other.
#pragma once

#include "search_node.hpp"

namespace searchkit {

// A phrase occurs at each position of its first term from which on the other terms
// follow in order, each at most `slop` positions behind the one before.  It scores like
// a term that occurs as often.
class PhraseNode : public Node {
 public:
  // `lists` has each distinct term once; `terms` says for each word of the phrase which
  // of them it is.  Both are kept.
  PhraseNode(const Place& place, DecodedList** lists, uint32_t list_count,
             const uint32_t* terms, uint32_t term_count, float weight, uint32_t slop);

  void fill(Range range, float least, Candidates& out) override;
  uint32_t locate(const uint32_t* documents, uint32_t count, uint32_t* which,
                  float* scores) override;

 protected:
  void compute_bounds(float* out) override;

 private:
  bool scores_by(uint32_t list) const { return slop_ == 1 || list == terms_[0]; }
  uint32_t keep_able(uint32_t list, uint32_t count, float least_share);
  uint32_t narrow(uint32_t count, float least_share);
  uint32_t occurrences(uint32_t candidate);
  uint32_t adjacent();
  uint32_t keep_adjacent(uint32_t word, uint32_t* starts, uint32_t count) const;
  uint32_t following();

  DecodedList** lists_;
  uint32_t list_count_;
  const uint32_t* terms_;
  uint32_t term_count_;
  float weight_;
  uint32_t slop_;
  uint32_t* order_;              // lists, the shortest first
  uint32_t* term_order_;         // words, the rarest in the document at hand first
  PositionRun* positions_;       // of each list in the document at hand
  Room<uint32_t>* postings_;     // of each list for the candidates at hand
  Room<uint32_t> documents_, which_, found_which_, found_where_, starts_;
};

}  // namespace searchkit
