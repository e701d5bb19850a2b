// From a plan to nodes: first what holds for the whole snapshot, then for each segment.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "plan.hpp"
#include "search_expansion.hpp"
#include "search_node.hpp"
#include "search_proximity.hpp"
#include "search_snapshot.hpp"

namespace searchkit {

// Something that becomes true, for many threads.
class Once {
 public:
  Once() = default;
  Once(const Once& other) : is_done_(bool(other)) {}
  Once& operator=(const Once& other) {
    is_done_ = bool(other);
    return *this;
  }
  explicit operator bool() const { return is_done_.load(std::memory_order_relaxed); }
  void set() const { is_done_.store(true, std::memory_order_relaxed); }

 private:
  mutable std::atomic<bool> is_done_{false};
};

// A term that a query asks for, looked up in each segment.
struct QueryTerm {
  const std::string* field_name = nullptr;  // both are of the plan
  const std::string* text = nullptr;
  const FieldStatistics* statistics = nullptr;
  uint64_t document_frequency = 0;  // over the snapshot
  struct Entry {
    const Field* field = nullptr;  // nullptr where the segment does not have the term
    TermEntry entry;
    Once is_checked;  // whether a search has checked the posting list
  };
  std::vector<Entry> entries;  // by segment
};

// A node of a plan with its weights for a snapshot.  The children of And and Or stand
// in the order that their scores are added up in.
struct QueryNode {
  PlanKind kind = PlanKind::kNone;
  std::vector<uint32_t> terms;  // numbers of QueryTerms
  float weight = 0;             // with the idf where there is one
  uint32_t slop = 1;
  struct Group {
    float factor;
    std::vector<uint32_t> terms;
  };
  std::vector<Group> groups;
  std::vector<std::vector<TermEntry>> entries;  // of kTerms, by segment
  std::string field;                            // of kTerms
  std::vector<QueryNode> children, excluded;
  double most = 0;    // no score is above it
  uint64_t cost = 0;  // matches in the snapshot, at most
  uint32_t scored = 0;  // parts whose scores are added up
};

// A plan, made ready for a snapshot.  Many threads may search with it at once.
class Query {
 public:
  // The plan is simplified(), and it, the pairs and the snapshot are kept by reference;
  // patterns stand for `most_expansions` terms at most.  `stop` is not kept.
  Query(const Snapshot& snapshot, const Plan& plan,
        const std::vector<ProximityPair>& proximity, size_t most_expansions,
        Stop& stop);
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  // Texts of patterns that stand for more terms than were taken, in the order of the
  // plan.
  const std::vector<std::string>& cut_patterns() const { return cut_patterns_; }
  // A term that is all that is asked, of which a segment has one block at most.
  // Refers to the query.
  struct FewPostings {
    const Field* field;      // nullptr where there is no posting
    const TermEntry* entry;
    const FieldStatistics* statistics;
    float weight;
  };
  std::optional<FewPostings> few_postings(uint32_t leaf) const;
  // Whether there are patterns, which may stand for many terms.
  bool has_patterns() const { return has_patterns_; }
  // What is asked of a segment where that is at least one of some terms, and nothing
  // else, so that all matches have one score.  Refers to the query.
  struct OnlyTerms {
    const Field* field;  // nullptr where there are no entries
    const TermEntry* entries;
    size_t count;
    float score;
  };
  std::optional<OnlyTerms> only_terms(uint32_t leaf) const;
  // What every bound has to be multiplied by to hold in spite of rounding.
  float slack() const;

 private:
  friend class Tree;
  struct Pair {
    uint32_t left, right;
    float weight;
  };

  QueryNode resolve(const Plan& plan);
  void resolve_children(const Plan& plan, QueryNode& node);
  void resolve_best(const Plan& plan, QueryNode& node);
  void resolve_any_of(const Plan& plan, QueryNode& node);
  void resolve_terms(const Plan& plan, QueryNode& node);
  uint32_t term(const std::string& field, const std::string& text);
  std::optional<uint32_t> known(const std::string& field, const std::string& text);

  const Snapshot& snapshot_;
  Stop* stop_;  // nullptr once it is made
  size_t most_expansions_;
  std::unordered_map<std::string, uint32_t> numbers_;  // of terms, where there are many
  std::vector<QueryTerm> terms_;
  QueryNode root_;
  std::vector<Pair> pairs_;
  std::vector<std::string> cut_patterns_;
  bool has_patterns_ = false;
};

// The nodes of a query in one segment.
class Tree {
 public:
  Tree(const Query& query, uint32_t leaf, Scratch& scratch, Stop& stop);
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  const Place& place() const { return place_; }
  // nullptr where nothing can match.
  Node* root() const { return root_; }
  Proximity& proximity() { return proximity_; }

 private:
  Node* build(const QueryNode& node);
  Node* build_term(const QueryNode& node);
  Node* build_phrase(const QueryNode& node);
  Node* build_and(const QueryNode& node);
  Node* build_or(const QueryNode& node);
  Node* build_best(const QueryNode& node);
  Node* build_terms(const QueryNode& node);
  Node* build_constant(const QueryNode& node);
  Node* set_node(Bitset set, float score);
  Bitset marked(const QueryNode& node);
  Bitset empty_set();
  DecodedList* list(uint32_t term);
  std::vector<Proximity::Pair> pairs();

  const Query& query_;
  const uint32_t leaf_;
  Place place_;
  std::vector<DecodedList*> lists_;  // by term; nullptr as long as they are not needed
  Node* root_ = nullptr;
  Proximity proximity_;
};

}  // namespace searchkit
