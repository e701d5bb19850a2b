#include "search_expansion.hpp"

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "search_automata.hpp"

namespace searchkit {

namespace {

using Counted = std::pair<std::string, uint64_t>;

struct Found {
  std::string term;
  TermEntry entry;
  uint32_t distance;  // from what was asked for
};

constexpr size_t kTermsPerCheck = 64;

// Whether a table of near terms can be asked for a pattern.
bool is_one_edit(const TermsPattern& pattern) {
  return pattern.kind == TermsKind::kFuzzy && pattern.distance == 1 &&
         pattern.prefix_length == 0 && pattern.text.size() <= NearTerms::kMostWordSize;
}

// Calls `visit` with a cursor at each of the terms of a segment that a pattern
// describes, in order, and with how far the term is from what was asked for.  The
// matcher is made where it is needed and there is none, and serves all segments.
template <class Visit>
void each_term(const Leaf& leaf, std::string_view name, const TermsPattern& pattern,
               std::unique_ptr<TermMatcher>& matcher, Stop& stop, Visit&& visit) {
  const Field* field = leaf.segment->field(name);
  if (field == nullptr) return;
  TermCursor cursor(*leaf.segment, *field);
  if (is_one_edit(pattern) && leaf.near(*field).is_ready()) {
    size_t read = 0;
    for (const uint32_t number : leaf.near(*field).candidates(pattern.text)) {
      if (read++ % kTermsPerCheck == 0) stop.check();
      cursor.move_to(number);
      const uint32_t edits =
          edits_to_one(pattern.text, cursor.text(), pattern.transpositions);
      if (edits <= 1) visit(cursor, edits);
    }
    return;
  }
  if (matcher == nullptr) matcher = matcher_for(pattern);
  leaf.finder(*field).seek(cursor, matcher->start());
  for (size_t walked = 0; cursor.valid(); ++walked) {
    if (walked % kTermsPerCheck == 0) stop.check();
    const Verdict verdict = matcher->judge(cursor.text());
    if (verdict == Verdict::kOver) break;
    if (verdict == Verdict::kWanted) visit(cursor, matcher->distance());
    if (verdict == Verdict::kLeap) {
      // What is looked for is often what comes next.
      cursor.next();
      if (cursor.valid() && cursor.text() < matcher->leap()) {
        cursor.seek(matcher->leap());
      }
    } else {
      cursor.next();
    }
  }
}

// Says what is wrong with a pattern even where there is no segment; nothing can be with
// those that a table may be asked for.
std::unique_ptr<TermMatcher> checked_matcher(const TermsPattern& pattern) {
  return is_one_edit(pattern) ? nullptr : matcher_for(pattern);
}

std::vector<std::vector<Found>> terms_of_all(const Snapshot& snapshot,
                                             std::string_view field,
                                             const TermsPattern& pattern, Stop& stop) {
  auto matcher = checked_matcher(pattern);
  std::vector<std::vector<Found>> all;
  for (const Leaf& leaf : snapshot.leaves()) {
    std::vector<Found> found;
    const auto keep = [&](const TermCursor& cursor, uint32_t distance) {
      found.push_back({std::string(cursor.text()), cursor.entry(), distance});
    };
    each_term(leaf, field, pattern, matcher, stop, keep);
    all.push_back(std::move(found));
  }
  return all;
}

// The `most` nearest terms and of these the most frequent, in that order; `more` says
// whether there were others.
std::vector<Counted> first_terms(const std::vector<std::vector<Found>>& all,
                                 size_t most, bool& more) {
  struct Ranked {
    std::string_view term;
    uint64_t frequency = 0;
    uint32_t distance = 0;
  };
  std::unordered_map<std::string_view, Ranked> by_term;
  for (const std::vector<Found>& found : all) {
    for (const Found& term : found) {
      Ranked& ranked = by_term[term.term];
      ranked.term = term.term;
      ranked.frequency += term.entry.document_frequency;
      ranked.distance = term.distance;
    }
  }
  std::vector<Ranked> ranked;
  for (const auto& [_, term] : by_term) ranked.push_back(term);
  more = ranked.size() > most;
  const auto end = ranked.begin() + static_cast<ptrdiff_t>(more ? most : ranked.size());
  const auto is_first = [](const Ranked& left, const Ranked& right) {
    if (left.distance != right.distance) return left.distance < right.distance;
    return left.frequency != right.frequency ? left.frequency > right.frequency
                                             : left.term < right.term;
  };
  std::partial_sort(ranked.begin(), end, ranked.end(), is_first);
  std::vector<Counted> first;
  for (auto at = ranked.begin(); at != end; ++at) {
    first.emplace_back(at->term, at->frequency);
  }
  return first;
}

}  // namespace

Expansion expand(const Snapshot& snapshot, std::string_view field,
                 const TermsPattern& pattern, size_t most, Stop& stop) {
  auto matcher = checked_matcher(pattern);
  Expansion expansion;
  size_t total = 0;
  for (const Leaf& leaf : snapshot.leaves()) {
    std::vector<TermEntry> entries;
    const auto keep = [&](const TermCursor& cursor, uint32_t) {
      entries.push_back(cursor.entry());
    };
    each_term(leaf, field, pattern, matcher, stop, keep);
    total += entries.size();
    expansion.entries.push_back(std::move(entries));
  }
  if (total <= most) return expansion;
  // Few patterns stand for so many that their texts are needed.
  const std::vector<std::vector<Found>> all =
      terms_of_all(snapshot, field, pattern, stop);
  std::unordered_set<std::string> kept;
  for (Counted& term : first_terms(all, most, expansion.cut)) {
    kept.insert(std::move(term.first));
  }
  if (!expansion.cut) return expansion;
  for (size_t leaf = 0; leaf < all.size(); ++leaf) {
    std::vector<TermEntry>& entries = expansion.entries[leaf];
    entries.clear();
    for (const Found& term : all[leaf]) {
      if (kept.count(term.term) != 0) entries.push_back(term.entry);
    }
  }
  return expansion;
}

std::vector<Counted> expanded_terms(const Snapshot& snapshot, std::string_view field,
                                    const TermsPattern& pattern, size_t most,
                                    Stop& stop) {
  bool more = false;
  return first_terms(terms_of_all(snapshot, field, pattern, stop), most, more);
}

}  // namespace searchkit
