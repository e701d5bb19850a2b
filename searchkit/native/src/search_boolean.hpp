// Combinations of nodes.
#pragma once

#include "search_node.hpp"

namespace searchkit {

// Nodes in the arena.
struct NodeList {
  Node** nodes = nullptr;
  uint32_t count = 0;
  Node** begin() const { return nodes; }
  Node** end() const { return nodes + count; }
  Node& operator[](uint32_t i) const { return *nodes[i]; }
};

// Documents that all of `required` match, and none of `excluded`.  Scores are added up
// in the order of `required`; nodes without scores may stand anywhere among them.
class AndNode : public Node {
 public:
  AndNode(const Place& place, NodeList required, NodeList excluded);

  void fill(Range range, float least, Candidates& out) override;
  uint32_t locate(const uint32_t* documents, uint32_t count, uint32_t* which,
                  float* scores) override;

 protected:
  void compute_bounds(float* out) override;

 private:
  void order_filters();
  void keep_by_window(Candidates& out, float least) const;
  void keep_by_row(const TermNode& node, float least, float after,
                   Candidates& out) const;

  NodeList required_, excluded_;
  float* rests_ = nullptr;  // by window: bounds of all but the first, after prepare()
  float* after_;            // bounds of the nodes behind each, in the range at hand
  Room<uint32_t> which_, documents_;
  Room<float> scores_;
};

// Documents that at least one node matches.  Scores are added up in the order of the
// nodes, which should be that of their highest scores, descending: then those at the
// end are looked up only where they can still matter (MaxScore: Turtle & Flood 1995),
// which is decided for each range.
class OrNode : public Node {
 public:
  OrNode(const Place& place, NodeList nodes);

  const NodeList& nodes() const { return nodes_; }
  // Whether all nodes are terms.
  bool all_terms() const { return all_terms_; }
  // Whether, in a window, all documents that reach a score have the first of the terms
  // that occur there.  False before prepare(), and where not all nodes are terms.
  bool is_led(uint32_t window, float least) const;
  // The same as fill() for such windows, ascending, where scores are wanted: together
  // they take less time.
  void fill_led(const uint32_t* windows, uint32_t count, float least, Candidates& out);

  void fill(Range range, float least, Candidates& out) override;
  uint32_t locate(const uint32_t* documents, uint32_t count, uint32_t* which,
                  float* scores) override;
  void mark(Bitset& set) override;

 protected:
  void compute_bounds(float* out) override;

 private:
  void finish_each(uint32_t needed, uint32_t count, float least, Candidates& out);
  void sum_tails();
  uint32_t lead_of(uint32_t window) const;
  void join(uint32_t count, Range range, float least, Candidates& out);
  void collect_dense(Range range, float least, Candidates& out);
  void collect_sparse(Range range, float least, Candidates& out);

  NodeList nodes_;
  bool all_terms_ = true;
  Node** active_;          // nodes that can match in the range at hand
  float* after_;           // bounds of each active node and those behind it
  Span* spans_;            // postings of the active terms
  Candidates** filled_;    // matches of the other active nodes
  float** tails_ = nullptr;  // see sum_tails()
  Room<uint32_t> which_, where_, wanted_, numbers_;
  Room<float> scores_, totals_;
  Room<uint8_t> flags_;
};

}  // namespace searchkit
