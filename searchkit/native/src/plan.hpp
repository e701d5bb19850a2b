// Query plans: what is asked, as plain values.
//
// A plan is a tree over terms, which are the bytes of a dictionary's entries: whatever
// was a word, a name or a day has become terms before.  The Python form is a nested
// tuple whose first item names the kind; search_binding.cpp reads it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace searchkit {

// Nodes of a plan, and terms of all its nodes together, at most.
constexpr uint32_t kMostPlanNodes = 1u << 16;
constexpr uint32_t kMostPlanTerms = 1u << 17;
// Nodes inside each other, at most.
constexpr uint32_t kMostPlanDepth = 200;
// The largest weight, boosts included: so no sum of scores runs over.
constexpr float kMostWeight = 1e20f;

// Several terms of which the best one counts; see PlanKind::kBest.
struct PlanGroup {
  double share = 1;  // above 0, to 1
  std::vector<std::string> terms;
};

// How a set of terms is described.
enum class TermsKind {
  kPrefix,    // those that begin with `text`
  kRange,     // those from `first` to `last`, in the order of bytes
  kWildcard,  // those that `text` matches: * is any text, ? any code point
  kFuzzy,     // those within `distance` edits of `text`
};

struct TermsPattern {
  TermsKind kind = TermsKind::kPrefix;
  std::string text;
  std::optional<std::string> first, last;
  bool includes_first = true, includes_last = true;
  uint32_t distance = 0;
  uint32_t prefix_length = 0;  // code points at the beginning that have to be the same
  bool transpositions = true;  // two neighbours that change places are one edit
};

enum class PlanKind {
  kNone,      // no document
  kAll,       // every document, score 0
  kTerm,      // terms[0] in a field
  kPhrase,    // all terms in order, each at most `slop` positions behind the one before
  kAnd,       // all children; those that are kNot exclude
  kOr,        // at least one child
  kNot,       // not the child; score 0
  kConstant,  // the child, with `weight` for its score
  kBoost,     // the child, with its score times `weight`
  kBest,      // at least one term of the groups; see searchkit.engines.scoring
  kTerms,     // at least one of the terms that `pattern` describes, score 0
};

// Weights are 0 to kMostWeight; a weight of 0 makes a filter.
struct Plan {
  PlanKind kind = PlanKind::kNone;
  std::string field;
  std::vector<std::string> terms;
  float weight = 0;
  uint32_t slop = 1;
  std::vector<PlanGroup> groups;
  TermsPattern pattern;
  std::vector<Plan> children;
};

// Two terms whose closeness counts, with the weight of its evidence.
struct ProximityPair {
  std::string field, left, right;
  float weight = 0;
};

// Turns a plan into one with the same matches and the same scores up to rounding:
// boosts are multiplied into weights, nested groups of one kind are joined, what cannot
// match is left out, and no And or Or has fewer than two children.  An And has a child
// that is no kNot.  Throws std::invalid_argument where weights become too large.
Plan simplified(Plan plan);

}  // namespace searchkit
