// What every part of a query can do in one segment.
//
// Documents are looked at range by range, in any order.  A range is one window of the
// segment, for which there are score bounds, or several neighbouring ones.  A node
// gives a bound for it, fills it with candidates, and says which of somebody else's
// candidates it matches.  A node may leave out candidates that cannot reach the least
// score that matters; what it gives has its whole score, added up in one order
// everywhere, so that a score does not depend on what was left out.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "bitset.hpp"
#include "search_list.hpp"
#include "search_scratch.hpp"
#include "search_stop.hpp"

namespace searchkit {

// One segment in one search.
struct Place {
  const Segment& segment;
  Scratch& scratch;
  Stop& stop;
  uint32_t documents, windows, window_shift;
  // Sums of rounded numbers may exceed the sum of rounded bounds by this factor, which
  // every bound that a leaf gives includes.
  float slack;

  Arena& arena() const { return scratch.arena; }
};

// An array that grows; what was in it is lost then.
template <class T>
class Room {
 public:
  T* reserve(Arena& arena, uint32_t count) {
    if (count > size_) {
      size_ = std::max(count, 2 * size_);
      data_ = arena.array<T>(size_t{size_} + 16);
    }
    return data_;
  }
  T* data() const { return data_; }

 private:
  T* data_ = nullptr;
  uint32_t size_ = 0;
};

// Ascending documents, with scores where they are wanted.
class Candidates {
 public:
  explicit Candidates(bool scored) : scored_(scored) {}

  bool scored() const { return scored_; }
  // Removes all; from now on scores are wanted, or are not.
  void want_scores(bool scored) {
    scored_ = scored;
    count_ = 0;
  }
  uint32_t count() const { return count_; }
  void resize(uint32_t count) { count_ = count; }
  uint32_t* documents() const { return documents_.data(); }
  float* scores() const { return scores_.data(); }

  // Removes all, and makes room for so many.
  void clear(Arena& arena, uint32_t room) {
    count_ = 0;
    documents_.reserve(arena, room);
    if (scored_) scores_.reserve(arena, room);
  }
  // Without a check of the room; the score is for those who want it.
  void push(uint32_t document, float score) {
    documents_.data()[count_] = document;
    if (scored_) scores_.data()[count_] = score;
    ++count_;
  }
  // Keeps those whose score reaches `least`.
  void keep_from(float least) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count_; ++i) {
      documents()[kept] = documents()[i];
      scores()[kept] = scores()[i];
      kept += scores()[i] >= least;
    }
    count_ = kept;
  }

 private:
  bool scored_;
  uint32_t count_ = 0;
  Room<uint32_t> documents_;
  Room<float> scores_;
};

enum class NodeKind { kTerm, kAnd, kOr, kPhrase, kBest, kSet };

// Nodes live in the arena of their search and are never destroyed.
class Node {
 public:
  NodeKind kind() const { return kind_; }
  // Matches, at most.
  uint64_t cost() const { return cost_; }
  // No score is above it.
  float most() const { return most_; }
  // Every match scores above 0.
  bool is_positive() const { return is_positive_; }

  // Computes bounds for each window, once.
  void prepare() {
    if (bounds_ != nullptr) return;
    float* bounds = place_.arena().array<float>(place_.windows + 16);
    compute_bounds(bounds);
    bounds_ = bounds;
  }
  // Upper bounds of the score by window, after prepare(); kNoMatch where nothing
  // matches.
  const float* bounds() const { return bounds_; }
  // The same for a range that is not empty; most() before prepare().
  float bound(Range range) const {
    if (bounds_ == nullptr) return most_;
    const uint32_t first = range.begin >> place_.window_shift;
    const uint32_t last = (range.end - 1) >> place_.window_shift;
    float most = bounds_[first];
    for (uint32_t w = first + 1; w <= last; ++w) most = std::max(most, bounds_[w]);
    return most;
  }

  // Replaces candidates by the matches in a range of kMostRange documents at most.
  // Where scores are wanted, matches below `least` may be missing.
  virtual void fill(Range range, float least, Candidates& out) = 0;
  // Finds the matches among `count` ascending documents: writes which ones they are,
  // ascending, and their scores unless `scores` is nullptr; returns how many.
  virtual uint32_t locate(const uint32_t* documents, uint32_t count, uint32_t* which,
                          float* scores) = 0;
  // Adds all matches to a set.
  virtual void mark(Bitset& set);

  // Keeps the candidates that match, and adds to their scores; those that do not reach
  // `least` then may be left out.
  void refine(Candidates& candidates, float least);
  // Adds to the scores of candidates that match.
  void add_to(Candidates& candidates);
  // Removes candidates that match.
  void remove_from(Candidates& candidates);

 protected:
  Node(NodeKind kind, const Place& place) : kind_(kind), place_(place) {}
  ~Node() = default;

  virtual void compute_bounds(float* out) = 0;

  NodeKind kind_;
  bool is_positive_ = false;
  const Place& place_;
  uint64_t cost_ = 0;
  float most_ = 0;
  const float* bounds_ = nullptr;

 private:
  uint32_t locate_in(const Candidates& candidates, bool scored);
  Room<uint32_t> which_;
  Room<float> found_scores_;
};

// A term, with the score of BM25, or one and the same for all its documents.
class TermNode : public Node {
 public:
  // With weight 0 and no constant, a filter.
  TermNode(const Place& place, DecodedList& list, float weight);
  // Every document scores `constant`.
  static TermNode constant(const Place& place, DecodedList& list, float constant);

  DecodedList& list() const { return list_; }
  bool uses_shares() const { return weight_ > 0; }
  // What a share is multiplied by, where there are any.
  float weight() const { return weight_; }
  // The score of every document, where there are no shares.
  float constant() const { return constant_; }
  // The score of a posting that was found.
  float score(uint32_t posting) const {
    return uses_shares() ? weight_ * list_.share_alone(posting) : constant_;
  }

  void fill(Range range, float least, Candidates& out) override;
  uint32_t locate(const uint32_t* documents, uint32_t count, uint32_t* which,
                  float* scores) override;
  void mark(Bitset& set) override;

 protected:
  void compute_bounds(float* out) override;

 private:
  void fill_window(Range range, float least, Candidates& out);

  DecodedList& list_;
  float weight_, constant_ = 0;
  Room<uint32_t> where_;
};

// Any set of documents, with one score for all.
class SetNode : public Node {
 public:
  SetNode(const Place& place, Bitset set, float score);

  const Bitset& set() const { return set_; }
  float score() const { return score_; }

  void fill(Range range, float least, Candidates& out) override;
  uint32_t locate(const uint32_t* documents, uint32_t count, uint32_t* which,
                  float* scores) override;
  void mark(Bitset& set) override { set.add(set_); }

 protected:
  void compute_bounds(float* out) override;

 private:
  Bitset set_;
  float score_;
};

}  // namespace searchkit
