#include "search_boolean.hpp"

namespace searchkit {

// --- And ------------------------------------------------------------------------

namespace {

// How much cheaper than the first scored node a filter has to be to go before it:
// a scored node leaves out most of its documents by their scores.
constexpr uint64_t kFilterLead = 4;
// Candidates that are looked up one by one.
constexpr uint32_t kFewCandidates = 16;
// Terms that windows are looked at together for, at most, and the size of these.
constexpr uint32_t kMostLed = 16;
constexpr uint32_t kMostLedShift = 8;
// A window of so many documents a match of a set is looked at document by document.
constexpr uint32_t kDenseShare = 8;

}  // namespace

AndNode::AndNode(const Place& place, NodeList required, NodeList excluded)
    : Node(NodeKind::kAnd, place), required_(required), excluded_(excluded) {
  cost_ = required_[0].cost();
  for (const Node* node : required_) {
    cost_ = std::min(cost_, node->cost());
    most_ += node->most();
    is_positive_ |= node->is_positive();
  }
  order_filters();
  after_ = place.arena().array<float>(required_.count + 1);
}

// Moves nodes without scores to where they save most; the order of the others stays.
void AndNode::order_filters() {
  Node** begin = required_.begin();
  Node** end = required_.end();
  const auto has_score = [](const Node* node) { return node->most() > 0; };
  Node** filters = std::stable_partition(begin, end, has_score);
  std::stable_sort(filters, end, [](const Node* left, const Node* right) {
    return left->cost() < right->cost();
  });
  if (filters == begin || filters == end) return;
  const bool leads = (*filters)->cost() < (*begin)->cost() / kFilterLead;
  std::rotate(leads ? begin : begin + 1, filters, end);
}

void AndNode::compute_bounds(float* out) {
  float* rests = place_.arena().zeros<float>(place_.windows);
  for (uint32_t i = 0; i < required_.count; ++i) {
    required_[i].prepare();
    const float* bounds = required_[i].bounds();
    if (i == 0) {
      std::memcpy(out, bounds, place_.windows * sizeof *out);
      continue;
    }
    for (uint32_t w = 0; w < place_.windows; ++w) {
      out[w] += bounds[w];
      rests[w] += bounds[w];
    }
  }
  rests_ = rests;
}

// Keeps the candidates that can reach `least` with what the other nodes have for their
// windows.
void AndNode::keep_by_window(Candidates& out, float least) const {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < out.count(); ++i) {
    const uint32_t document = out.documents()[i];
    const float score = out.scores()[i];
    out.documents()[kept] = document;
    out.scores()[kept] = score;
    kept += score + rests_[document >> place_.window_shift] >= least;
  }
  out.resize(kept);
}

// The same for the next node alone, whose list has a row of bounds; `after` is the
// bound of those behind it.
void AndNode::keep_by_row(const TermNode& node, float least, float after,
                          Candidates& out) const {
  const float factor = node.weight() * place_.slack;
  const DecodedList& list = node.list();
  uint32_t* documents = out.documents();
  float* scores = out.scores();
  uint32_t kept = 0;
  for (uint32_t i = 0; i < out.count(); ++i) {
    const uint32_t document = documents[i];
    const float score = scores[i];
    const float bound = factor * list.share_bound(document >> place_.window_shift);
    documents[kept] = document;
    scores[kept] = score;
    kept += score + bound + after >= least;
  }
  out.resize(kept);
}

void AndNode::fill(Range range, float least, Candidates& out) {
  const uint32_t count = required_.count;
  after_[count - 1] = 0;
  for (uint32_t i = count - 1; i > 0; --i) {
    after_[i - 1] = after_[i] + required_[i].bound(range);
  }
  if (after_[0] == kNoMatch) {
    out.clear(place_.arena(), 0);
    return;
  }
  required_[0].fill(range, least - after_[0], out);
  const bool by_window = range.size() > uint64_t{1} << place_.window_shift;
  if (out.scored() && rests_ != nullptr && by_window) keep_by_window(out, least);
  const bool by_row = out.scored() && rests_ == nullptr && least > kNoMatch;
  for (uint32_t i = 1; i < count && out.count() > 0; ++i) {
    if (by_row && required_[i].kind() == NodeKind::kTerm) {
      const auto& node = static_cast<TermNode&>(required_[i]);
      if (node.uses_shares() && node.list().has_row()) {
        keep_by_row(node, least, after_[i], out);
      }
    }
    required_[i].refine(out, least - after_[i]);
  }
  for (Node* node : excluded_) {
    if (out.count() > 0) node->remove_from(out);
  }
}

