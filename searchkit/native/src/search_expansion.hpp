// The terms that a pattern stands for in a snapshot.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plan.hpp"
#include "search_snapshot.hpp"
#include "search_stop.hpp"

namespace searchkit {

struct Expansion {
  // The entries of each segment, in the order of their terms.
  std::vector<std::vector<TermEntry>> entries;
  // There were more than `most` terms; only the first ones were taken.
  bool cut = false;
};

// Finds the terms of a field that a pattern describes: all, or the `most` nearest to it;
// among equals those that are in most documents of the snapshot, then the first.  Only
// fuzzy terms are nearer or farther.
Expansion expand(const Snapshot& snapshot, std::string_view field,
                 const TermsPattern& pattern, size_t most, Stop& stop);

// The same as a list of terms with their document frequencies, in that order.
std::vector<std::pair<std::string, uint64_t>> expanded_terms(
    const Snapshot& snapshot, std::string_view field, const TermsPattern& pattern,
    size_t most, Stop& stop);

}  // namespace searchkit
