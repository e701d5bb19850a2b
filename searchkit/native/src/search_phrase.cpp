#include "search_phrase.hpp"

namespace searchkit {

namespace {

// Positions for each possible start from which on not all of them are looked at.
constexpr uint32_t kProbeRatio = 4;

}  // namespace

PhraseNode::PhraseNode(const Place& place, DecodedList** lists, uint32_t list_count,
                       const uint32_t* terms, uint32_t term_count, float weight,
                       uint32_t slop)
    : Node(NodeKind::kPhrase, place),
      lists_(lists),
      list_count_(list_count),
      terms_(terms),
      term_count_(term_count),
      weight_(weight),
      slop_(slop) {
  Arena& arena = place.arena();
  order_ = arena.array<uint32_t>(list_count);
  term_order_ = arena.array<uint32_t>(term_count);
  positions_ = arena.array<PositionRun>(list_count);
  postings_ = arena.zeros<Room<uint32_t>>(list_count);
  float share = 1;
  cost_ = place.documents;
  for (uint32_t i = 0; i < list_count; ++i) {
    order_[i] = i;
    cost_ = std::min<uint64_t>(cost_, lists[i]->size());
    if (scores_by(i)) share = std::min(share, lists[i]->most_share());
  }
  std::sort(order_, order_ + list_count, [&](uint32_t left, uint32_t right) {
    return lists_[left]->size() < lists_[right]->size();
  });
  most_ = weight * share * place.slack;
  is_positive_ = weight > 1e-20f;
}

void PhraseNode::compute_bounds(float* out) {
  float* shares = place_.arena().array<float>(place_.windows);
  std::fill_n(out, place_.windows, 1.0f);
  for (uint32_t i = 0; i < list_count_; ++i) {
    lists_[i]->share_bounds(shares);
    if (scores_by(i)) {
      for (uint32_t w = 0; w < place_.windows; ++w) {
        out[w] = std::min(out[w], shares[w]);
      }
    } else {
      for (uint32_t w = 0; w < place_.windows; ++w) {
        out[w] = shares[w] == kNoMatch ? kNoMatch : out[w];
      }
    }
  }
  // A weight of 0 makes no number of what matches nowhere.
  const float factor = std::max(weight_ * place_.slack, 1e-30f);
  for (uint32_t w = 0; w < place_.windows; ++w) {
    out[w] *= factor;
  }
}

// Keeps the first `count` candidates, whose postings in one list are known, that occur
// often enough there.  Their documents and the numbers that they came with move along.
uint32_t PhraseNode::keep_able(uint32_t list, uint32_t count, float least_share) {
  if (least_share <= 0 || !scores_by(list)) return count;
  uint32_t kept = 0;
  for (uint32_t i = 0; i < count; ++i) {
    if (lists_[list]->share(postings_[list].data()[i]) < least_share) continue;
    documents_.data()[kept] = documents_.data()[i];
    which_.data()[kept] = which_.data()[i];
    for (uint32_t j = 0; j < list_count_; ++j) {
      const uint32_t known = order_[j];
      postings_[known].data()[kept] = postings_[known].data()[i];
      if (known == list) break;
    }
    ++kept;
  }
  return kept;
}

// Finds the candidates, whose postings in the shortest list are known, in all others.
uint32_t PhraseNode::narrow(uint32_t count, float least_share) {
  Arena& arena = place_.arena();
  uint32_t* found_which = found_which_.reserve(arena, count);
  uint32_t* found_where = found_where_.reserve(arena, count);
  count = keep_able(order_[0], count, least_share);
  for (uint32_t j = 1; j < list_count_ && count > 0; ++j) {
    const uint32_t list = order_[j];
    uint32_t* postings = postings_[list].reserve(arena, count);
    count = lists_[list]->locate(documents_.data(), count, found_which, found_where);
    for (uint32_t i = 0; i < count; ++i) {
      const uint32_t from = found_which[i];
      documents_.data()[i] = documents_.data()[from];
      which_.data()[i] = which_.data()[from];
      for (uint32_t k = 0; k < j; ++k) {
        uint32_t* known = postings_[order_[k]].data();
        known[i] = known[from];
      }
      postings[i] = found_where[i];
    }
    count = keep_able(list, count, least_share);
  }
  return count;
}

// How often the phrase is in a candidate, all of whose postings are known.
uint32_t PhraseNode::occurrences(uint32_t candidate) {
  for (uint32_t i = 0; i < list_count_; ++i) {
    positions_[i] = lists_[i]->positions(postings_[i].data()[candidate]);
  }
  return slop_ == 1 ? adjacent() : following();
}

// Occurrences where the terms stand side by side.
uint32_t PhraseNode::adjacent() {
  const auto count_of = [&](uint32_t word) { return positions_[terms_[word]].count(); };
  // The rarest words decide; the others are only looked up.
  for (uint32_t i = 0; i < term_count_; ++i) {
    uint32_t at = i;
    for (; at > 0 && count_of(term_order_[at - 1]) > count_of(i); --at) {
      term_order_[at] = term_order_[at - 1];
    }
    term_order_[at] = i;
  }
  const uint32_t rarest = term_order_[0];
  const PositionRun& first = positions_[terms_[rarest]];
  uint32_t* starts = starts_.reserve(place_.arena(), first.count());
  uint32_t count = 0;
  for (uint32_t i = 0; i < first.count(); ++i) {
    const uint32_t at = first[i];
    starts[count] = at - rarest;
    count += at >= rarest;
  }
  for (uint32_t i = 1; i < term_count_ && count > 0; ++i) {
    count = keep_adjacent(term_order_[i], starts, count);
  }
  return count;
}

// Keeps the starts of a phrase that have a word in its place.
uint32_t PhraseNode::keep_adjacent(uint32_t word, uint32_t* starts,
                                   uint32_t count) const {
  const PositionRun& next = positions_[terms_[word]];
  uint32_t kept = 0, from = 0;
  if (next.count() > kProbeRatio * count) {
    // These are sought for one by one.
    for (uint32_t i = 0; i < count && from < next.count(); ++i) {
      const uint64_t wanted = uint64_t{starts[i]} + word;
      uint32_t low = from, high = next.count();
      while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const bool is_before = next[middle] < wanted;
        low = is_before ? middle + 1 : low;
        high = is_before ? high : middle;
      }
      from = low;
      if (from < next.count() && next[from] == wanted) starts[kept++] = starts[i];
    }
    return kept;
  }
  uint32_t here = next[0];
  for (uint32_t i = 0; i < count; ++i) {
    const uint64_t wanted = uint64_t{starts[i]} + word;
    while (here < wanted && ++from < next.count()) here = next[from];
    if (from == next.count()) break;
    if (here == wanted) starts[kept++] = starts[i];
  }
  return kept;
}

