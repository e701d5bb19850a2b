#include "search_expansion.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "search_automata.hpp"

namespace searchkit {

namespace {

using Counted = std::pair<std::string, uint64_t>;

struct Found {
  std::string term;
  TermEntry entry;
};

// Steps after which looking up a term is faster than walking on.
constexpr int kPatience = 16;
constexpr size_t kTermsPerCheck = 64;

void move_to(TermCursor& cursor, const std::string& text) {
  for (int step = 0; step < kPatience; ++step) {
    cursor.next();
    if (!cursor.valid() || cursor.text() >= text) return;
  }
  cursor.seek(text);
}

// Calls `visit` with a cursor at each of the terms of a segment that a pattern
// describes, in order.
template <class Visit>
void each_term(const Leaf& leaf, std::string_view name, const TermsPattern& pattern,
               Stop& stop, Visit&& visit) {
  const Field* field = leaf.segment->field(name);
  if (field == nullptr) return;
  const auto matcher = matcher_for(pattern);
  TermCursor cursor(*leaf.segment, *field);
  leaf.finder(*field).seek(cursor, matcher->start());
  for (size_t walked = 0; cursor.valid(); ++walked) {
    if (walked % kTermsPerCheck == 0) stop.check();
    const Verdict verdict = matcher->judge(cursor.text());
    if (verdict == Verdict::kOver) break;
    if (verdict == Verdict::kWanted) visit(cursor);
    if (verdict == Verdict::kLeap) {
      move_to(cursor, matcher->leap());
    } else {
      cursor.next();
    }
  }
}

std::vector<std::vector<Found>> terms_of_all(const Snapshot& snapshot,
                                             std::string_view field,
                                             const TermsPattern& pattern, Stop& stop) {
  matcher_for(pattern);  // says what is wrong with it even where there is no segment
  std::vector<std::vector<Found>> all;
  for (const Leaf& leaf : snapshot.leaves()) {
    std::vector<Found> found;
    each_term(leaf, field, pattern, stop, [&](const TermCursor& cursor) {
      found.push_back({cursor.text(), cursor.entry()});
    });
    all.push_back(std::move(found));
  }
  return all;
}

// The `most` most frequent terms, in that order; `more` says whether there were others.
std::vector<Counted> most_frequent(const std::vector<std::vector<Found>>& all,
                                   size_t most, bool& more) {
  std::unordered_map<std::string_view, uint64_t> counts;
  for (const std::vector<Found>& found : all) {
    for (const Found& term : found) {
      counts[term.term] += term.entry.document_frequency;
    }
  }
  std::vector<std::pair<std::string_view, uint64_t>> ranked(counts.begin(),
                                                            counts.end());
  more = ranked.size() > most;
  const auto end = ranked.begin() + static_cast<ptrdiff_t>(more ? most : ranked.size());
  const auto is_first = [](const auto& left, const auto& right) {
    return left.second != right.second ? left.second > right.second
                                       : left.first < right.first;
  };
  std::partial_sort(ranked.begin(), end, ranked.end(), is_first);
  return std::vector<Counted>(ranked.begin(), end);
}

}  // namespace

Expansion expand(const Snapshot& snapshot, std::string_view field,
                 const TermsPattern& pattern, size_t most, Stop& stop) {
  matcher_for(pattern);  // says what is wrong with it even where there is no segment
  Expansion expansion;
  size_t total = 0;
  for (const Leaf& leaf : snapshot.leaves()) {
    std::vector<TermEntry> entries;
    each_term(leaf, field, pattern, stop, [&](const TermCursor& cursor) {
      entries.push_back(cursor.entry());
    });
    total += entries.size();
    expansion.entries.push_back(std::move(entries));
  }
  if (total <= most) return expansion;
  // Few patterns stand for so many that their texts are needed.
  const std::vector<std::vector<Found>> all =
      terms_of_all(snapshot, field, pattern, stop);
  std::unordered_set<std::string> kept;
  for (Counted& term : most_frequent(all, most, expansion.cut)) {
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
  return most_frequent(terms_of_all(snapshot, field, pattern, stop), most, more);
}

}  // namespace searchkit