uint32_t AndNode::locate(const uint32_t* documents, uint32_t count, uint32_t* which,
                         float* scores) {
  Arena& arena = place_.arena();
  uint32_t* left = documents_.reserve(arena, count);
  uint32_t* found_which = which_.reserve(arena, count);
  float* found_scores = scores == nullptr ? nullptr : scores_.reserve(arena, count);
  uint32_t found = count;
  for (uint32_t i = 0; i < count; ++i) {
    left[i] = documents[i];
    which[i] = i;
    if (scores != nullptr) scores[i] = 0;
  }
  for (Node* node : required_) {
    if (found == 0) return 0;
    found = node->locate(left, found, found_which, found_scores);
    for (uint32_t i = 0; i < found; ++i) {
      const uint32_t from = found_which[i];
      left[i] = left[from];
      which[i] = which[from];
      if (scores != nullptr) scores[i] = scores[from] + found_scores[i];
    }
  }
  for (Node* node : excluded_) {
    const uint32_t taken = node->locate(left, found, found_which, nullptr);
    uint32_t kept = 0, next = 0;
    for (uint32_t i = 0; i < found; ++i) {
      if (next < taken && found_which[next] == i) {
        ++next;
        continue;
      }
      left[kept] = left[i];
      which[kept] = which[i];
      if (scores != nullptr) scores[kept] = scores[i];
      ++kept;
    }
    found = kept;
  }
  return found;
}

// --- Or -------------------------------------------------------------------------

OrNode::OrNode(const Place& place, NodeList nodes)
    : Node(NodeKind::kOr, place), nodes_(nodes) {
  bool all_positive = true;
  for (const Node* node : nodes_) {
    cost_ += node->cost();
    most_ += node->most();
    all_positive &= node->is_positive();
    all_terms_ &= node->kind() == NodeKind::kTerm;
  }
  cost_ = std::min<uint64_t>(cost_, place.documents);
  is_positive_ = all_positive;
  Arena& arena = place.arena();
  active_ = arena.array<Node*>(nodes_.count);
  after_ = arena.array<float>(nodes_.count + 1);
  spans_ = arena.array<Span>(nodes_.count);
  filled_ = arena.zeros<Candidates*>(nodes_.count);
}

void OrNode::compute_bounds(float* out) {
  for (uint32_t i = 0; i < nodes_.count; ++i) {
    nodes_[i].prepare();
    const float* bounds = nodes_[i].bounds();
    if (i == 0) {
      std::memcpy(out, bounds, place_.windows * sizeof *out);
      continue;
    }
    for (uint32_t w = 0; w < place_.windows; ++w) {
      // No match on one side leaves the other as it is.
      const float ours = out[w], theirs = bounds[w];
      const float sum = std::max(ours, 0.0f) + std::max(theirs, 0.0f);
      const float most = std::max(ours, theirs);
      out[w] = sum > 0 ? sum : most;
    }
  }
  if (all_terms_ && nodes_.count <= kMostLed && place_.window_shift <= kMostLedShift) {
    sum_tails();
  }
}

// For each node and window, the bounds of the nodes behind it.
void OrNode::sum_tails() {
  Arena& arena = place_.arena();
  float** tails = arena.array<float*>(nodes_.count);
  tails[nodes_.count - 1] = arena.zeros<float>(place_.windows);
  for (uint32_t i = nodes_.count - 1; i > 0; --i) {
    const float* bounds = nodes_[i].bounds();
    const float* behind = tails[i];
    float* sums = arena.array<float>(place_.windows);
    for (uint32_t w = 0; w < place_.windows; ++w) {
      sums[w] = behind[w] + std::max(bounds[w], 0.0f);
    }
    tails[i - 1] = sums;
  }
  tails_ = tails;
}

void OrNode::mark(Bitset& set) {
  for (Node* node : nodes_) {
    place_.stop.check();
    node->mark(set);
  }
}

void OrNode::fill(Range range, float least, Candidates& out) {
  uint32_t count = 0;
  for (Node* node : nodes_) {
    const float bound = node->bound(range);
    if (bound == kNoMatch) continue;
    active_[count] = node;
    after_[count] = bound;
    ++count;
  }
  after_[count] = 0;
  for (uint32_t i = count; i > 0; --i) after_[i - 1] += after_[i];
  // Documents that only nodes from `needed` on match cannot reach `least`.
  uint32_t needed = 0;
  if (out.scored()) {
    while (needed < count && after_[needed] >= least) ++needed;
  } else {
    needed = count;
  }
  if (needed == 0) {
    out.clear(place_.arena(), 0);
  } else if (needed == 1) {
    active_[0]->fill(range, least - after_[1], out);
  } else {
    join(needed, range, least - after_[needed], out);
  }
  if (needed == count || out.count() == 0) return;
  if (all_terms_ && out.count() <= kFewCandidates) {
    finish_each(needed, count, least, out);
    return;
  }
  for (uint32_t i = needed; i < count && out.count() > 0; ++i) {
    if (i > needed) out.keep_from(least - after_[i]);
    active_[i]->add_to(out);
  }
}

