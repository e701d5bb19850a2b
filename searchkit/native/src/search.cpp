#include "search.hpp"

#include <algorithm>
#include <functional>
#include <memory>

#include "search_collect.hpp"
#include "search_newest.hpp"

namespace searchkit {

namespace {

// Offers all documents of a rare term, for which no memory has to be lent and no nodes
// made; returns how many there are.
uint64_t offer_few(const Snapshot& snapshot, uint32_t number,
                   const Query::FewPostings& few, TopK& top, Stop& stop) {
  if (few.field == nullptr) return 0;
  stop.check();
  const Leaf& leaf = snapshot.leaves()[number];
  uint32_t documents[kBlock], frequencies[kBlock];
  const PostingList list(*leaf.segment, *few.field, *few.entry, documents);
  list.frequencies(0, frequencies);
  const uint32_t size = list.block_size(0);
  const uint8_t* codes =
      few.statistics->has_lengths ? few.field->length_codes : nullptr;
  uint64_t total = 0;
  for (uint32_t i = 0; i < size; ++i) {
    const uint32_t document = documents[i];
    if (leaf.is_deleted(document)) continue;
    ++total;
    const float norm = few.statistics->norms[codes == nullptr ? 0 : codes[document]];
    const float share = DecodedList::share_with(norm, frequencies[i]);
    top.offer(number, document, few.weight * share);
  }
  return total;
}

// Finds the page by relevance; returns the total, or 0 where none is wanted.
uint64_t best_first(const Snapshot& snapshot, const Query& query, bool count, TopK& top,
                    ScratchPool::Loan& loan, Stop& stop) {
  uint64_t total = 0;
  for (uint32_t leaf = 0; leaf < snapshot.leaves().size(); ++leaf) {
    if (const auto few = query.few_postings(leaf)) {
      total += offer_few(snapshot, leaf, *few, top, stop);
      continue;
    }
    Scratch& scratch = *loan;
    if (!count && offer_newest(snapshot, leaf, query, top, scratch.arena, stop)) {
      continue;
    }
    Tree tree(query, leaf, scratch, stop);
    Collector collector(snapshot, leaf, tree, stop);
    if (count) {
      total += collector.search_and_count(top);
    } else {
      collector.search(top);
    }
  }
  return total;
}

// Finds the page by date; returns the total.  Dates alone say which documents can be on
// it, so that only these are scored.
uint64_t by_date(const Snapshot& snapshot, const Query& query, size_t wanted,
                 bool oldest, TopK& top, Scratch& scratch, Stop& stop) {
  struct Found {
    std::unique_ptr<Tree> tree;
    std::vector<uint32_t> documents;
  };
  // What a date is sorted by, ascending; see Order.
  const auto rank = [&](const Leaf& leaf, uint32_t document) {
    const uint32_t date = leaf.date(document);
    return oldest ? date - 1 : ~date;
  };
  std::vector<Found> all;
  std::vector<uint32_t> ranks;
  for (uint32_t number = 0; number < snapshot.leaves().size(); ++number) {
    const Leaf& leaf = snapshot.leaves()[number];
    Found found;
    found.tree = std::make_unique<Tree>(query, number, scratch, stop);
    Node* root = found.tree->root();
    if (root != nullptr) {
      const Place& place = found.tree->place();
      Bitset set(place.arena().zeros<uint64_t>(Bitset::words_for(place.documents)),
                 place.documents);
      root->mark(set);
      set.each(0, place.documents, [&](uint32_t document) {
        if (leaf.is_deleted(document)) return;
        found.documents.push_back(document);
        ranks.push_back(rank(leaf, document));
      });
    }
    all.push_back(std::move(found));
  }
  const uint64_t total = ranks.size();
  if (wanted == 0) return total;
  uint32_t last = UINT32_MAX;
  if (ranks.size() > wanted) {
    const auto at = ranks.begin() + static_cast<ptrdiff_t>(wanted - 1);
    std::nth_element(ranks.begin(), at, ranks.end());
    last = *at;
  }
  for (uint32_t number = 0; number < all.size(); ++number) {
    Found& found = all[number];
    if (found.documents.empty()) continue;
    const Leaf& leaf = snapshot.leaves()[number];
    const auto too_late = [&](uint32_t document) {
      return rank(leaf, document) > last;
    };
    std::vector<uint32_t>& documents = found.documents;
    documents.erase(std::remove_if(documents.begin(), documents.end(), too_late),
                    documents.end());
    stop.check();
    Collector(snapshot, number, *found.tree, stop).offer_known(documents, top);
  }
  return total;
}

uint64_t count_all(const Snapshot& snapshot, const Query& query, Scratch& scratch,
                   Stop& stop) {
  uint64_t total = 0;
  for (uint32_t leaf = 0; leaf < snapshot.leaves().size(); ++leaf) {
    Tree tree(query, leaf, scratch, stop);
    total += Collector(snapshot, leaf, tree, stop).count();
  }
  return total;
}

}  // namespace

SearchResult Searcher::search(const Plan& plan, const SearchOptions& options,
                              Stop& stop) {
  const Query query(snapshot_, plan, options.proximity, options.max_expansions, stop);
  return search(query, options.page, stop);
}

SearchResult Searcher::search(const Query& query, const Page& page, Stop& stop) {
  stop.check();  // there may be nothing to do
  ScratchPool::Loan scratch(scratch_);
  SearchResult result;
  const uint64_t wanted = page.limit == 0 ? 0 : uint64_t{page.offset} + page.limit;
  const auto room = static_cast<uint32_t>(
      std::min<uint64_t>(wanted, std::max<uint64_t>(snapshot_.documents(), 1)));
  uint64_t total = 0;
  if (wanted == 0) {
    if (page.count) total = count_all(snapshot_, query, *scratch, stop);
  } else {
    TopK top(snapshot_, room, page.order);
    if (page.order == Order::kRelevance) {
      total = best_first(snapshot_, query, page.count, top, scratch, stop);
    } else {
      total = by_date(snapshot_, query, room, page.order == Order::kOldest, top,
                      *scratch, stop);
    }
    result.hits = top.take(page.offset);
  }
  if (page.count) result.total = total;
  result.cut_patterns = query.cut_patterns();
  scratch.give_back();
  return result;
}

SegmentMatches Searcher::matches(const Plan& plan, uint32_t leaf,
                                 const SearchOptions& options, Stop& stop) {
  ScratchPool::Loan scratch(scratch_);
  SegmentMatches found;
  {
    const Query query(snapshot_, plan, options.proximity, options.max_expansions, stop);
    Tree tree(query, leaf, *scratch, stop);
    Collector(snapshot_, leaf, tree, stop).each([&](uint32_t document, float score) {
      found.documents.push_back(document);
      found.scores.push_back(score);
    });
  }
  scratch.give_back();
  return found;
}

uint64_t Searcher::count(const Plan& plan, const SearchOptions& options, Stop& stop) {
  ScratchPool::Loan scratch(scratch_);
  uint64_t total = 0;
  {
    const Query query(snapshot_, plan, {}, options.max_expansions, stop);
    total = count_all(snapshot_, query, *scratch, stop);
  }
  scratch.give_back();
  return total;
}

}  // namespace searchkit
