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

std::vector<Found> terms_of(const Leaf& leaf, std::string_view name,
                            const TermsPattern& pattern, Stop& stop) {
  std::vector<Found> found;
  const Field* field = leaf.segment->field(name);
  if (field == nullptr) return found;
  const auto matcher = matcher_for(pattern);
  TermCursor cursor(*leaf.segment, *field);
  cursor.seek(matcher->start());
  for (size_t walked = 0; cursor.valid(); ++walked) {
    if (walked % kTermsPerCheck == 0) stop.check();
    const Verdict verdict = matcher->judge(cursor.text());
    if (verdict == Verdict::kOver) break;
    if (verdict == Verdict::kWanted) found.push_back({cursor.text(), cursor.entry()});
    if (verdict == Verdict::kLeap) {
      move_to(cursor, matcher->leap());
    } else {
      cursor.next();
    }
  }
  return found;
}

std::vector<std::vector<Found>> terms_of_all(const Snapshot& snapshot,
                                             std::string_view field,
                                             const TermsPattern& pattern, Stop& stop) {
  matcher_for(pattern);  // says what is wrong with it even where there is no segment
  std::vector<std::vector<Found>> all;
  for (const Leaf& leaf : snapshot.leaves()) {
    all.push_back(terms_of(leaf, field, pattern, stop));
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
  const std::vector<std::vector<Found>> all =
      terms_of_all(snapshot, field, pattern, stop);
  Expansion expansion;
  size_t total = 0;
  for (const std::vector<Found>& found : all) total += found.size();
  std::unordered_set<std::string> kept;
  if (total > most) {
    for (Counted& term : most_frequent(all, most, expansion.cut)) {
      kept.insert(std::move(term.first));
    }
  }
  for (const std::vector<Found>& found : all) {
    std::vector<TermEntry> entries;
    for (const Found& term : found) {
      if (!expansion.cut || kept.count(term.term) != 0) entries.push_back(term.entry);
    }
    expansion.entries.push_back(std::move(entries));
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
