// Where all matches have one score, dates and keys decide which are on the page: the
// newest documents are looked for first, and looking ends when the page is full.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

namespace searchkit {

class Arena;
class Query;
class Snapshot;
class Stop;
class TopK;
struct Leaf;

// The documents of a segment in the order that equal scores stand in: the newest first,
// those of one day by key.  It takes four bytes a document, and is made when searches
// have done so much without it that it would have paid: whoever opens a snapshot for
// one query would wait for it in vain.
class NewestFirst {
 public:
  // The order, or nullptr for a caller who has to do without, and will look at `work`
  // documents then.  May be called by many threads at once.
  const uint32_t* get(const Leaf& leaf, uint64_t work);

 private:
  std::atomic<uint64_t> work_{0};  // that was done without
  std::mutex making_;
  std::atomic<bool> is_made_{false};
  std::vector<uint32_t> documents_;
};

// Offers the best documents of a segment for a query that asks for at least one of some
// terms and nothing else, with one score for all; there may be other matches, which
// cannot come in.  Returns false, with nothing done, where the query is another one, or
// where going through all matches is as good.  Throws Damage and Interrupted.
bool offer_newest(const Snapshot& snapshot, uint32_t leaf, const Query& query,
                  TopK& top, Arena& arena, Stop& stop);

}  // namespace searchkit
