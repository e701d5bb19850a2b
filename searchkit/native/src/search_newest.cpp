#include "search_newest.hpp"

#include <algorithm>
#include <numeric>

#include "bitset.hpp"
#include "postings.hpp"
#include "search_scratch.hpp"
#include "search_stop.hpp"
#include "search_topk.hpp"
#include "search_tree.hpp"

namespace searchkit {

namespace {

// The order is made when so many times the documents of a segment were looked at.
constexpr uint64_t kPatience = 8;
// Bits that documents are sorted by in one pass.
constexpr uint32_t kDigitBits = 11;
// Fewer postings than one for so many documents are offered one by one.
constexpr uint64_t kFewShare = 32;
// In how many of the terms a document is, about, where there are several.
constexpr uint64_t kOverlap = 2;
// More documents than one in so many are not worth looking for one by one.
constexpr uint64_t kMostShare = 4;
// By how much more documents are looked for when the first were not enough.
constexpr uint64_t kGrowth = 4;
// Looking for a document in a block takes as long as going over so many postings.
constexpr uint64_t kSeekCost = 5;

// Sorts documents by a number that each has, in passes from its lowest bits to its
// highest; those with the same number stay in order.
template <class NumberOf>
void sort_by(std::vector<uint32_t>& documents, std::vector<uint32_t>& room,
             NumberOf&& number_of) {
  constexpr uint32_t mask = (1u << kDigitBits) - 1;
  for (uint32_t shift = 0; shift < 32; shift += kDigitBits) {
    const auto digit_of = [&](uint32_t document) {
      return number_of(document) >> shift & mask;
    };
    std::vector<uint32_t> starts(mask + 1, 0);
    for (const uint32_t document : documents) ++starts[digit_of(document)];
    if (starts[digit_of(documents[0])] == documents.size()) continue;
    uint32_t before = 0;
    for (uint32_t& start : starts) {
      const uint32_t size = start;
      start = before;
      before += size;
    }
    for (const uint32_t document : documents) {
      room[starts[digit_of(document)]++] = document;
    }
    documents.swap(room);
  }
}

std::vector<uint32_t> newest_first(const Leaf& leaf) {
  std::vector<uint32_t> documents(leaf.segment->documents());
  if (documents.empty()) return documents;
  std::iota(documents.begin(), documents.end(), 0u);
  std::vector<uint32_t> room(documents.size());
  sort_by(documents, room, [&](uint32_t document) { return leaf.key(document); });
  sort_by(documents, room, [&](uint32_t document) { return ~leaf.date(document); });
  return documents;
}

// What is asked of one segment.
struct Terms {
  const Field& field;
  const TermEntry* entries;
  size_t count;
  float score;
};

// Looks through the posting lists of terms for the newest documents.
class Search {
 public:
  Search(const Leaf& leaf, uint32_t number, const Terms& terms, TopK& top,
         Arena& arena, Stop& stop)
      : leaf_(leaf),
        number_(number),
        documents_(leaf.segment->documents()),
        terms_(terms),
        top_(top),
        arena_(arena),
        stop_(stop),
        open_(arena.array<uint64_t>(Bitset::words_for(documents_)), documents_) {}

  // Offers every match once.
  void offer_all() {
    std::memset(open_.words(), 0xFF, open_.word_count() * sizeof *open_.words());
    for (size_t i = 0; i < terms_.count; ++i) look_through(terms_.entries[i]);
  }

  // Offers matches until no other one can come in.  Starts with the `first` newest.
  void offer_newest(const uint32_t* order, uint64_t first) {
    sort_lists();
    const auto wanted = std::min<uint64_t>(top_.room(), documents_);
    uint32_t taken = 0;
    for (uint64_t size = first;; size *= kGrowth) {
      const auto end = static_cast<uint32_t>(
          std::min<uint64_t>(taken + size, documents_));
      open(order + taken, end - taken);
      taken = end;
      for (uint32_t i = 0; i < large_count_ && candidate_count_ > 0; ++i) {
        look_in_blocks(*large_[i]);
      }
      for (size_t i = 0; i < terms_.count && candidate_count_ > 0; ++i) {
        const TermEntry& entry = terms_.entries[i];
        if (entry.document_frequency <= kBlock) look_through(entry);
      }
      if (found_ >= wanted || taken == documents_) return;
      if (top_.is_over(terms_.score, leaf_.date(order[taken]))) return;
    }
  }

 private:
  // The lists of several blocks, the longest first: they fill the page soon.
  void sort_lists() {
    large_ = arena_.array<const TermEntry*>(terms_.count);
    for (size_t i = 0; i < terms_.count; ++i) {
      large_[large_count_] = &terms_.entries[i];
      large_count_ += terms_.entries[i].document_frequency > kBlock;
    }
    std::sort(large_, large_ + large_count_,
              [](const TermEntry* left, const TermEntry* right) {
                return left->document_frequency > right->document_frequency;
              });
  }

  // From now on these documents are looked for, as far as they can come in.
  void open(const uint32_t* documents, uint32_t count) {
    open_.clear();
    candidates_ = arena_.array<uint32_t>(count);
    candidate_count_ = 0;
    // They are few: which words of the set are not empty is noted, too.
    const uint32_t words = open_.word_count();
    Bitset used(arena_.zeros<uint64_t>(Bitset::words_for(words)), words);
    for (uint32_t i = 0; i < count; ++i) {
      if (leaf_.is_deleted(documents[i])) continue;
      open_.set(documents[i]);
      used.set(documents[i] / 64);
    }
    used.each(0, words, [&](uint32_t word) {
      const uint32_t begin = word * 64;
      open_.each(begin, std::min(begin + 64, documents_), [&](uint32_t document) {
        candidates_[candidate_count_] = document;
        candidate_count_ += is_able(document);
      });
    });
  }

