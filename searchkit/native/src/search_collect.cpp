#include "search_collect.hpp"

namespace searchkit {

namespace {

// Postings of a batch that is walked over without bounds, about.
constexpr uint64_t kBatch = 512;
// Fewer than one match of so many documents are counted in a set.
constexpr uint64_t kFewMarked = 16;
// Windows looked at before a conjunction is walked over in order.
constexpr uint32_t kFirstWindows = 16;
// Documents of a range of that walk, at most.
constexpr uint32_t kWalkRange = 1u << 13;
// Windows without any chance that such a range may go over.
constexpr uint32_t kWalkGap = 4;
constexpr uint32_t kBuckets = 64;
// Windows whose bounds are compared in one go.
constexpr uint32_t kStep = 16;
// The lowest bounds of the layers that windows are taken in, as shares of the highest.
constexpr float kLayerShares[] = {0.94f, 0.86f, 0.75f, 0.55f};
constexpr uint32_t kLayers = 4;
// Windows after which the threshold is good, so that the order matters less than that
// neighbours share blocks.
constexpr uint32_t kEnough = 12;
// Windows that are looked at together, at most.
constexpr uint32_t kBatchWindows = 16;
// In the place of its bound: the window was looked at.
constexpr float kVisited = -1;

typedef float FloatLanes __attribute__((vector_size(16)));

// The highest of kStep bounds.
float highest_of_step(const float* bounds) {
  FloatLanes most;
  std::memcpy(&most, bounds, sizeof most);
  for (uint32_t i = 4; i < kStep; i += 4) {
    FloatLanes here;
    std::memcpy(&here, bounds + i, sizeof here);
    most = most < here ? here : most;
  }
  return std::max(std::max(most[0], most[1]), std::max(most[2], most[3]));
}

}  // namespace

Collector::Collector(const Snapshot& snapshot, uint32_t leaf, Tree& tree, Stop& stop)
    : leaf_(snapshot.leaves()[leaf]),
      number_(leaf),
      tree_(tree),
      root_(tree.root()),
      proximity_(tree.proximity()),
      stop_(stop) {}

float Collector::least(const TopK& top) const {
  const float threshold = top.threshold();
  return threshold == kNoMatch ? kNoMatch : threshold / tree_.place().slack;
}

Range Collector::next_range(uint32_t begin, uint32_t size) const {
  const uint32_t left = tree_.place().documents - begin;
  return {begin, begin + std::min(left, size)};
}

void Collector::visit(Range range, TopK& top) {
  stop_.check();
  const float extra = proximity_.is_empty() ? 0 : proximity_.bound(range);
  root_->fill(range, least(top) - extra, candidates_);
  offer(top);
}

void Collector::offer(TopK& top) {
  const bool near = !proximity_.is_empty();
  for (uint32_t i = 0; i < candidates_.count(); ++i) {
    const uint32_t document = candidates_.documents()[i];
    float score = candidates_.scores()[i];
    if (near) {
      const uint32_t window = document >> tree_.place().window_shift;
      const float* bounds = proximity_.bounds();
      if (bounds != nullptr && score + bounds[window] < least(top)) continue;
      score = proximity_.total(document, score, least(top));
    }
    if (score < top.threshold() || leaf_.is_deleted(document)) continue;
    top.offer(number_, document, score);
  }
}

void Collector::search(TopK& top) {
  if (root_ == nullptr) return;
  candidates_.want_scores(true);
  const Place& place = tree_.place();
  if (root_->kind() == NodeKind::kSet && proximity_.is_empty()) {
    offer_set(static_cast<const SetNode&>(*root_), top);
    return;
  }
  // Bounds cost about as much as looking at so many postings; where all parts have to
  // match, they also save less.
  const bool is_and = root_->kind() == NodeKind::kAnd;
  const bool is_phrase = root_->kind() == NodeKind::kPhrase;
  const uint64_t few = uint64_t{place.windows} * (is_and ? 12 : is_phrase ? 4 : 2);
  if (root_->cost() <= few || place.windows < 4) {
    walk(top);
    return;
  }
  root_->prepare();
  proximity_.prepare();
  // Windows are looked at by kStep; those behind the last one match nothing.
  float* bounds = place.arena().array<float>(place.windows + kStep);
  std::memcpy(bounds, root_->bounds(), place.windows * sizeof *bounds);
  std::fill_n(bounds + place.windows, kStep, kNoMatch);
  if (!proximity_.is_empty()) {
    for (uint32_t w = 0; w < place.windows; ++w) bounds[w] += proximity_.bounds()[w];
  }
  walk_windows(bounds, top);
}

// All have one score, so that their dates decide.
void Collector::offer_set(const SetNode& node, TopK& top) {
  const uint32_t documents = tree_.place().documents;
  const uint64_t all = node.cost() + node.set().word_count();
  const uint32_t* order = leaf_.newest->get(leaf_, all);
  // So many of the newest have to be looked at for a full page, about.
  const uint64_t few = top.room() * documents / std::max<uint64_t>(node.cost(), 1);
  if (order != nullptr && few < all) {
    offer_newest_of(node, order, top);
    return;
  }
  for (uint32_t begin = 0; begin < documents; begin += kMostRange) {
    stop_.check();
    const Range range = next_range(begin, kMostRange);
    node.set().each(range.begin, range.end, [&](uint32_t document) {
      if (leaf_.is_deleted(document)) return;
      top.offer(number_, document, node.score());
    });
  }
}

// The same in the order of their dates, until the page is full.
void Collector::offer_newest_of(const SetNode& node, const uint32_t* order,
                                TopK& top) {
  size_t found = 0;
  for (uint32_t i = 0; i < tree_.place().documents && found < top.room(); ++i) {
    if (i % kMostRange == 0) stop_.check();
    const uint32_t document = order[i];
    if (!node.set().test(document) || leaf_.is_deleted(document)) continue;
    if (top.is_over(node.score(), leaf_.date(document))) return;
    top.offer(number_, document, node.score());
    ++found;
  }
}

// The size of ranges with so many matches, about and at most.
uint32_t Collector::range_for(uint64_t matches) const {
  const uint64_t size =
      tree_.place().documents * matches / std::max<uint64_t>(root_->cost(), 1) + 64;
  return static_cast<uint32_t>(std::min<uint64_t>(size, kMostRange));
}

// Walks over all documents, in batches that raise the threshold for the next.
void Collector::walk(TopK& top) {
  const uint32_t step = range_for(kBatch);
  for (uint32_t begin = 0; begin < tree_.place().documents;) {
    const Range range = next_range(begin, step);
    visit(range, top);
    begin = range.end;
  }
}

Collector::Tops Collector::tops_of(const float* bounds) const {
  const Place& place = tree_.place();
  const uint32_t steps = (place.windows + kStep - 1) / kStep;
  Tops tops = {place.arena().array<float>(steps), 0};
  for (uint32_t i = 0; i < steps; ++i) {
    tops.highest[i] = highest_of_step(bounds + size_t{i} * kStep);
    tops.most = std::max(tops.most, tops.highest[i]);
  }
  return tops;
}

// Writes the windows with bounds from `low` to below `high`; if they are to be sorted,
// about in the order of their bounds, the highest first.  Returns how many there are.
// `tops` has the highest bound of each kStep windows, or more.
uint32_t Collector::order_windows(const float* bounds, const float* tops, float low,
                                  float high, bool sorted, uint32_t* order) {
  const Place& place = tree_.place();
  uint32_t* found = order_room_.reserve(place.arena(), place.windows);
  uint32_t count = 0;
  // Most layers have few windows: many are passed over at a time.
  for (uint32_t w = 0; w < place.windows; w += kStep) {
    if (tops[w / kStep] < low) continue;
    for (uint32_t k = 0; k < kStep; ++k) {
      found[count] = w + k;
      count += (bounds[w + k] >= low) & (bounds[w + k] < high);
    }
  }
  if (!sorted || count < 2) {
    std::memcpy(order, found, count * sizeof *order);
    return count;
  }
  const float scale =
      static_cast<float>(kBuckets) / std::max(high - low, high * 1e-6f + 1e-30f);
  const auto bucket_of = [&](uint32_t window) {
    const float below = (high - bounds[window]) * scale;
    return std::min(static_cast<uint32_t>(below), kBuckets - 1);
  };
  uint32_t starts[kBuckets] = {};
  for (uint32_t i = 0; i < count; ++i) ++starts[bucket_of(found[i])];
  uint32_t before = 0;
  for (uint32_t& start : starts) {
    const uint32_t size = start;
    start = before;
    before += size;
  }
  for (uint32_t i = 0; i < count; ++i) order[starts[bucket_of(found[i])]++] = found[i];
  return count;
}

// Sorting all windows would cost more than looking at the few that matter: they are
// taken in layers, from the highest bounds down to the threshold.
void Collector::walk_windows(float* bounds, TopK& top) {
  const Place& place = tree_.place();
  auto* order = place.arena().array<uint32_t>(place.windows);
  const Tops tops = tops_of(bounds);
  const float most = tops.most;
  const bool conjunctive =
      root_->kind() == NodeKind::kAnd || root_->kind() == NodeKind::kPhrase;
  const uint32_t size = 1u << place.window_shift;
  uint32_t looked_at = 0;
  float high = most * 2 + 1;
  for (uint32_t layer = 0;; ++layer) {
    const float enough = std::max(least(top), 0.0f);
    const float share = layer < kLayers ? kLayerShares[layer] : 0;
    const float low = std::max(most * share, enough);
    const bool sorted = conjunctive || looked_at < kEnough;
    const uint32_t count =
        order_windows(bounds, tops.highest, low, high, sorted, order);
    uint32_t begin = 0;
    // With a good threshold, most windows of a disjunction can be looked at together.
    if (root_->kind() == NodeKind::kOr && proximity_.is_empty() &&
        looked_at >= kEnough) {
      begin = visit_led(static_cast<OrNode&>(*root_), bounds, order, count, top);
    }
    for (uint32_t i = begin; i < count; ++i) {
      const uint32_t window = order[i];
      if (bounds[window] < least(top)) continue;
      if (conjunctive && looked_at == kFirstWindows) {
        walk_rest(bounds, top);
        return;
      }
      visit(next_range(window << place.window_shift, size), top);
      bounds[window] = kVisited;
      ++looked_at;
    }
    if (low <= enough) return;
    high = low;
  }
}

// Looks at those windows of a disjunction together for which that can be done; moves
// the others to the end, and returns where they begin.
uint32_t Collector::visit_led(OrNode& node, const float* bounds, uint32_t* order,
                              uint32_t count, TopK& top) {
  uint32_t led[kBatchWindows];
  uint32_t others = 0;
  for (uint32_t i = 0; i < count;) {
    stop_.check();
    const float enough = least(top);
    uint32_t size = 0;
    for (; i < count && size < kBatchWindows; ++i) {
      const uint32_t window = order[i];
      const bool is_able = bounds[window] >= enough;
      const bool is_led = is_able && node.is_led(window, enough);
      led[size] = window;
      order[others] = window;
      size += is_led;
      others += is_able & !is_led;
    }
    if (size == 0) continue;
    node.fill_led(led, size, enough, candidates_);
    offer(top);
  }
  std::memmove(order + count - others, order, others * sizeof *order);
  return count - others;
}

// Walks over what is left in the order of documents, neighbouring windows together.
void Collector::walk_rest(const float* bounds, TopK& top) {
  const Place& place = tree_.place();
  const uint32_t most = kWalkRange >> place.window_shift;
  for (uint32_t w = 0; w < place.windows;) {
    const float enough = std::max(least(top), 0.0f);
    if (bounds[w] < enough) {
      ++w;
      continue;
    }
    uint32_t last = w;
    const uint32_t limit = std::min(place.windows, w + std::max(most, 1u));
    for (uint32_t next = w + 1; next < limit && next - last <= kWalkGap; ++next) {
      if (bounds[next] == kVisited) break;
      if (bounds[next] >= enough) last = next;
    }
    const uint32_t end = last + 1;
    visit(next_range(w << place.window_shift, (end - w) << place.window_shift), top);
    w = end;
  }
}

// --- counting -------------------------------------------------------------------

uint64_t Collector::search_and_count(TopK& top) {
  if (root_ == nullptr) return 0;
  switch (root_->kind()) {
    case NodeKind::kTerm:
    case NodeKind::kSet:
    case NodeKind::kOr:
      search(top);
      return count();
    default:
      break;
  }
  // Finding the matches is most of the work.
  candidates_.want_scores(true);
  uint64_t total = 0;
  const uint32_t step = std::max(kWalkRange, range_for(kBatch));
  for (uint32_t begin = 0; begin < tree_.place().documents; begin += step) {
    stop_.check();
    root_->fill(next_range(begin, step), kNoMatch, candidates_);
    total += candidates_.count();
    if (leaf_.deleted_count != 0) {
      for (uint32_t i = 0; i < candidates_.count(); ++i) {
        total -= leaf_.is_deleted(candidates_.documents()[i]);
      }
    }
    offer(top);
  }
  return total;
}

uint64_t Collector::count_set(Bitset set) const {
  uint64_t total = set.count();
  if (leaf_.deleted_count == 0) return total;
  for (uint32_t i = 0; i < set.word_count(); ++i) {
    total -= bits_in(set.words()[i] & leaf_.deleted[i]);
  }
  return total;
}

// Counts the documents of terms by flagging them, a byte each, range by range: setting
// bits would wait for the bit before.
uint64_t Collector::count_terms(NodeList nodes) {
  uint8_t* flags = tree_.place().scratch.flags.data();
  uint64_t total = 0;
  for (uint32_t begin = 0; begin < tree_.place().documents; begin += kMostFlags) {
    stop_.check();
    const Range range = next_range(begin, kMostFlags);
    for (Node* node : nodes) {
      DecodedList& list = static_cast<TermNode*>(node)->list();
      const Span span = list.within(range);
      const uint32_t* documents = list.documents();
      for (uint32_t i = span.begin; i < span.end; ++i) flags[documents[i] - begin] = 1;
    }
    if (leaf_.deleted_count != 0) {
      leaf_.each_deleted(range.begin, range.end,
                         [&](uint32_t document) { flags[document - begin] = 0; });
    }
    uint32_t flagged = 0;
    for (uint32_t i = 0; i < range.size(); ++i) flagged += flags[i];
    total += flagged;
    std::memset(flags, 0, range.size());
  }
  return total;
}

// Counts documents by marking them in a set.
uint64_t Collector::count_marked() {
  const Place& place = tree_.place();
  uint64_t* words = place.arena().zeros<uint64_t>(Bitset::words_for(place.documents));
  Bitset set(words, place.documents);
  root_->mark(set);
  return count_set(set);
}

uint64_t Collector::count() {
  if (root_ == nullptr) return 0;
  switch (root_->kind()) {
    case NodeKind::kTerm:
      if (leaf_.deleted_count == 0) return root_->cost();
      return count_marked();
    case NodeKind::kSet:
      return count_set(static_cast<SetNode*>(root_)->set());
    case NodeKind::kOr: {
      const auto& either = static_cast<OrNode&>(*root_);
      const bool many = either.cost() > tree_.place().documents / kFewMarked;
      return many && either.all_terms() ? count_terms(either.nodes()) : count_marked();
    }
    default:
      break;
  }
  candidates_.want_scores(false);
  uint64_t total = 0;
  const uint32_t step = std::max(kWalkRange, range_for(kBatch));
  for (uint32_t begin = 0; begin < tree_.place().documents; begin += step) {
    stop_.check();
    root_->fill(next_range(begin, step), kNoMatch, candidates_);
    for (uint32_t i = 0; i < candidates_.count(); ++i) {
      total += !leaf_.is_deleted(candidates_.documents()[i]);
    }
  }
  return total;
}

void Collector::offer_known(const std::vector<uint32_t>& documents, TopK& top) {
  const auto count = static_cast<uint32_t>(documents.size());
  if (count == 0) return;
  Arena& arena = tree_.place().arena();
  uint32_t* which = arena.array<uint32_t>(count);
  float* scores = arena.array<float>(count);
  const uint32_t found = root_->locate(documents.data(), count, which, scores);
  for (uint32_t i = 0; i < found; ++i) {
    const uint32_t document = documents[which[i]];
    float score = scores[i];
    if (!proximity_.is_empty()) score = proximity_.total(document, score, kNoMatch);
    top.offer(number_, document, score);
  }
}

}  // namespace searchkit
