// Running queries on a snapshot.
//
//   plan.hpp            Plan: what is asked
//   search_tree.hpp     Query: the plan with weights and expansions for a snapshot;
//                       Tree: the query as nodes on the posting lists of a segment
//   search_collect.hpp  Collector: looks through a segment for what can be on the page
//   search_topk.hpp     TopK: keeps the page
//
// A searcher may be used by many threads at once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plan.hpp"
#include "search_scratch.hpp"
#include "search_snapshot.hpp"
#include "search_stop.hpp"
#include "search_topk.hpp"
#include "search_tree.hpp"

namespace searchkit {

// The page that is wanted.
struct Page {
  uint32_t limit = 10;   // hits of the page
  uint32_t offset = 0;   // hits before it
  Order order = Order::kRelevance;
  bool count = true;     // whether a total is wanted
};

struct SearchOptions {
  Page page;
  size_t max_expansions = 2000;
  std::vector<ProximityPair> proximity;
};

struct SearchResult {
  std::optional<uint64_t> total;
  std::vector<Hit> hits;
  std::vector<std::string> cut_patterns;
};

// All matches of a segment, ascending.
struct SegmentMatches {
  std::vector<uint32_t> documents;
  std::vector<float> scores;
};

class Searcher {
 public:
  explicit Searcher(Snapshot snapshot) : snapshot_(std::move(snapshot)) {}

  const Snapshot& snapshot() const { return snapshot_; }

  // All of these throw Damage, Interrupted, or std::invalid_argument for patterns that
  // are too long.  Plans are simplified().
  SearchResult search(const Plan& plan, const SearchOptions& options, Stop& stop);
  // The same for a query that was made for the snapshot.
  SearchResult search(const Query& query, const Page& page, Stop& stop);
  SegmentMatches matches(const Plan& plan, uint32_t leaf, const SearchOptions& options,
                         Stop& stop);
  uint64_t count(const Plan& plan, const SearchOptions& options, Stop& stop);

 private:
  const Snapshot snapshot_;
  ScratchPool scratch_;
};

}  // namespace searchkit