// Looks candidates up in the active terms from `needed` on, each only as long as it can
// reach `least`.
void OrNode::finish_each(uint32_t needed, uint32_t count, float least,
                         Candidates& out) {
  uint32_t* documents = out.documents();
  float* scores = out.scores();
  uint32_t kept = 0;
  for (uint32_t i = 0; i < out.count(); ++i) {
    const uint32_t document = documents[i];
    float score = scores[i];
    for (uint32_t k = needed; k < count && score + after_[k] >= least; ++k) {
      auto& term = static_cast<TermNode&>(*active_[k]);
      const uint32_t posting = term.list().find(document);
      if (posting != kNone) score += term.score(posting);
    }
    documents[kept] = document;
    scores[kept] = score;
    kept += score >= least;
  }
  out.resize(kept);
}

bool OrNode::is_led(uint32_t window, float least) const {
  if (tails_ == nullptr) return false;
  const uint32_t lead = lead_of(window);
  return lead == nodes_.count || tails_[lead][window] < least;
}

// The number of the first node that can match in a window, or that of nodes.
uint32_t OrNode::lead_of(uint32_t window) const {
  uint32_t lead = 0;
  while (lead < nodes_.count && nodes_[lead].bounds()[window] == kNoMatch) ++lead;
  return lead;
}

void OrNode::fill_led(const uint32_t* windows, uint32_t count, float least,
                      Candidates& out) {
  Arena& arena = place_.arena();
  const uint32_t shift = place_.window_shift, room = (count << shift) + 1;
  out.clear(arena, room);
  uint8_t* leads = flags_.reserve(arena, room);
  uint32_t* which = which_.reserve(arena, room);
  uint32_t* where = where_.reserve(arena, room);
  uint32_t* wanted = wanted_.reserve(arena, room);
  uint32_t* documents = out.documents();
  float* scores = out.scores();
  uint32_t size = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t lead = lead_of(windows[i]);
    if (lead == nodes_.count) continue;
    auto& term = static_cast<TermNode&>(nodes_[lead]);
    const float enough = least - tails_[lead][windows[i]];
    const uint32_t begin = windows[i] << shift;
    const uint32_t left = place_.documents - begin;
    const Range range = {begin, begin + std::min(left, 1u << shift)};
    term.list().each_within(range, [&](uint32_t posting, uint32_t document) {
      const float score = term.score(posting);
      documents[size] = document;
      scores[size] = score;
      leads[size] = static_cast<uint8_t>(lead);
      size += score >= enough;
    });
  }
  for (uint32_t k = 1; k < nodes_.count && size > 0; ++k) {
    const float* tails = tails_[k - 1];
    uint32_t kept = 0, sought = 0;
    for (uint32_t i = 0; i < size; ++i) {
      const uint32_t document = documents[i];
      const uint8_t lead = leads[i];
      const float score = scores[i];
      documents[kept] = document;
      scores[kept] = score;
      leads[kept] = lead;
      which[sought] = kept;
      wanted[sought] = document;
      const bool is_behind = lead < k;
      const bool is_able = !is_behind | (score + tails[document >> shift] >= least);
      sought += is_behind & is_able;
      kept += is_able;
    }
    size = kept;
    auto& term = static_cast<TermNode&>(nodes_[k]);
    uint32_t* numbers = numbers_.reserve(arena, room);
    const uint32_t found = term.list().locate_few(wanted, sought, numbers, where);
    for (uint32_t i = 0; i < found; ++i) {
      scores[which[numbers[i]]] += term.score(where[i]);
    }
  }
  out.resize(size);
  out.keep_from(least);
}