// Occurrences where the terms follow each other: from the last term backwards, the
// positions from which on the rest follows.
uint32_t PhraseNode::following() {
  const PositionRun& last = positions_[terms_[term_count_ - 1]];
  uint32_t most = 0;
  for (uint32_t i = 0; i < list_count_; ++i) {
    most = std::max(most, positions_[i].count());
  }
  uint32_t* good = starts_.reserve(place_.arena(), most);
  uint32_t* next = found_where_.reserve(place_.arena(), most);
  uint32_t count = last.count();
  for (uint32_t i = 0; i < count; ++i) good[i] = last[i];
  for (uint32_t word = term_count_ - 1; word > 0 && count > 0; --word) {
    const PositionRun& here = positions_[terms_[word - 1]];
    uint32_t kept = 0, at = 0;
    for (uint32_t i = 0; i < here.count(); ++i) {
      const uint32_t position = here[i];
      while (at < count && good[at] <= position) ++at;
      if (at == count) break;
      if (good[at] - position <= slop_) next[kept++] = position;
    }
    std::swap(good, next);
    count = kept;
  }
  return count;
}

void PhraseNode::fill(Range range, float least, Candidates& out) {
  Arena& arena = place_.arena();
  const uint32_t first = order_[0];
  DecodedList& list = *lists_[first];
  const Span span = list.within(range);
  uint32_t* documents = documents_.reserve(arena, span.size());
  uint32_t* which = which_.reserve(arena, span.size());
  uint32_t* postings = postings_[first].reserve(arena, span.size());
  const float least_share =
      out.scored() && least > 0 ? least / (weight_ * place_.slack) : 0;
  uint32_t count = 0;
  if (least_share > 0 && bounds_ != nullptr) {
    for (uint32_t posting = span.begin; posting < span.end; ++posting) {
      const uint32_t document = list.documents()[posting];
      documents[count] = document;
      postings[count] = posting;
      count += bounds_[document >> place_.window_shift] >= least;
    }
  } else {
    for (uint32_t posting = span.begin; posting < span.end; ++posting) {
      documents[count] = list.documents()[posting];
      postings[count] = posting;
      ++count;
    }
  }
  if (count > 0) std::memset(which, 0, count * sizeof *which);
  count = narrow(count, least_share);
  out.clear(arena, count);
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t frequency = occurrences(i);
    if (frequency == 0) continue;
    const uint32_t document = documents_.data()[i];
    out.push(document, weight_ * list.share_of(frequency, document));
  }
}

uint32_t PhraseNode::locate(const uint32_t* documents, uint32_t count, uint32_t* which,
                            float* scores) {
  Arena& arena = place_.arena();
  const uint32_t first = order_[0];
  uint32_t* own = documents_.reserve(arena, count);
  uint32_t* numbers = which_.reserve(arena, count);
  uint32_t* postings = postings_[first].reserve(arena, count);
  count = lists_[first]->locate(documents, count, numbers, postings);
  for (uint32_t i = 0; i < count; ++i) own[i] = documents[numbers[i]];
  count = narrow(count, 0);
  uint32_t found = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t frequency = occurrences(i);
    if (frequency == 0) continue;
    which[found] = numbers[i];
    if (scores != nullptr) {
      scores[found] = weight_ * lists_[first]->share_of(frequency, own[i]);
    }
    ++found;
  }
  return found;
}

}  // namespace searchkit