  bool is_able(uint32_t document) const {
    return !top_.is_over(terms_.score, leaf_.date(document));
  }

  // Leaves out candidates that were found, or have become too old.
  void narrow() {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < candidate_count_; ++i) {
      const uint32_t document = candidates_[i];
      candidates_[kept] = document;
      kept += open_.test(document) && is_able(document);
    }
    candidate_count_ = kept;
    narrowed_at_ = found_;
  }

  void look_at(uint32_t document) {
    if (!open_.test(document)) return;
    open_.reset(document);
    if (leaf_.is_deleted(document)) return;
    ++found_;
    top_.offer(number_, document, terms_.score);
  }

  // Looks at all documents of a list.
  void look_through(const TermEntry& entry) {
    stop_.check();
    uint32_t documents[kBlock];
    const PostingList list(*leaf_.segment, terms_.field, entry, documents);
    for (uint32_t block = 0; block < list.blocks(); ++block) {
      if (list.blocks() > 1) list.documents(block, documents);
      const uint32_t size = list.block_size(block);
      for (uint32_t i = 0; i < size; ++i) look_at(documents[i]);
    }
  }

  // Looks at the candidates in a list of several blocks.
  void look_in_blocks(const TermEntry& entry) {
    if (candidate_count_ * kSeekCost > entry.document_frequency) {
      look_through(entry);
    } else {
      seek_candidates(entry);
    }
    if (found_ - narrowed_at_ > top_.room() / 2) narrow();
  }

  void seek_candidates(const TermEntry& entry) {
    stop_.check();
    const PostingList list(*leaf_.segment, terms_.field, entry);
    uint32_t documents[kBlock];
    uint32_t block = 0;
    for (uint32_t i = 0; i < candidate_count_; ++block) {
      block = list.find_block(candidates_[i], block);
      if (block == list.blocks()) return;
      list.documents(block, documents);
      std::fill(documents + list.block_size(block), documents + kBlock, kBehindAll);
      const uint32_t last = list.last(block);
      for (; i < candidate_count_ && candidates_[i] <= last; ++i) {
        const uint32_t candidate = candidates_[i];
        uint32_t at = 0;
#pragma GCC unroll 7
        for (uint32_t step = kBlock / 2; step > 0; step /= 2) {
          at += (documents[at + step - 1] < candidate) * step;
        }
        if (documents[at] == candidate) look_at(candidate);
      }
    }
  }

  const Leaf& leaf_;
  const uint32_t number_;
  const uint32_t documents_;
  const Terms& terms_;
  TopK& top_;
  Arena& arena_;
  Stop& stop_;
  Bitset open_;  // documents that are looked for, and were not found
  uint32_t* candidates_ = nullptr;  // the same, ascending, and some more
  uint32_t candidate_count_ = 0;
  const TermEntry** large_ = nullptr;
  uint32_t large_count_ = 0;
  uint64_t found_ = 0, narrowed_at_ = 0;
};

}  // namespace

const uint32_t* NewestFirst::get(const Leaf& leaf, uint64_t work) {
  if (!is_made_.load(std::memory_order_acquire)) {
    const uint64_t before = work_.fetch_add(work, std::memory_order_relaxed);
    if (before < kPatience * leaf.segment->documents()) return nullptr;
    // Whoever comes while it is made does not wait.
    const std::unique_lock<std::mutex> locked(making_, std::try_to_lock);
    if (!locked.owns_lock()) return nullptr;
    if (!is_made_.load(std::memory_order_relaxed)) {
      documents_ = newest_first(leaf);
      is_made_.store(true, std::memory_order_release);
    }
  }
  return documents_.data();
}

bool offer_newest(const Snapshot& snapshot, uint32_t leaf, const Query& query,
                  TopK& top, Arena& arena, Stop& stop) {
  const std::optional<Query::OnlyTerms> asked = query.only_terms(leaf);
  if (!asked) return false;
  if (asked->count == 0) return true;
  const Leaf& here = snapshot.leaves()[leaf];
  const Terms terms{*asked->field, asked->entries, asked->count, asked->score};
  uint64_t total = 0, longest = 0;
  for (size_t i = 0; i < terms.count; ++i) {
    const uint64_t size = terms.entries[i].document_frequency;
    total += size;
    longest = std::max(longest, size);
  }
  const uint64_t documents = here.segment->documents();
  if (total < documents / kFewShare) {
    Search(here, leaf, terms, top, arena, stop).offer_all();
    return true;
  }
  const uint32_t* order = here.newest->get(here, total);
  if (order == nullptr) return false;
  // Among so many there are enough, as far as dates and terms have nothing to do with
  // each other.
  const uint64_t matches = std::max(longest, total / kOverlap);
  const uint64_t first = top.room() * documents / matches + 16;
  if (first > documents / kMostShare) return false;
  Search(here, leaf, terms, top, arena, stop).offer_newest(order, first);
  return true;
}

}  // namespace searchkit