// Adds up the scores of the first active nodes.
void OrNode::join(uint32_t count, Range range, float least, Candidates& out) {
  uint64_t postings = 0;
  // Whatever uses the accumulators itself comes first.
  for (uint32_t i = 0; i < count; ++i) {
    if (active_[i]->kind() == NodeKind::kTerm) {
      auto& term = static_cast<TermNode&>(*active_[i]);
      spans_[i] = term.list().within(range);
      if (out.scored() && term.uses_shares()) term.list().need_shares(spans_[i]);
      postings += spans_[i].size();
    } else {
      if (filled_[i] == nullptr) {
        filled_[i] = place_.arena().make<Candidates>(out.scored());
      }
      filled_[i]->want_scores(out.scored());
      active_[i]->fill(range, kNoMatch, *filled_[i]);
      postings += filled_[i]->count();
    }
  }
  const uint64_t most = std::min<uint64_t>(postings, range.size());
  out.clear(place_.arena(), static_cast<uint32_t>(most));
  const bool dense =
      out.scored() && is_positive_ && postings * kDenseShare > range.size();
  float* sums = place_.scratch.sums.data();
  uint64_t* bits = place_.scratch.bits.data();
  for (uint32_t i = 0; i < count; ++i) {
    const auto visit = [&](uint32_t size, const uint32_t* documents, auto score_of) {
      if (dense) {
        for (uint32_t k = 0; k < size; ++k) {
          sums[documents[k] - range.begin] += score_of(k);
        }
        return;
      }
      for (uint32_t k = 0; k < size; ++k) {
        const uint32_t at = documents[k] - range.begin;
        bits[at >> 6] |= uint64_t{1} << (at & 63);
        if (out.scored()) sums[at] += score_of(k);
      }
    };
    if (active_[i]->kind() != NodeKind::kTerm) {
      const Candidates& filled = *filled_[i];
      visit(filled.count(), filled.documents(),
            [&](uint32_t k) { return filled.scores()[k]; });
      continue;
    }
    auto& term = static_cast<TermNode&>(*active_[i]);
    const uint32_t* documents = term.list().documents() + spans_[i].begin;
    if (term.uses_shares()) {
      const float* shares = term.list().shares() + spans_[i].begin;
      const float weight = term.weight();
      visit(spans_[i].size(), documents,
            [&](uint32_t k) { return weight * shares[k]; });
    } else {
      const float constant = term.constant();
      visit(spans_[i].size(), documents, [&](uint32_t) { return constant; });
    }
  }
  if (dense) {
    collect_dense(range, least, out);
  } else {
    collect_sparse(range, least, out);
  }
}

// Takes the sums that reach `least`, all of which are above 0 where there is a match.
void OrNode::collect_dense(Range range, float least, Candidates& out) {
  float* sums = place_.scratch.sums.data();
  const float enough = std::max(least, 1e-30f);
  constexpr uint32_t step = 8;
  // Behind the range the accumulators are 0.
  for (uint32_t i = 0; i < range.size(); i += step) {
    int any = 0;
    for (uint32_t k = 0; k < step; ++k) any |= sums[i + k] >= enough;
    if (any == 0) continue;
    for (uint32_t k = 0; k < step; ++k) {
      if (sums[i + k] >= enough) out.push(range.begin + i + k, sums[i + k]);
    }
  }
  std::memset(sums, 0, range.size() * sizeof *sums);
}

void OrNode::collect_sparse(Range range, float least, Candidates& out) {
  float* sums = place_.scratch.sums.data();
  Bitset touched(place_.scratch.bits.data(), range.size());
  touched.each(0, range.size(), [&](uint32_t at) {
    const float score = sums[at];
    sums[at] = 0;
    if (!out.scored() || score >= least) out.push(range.begin + at, score);
  });
  touched.clear();
}

uint32_t OrNode::locate(const uint32_t* documents, uint32_t count, uint32_t* which,
                        float* scores) {
  Arena& arena = place_.arena();
  uint32_t* found_which = which_.reserve(arena, count);
  uint8_t* flags = flags_.reserve(arena, count);
  float* found_scores = nullptr;
  float* totals = nullptr;
  std::fill_n(flags, count, uint8_t{0});
  if (scores != nullptr) {
    found_scores = scores_.reserve(arena, count);
    totals = totals_.reserve(arena, count);
    std::fill_n(totals, count, 0.0f);
  }
  for (Node* node : nodes_) {
    const uint32_t found = node->locate(documents, count, found_which, found_scores);
    for (uint32_t i = 0; i < found; ++i) {
      flags[found_which[i]] = 1;
      if (scores != nullptr) totals[found_which[i]] += found_scores[i];
    }
  }
  uint32_t found = 0;
  for (uint32_t i = 0; i < count; ++i) {
    which[found] = i;
    if (scores != nullptr) scores[found] = totals[i];
    found += flags[i];
  }
  return found;
}

}  // namespace searchkit
