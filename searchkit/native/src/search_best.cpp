#include "search_best.hpp"

namespace searchkit {

namespace {

// Mentions count without regard to length.
float score_of(const BestGroup& group, float mentions) {
  return group.factor * (1 + mentions / (mentions + kK1));
}

}  // namespace

BestNode::BestNode(const Place& place, const BestGroup* groups, uint32_t count)
    : Node(NodeKind::kBest, place), among_(false), groups_(groups), count_(count) {
  for (uint32_t g = 0; g < count; ++g) {
    for (uint32_t i = 0; i < groups[g].count; ++i) cost_ += groups[g].lists[i]->size();
    most_ = std::max(most_, 2 * groups[g].factor * place.slack);
  }
  cost_ = std::min<uint64_t>(cost_, place.documents);
  is_positive_ = true;
}

void BestNode::compute_bounds(float* out) {
  // What the mentions make of a factor is at most 2, and not worth looking at.
  uint8_t* present = place_.arena().array<uint8_t>(place_.windows);
  std::fill_n(out, place_.windows, kNoMatch);
  for (uint32_t g = 0; g < count_; ++g) {
    const float most = 2 * groups_[g].factor * place_.slack;
    for (uint32_t i = 0; i < groups_[g].count; ++i) {
      groups_[g].lists[i]->presence(present);
      for (uint32_t w = 0; w < place_.windows; ++w) {
        if (present[w] != 0) out[w] = std::max(out[w], most);
      }
    }
  }
}

void BestNode::mark(Bitset& set) {
  for (uint32_t g = 0; g < count_; ++g) {
    for (uint32_t i = 0; i < groups_[g].count; ++i) {
      DecodedList& list = *groups_[g].lists[i];
      const Span span = list.all();
      for (uint32_t k = 0; k < span.end; ++k) set.set(list.documents()[k]);
    }
  }
}

void BestNode::fill(Range range, float least, Candidates& out) {
  uint64_t postings = 0;
  Bitset touched(place_.scratch.bits.data(), range.size());
  for (uint32_t g = 0; g < count_; ++g) {
    for (uint32_t i = 0; i < groups_[g].count; ++i) {
      DecodedList& list = *groups_[g].lists[i];
      const Span span = list.within(range);
      postings += span.size();
      for (uint32_t k = span.begin; k < span.end; ++k) {
        touched.set(list.documents()[k] - range.begin);
      }
    }
  }
  const auto most =
      static_cast<uint32_t>(std::min<uint64_t>(postings, range.size()));
  among_.clear(place_.arena(), most);
  touched.each(0, range.size(), [&](uint32_t at) { among_.push(range.begin + at, 0); });
  touched.clear();
  const uint32_t count = among_.count();
  out.clear(place_.arena(), count);
  float* scores =
      out.scored() ? own_scores_.reserve(place_.arena(), count) : nullptr;
  uint32_t* which = own_which_.reserve(place_.arena(), count);
  locate(among_.documents(), count, which, scores);
  for (uint32_t i = 0; i < count; ++i) {
    const float score = scores == nullptr ? 0 : scores[i];
    if (!out.scored() || score >= least) out.push(among_.documents()[i], score);
  }
}

uint32_t BestNode::locate(const uint32_t* documents, uint32_t count, uint32_t* which,
                          float* scores) {
  Arena& arena = place_.arena();
  uint32_t* found_which = found_which_.reserve(arena, count);
  uint32_t* found_where = found_where_.reserve(arena, count);
  float* totals = totals_.reserve(arena, count);
  float* best = best_.reserve(arena, count);
  std::fill_n(best, count, -1.0f);
  for (uint32_t g = 0; g < count_; ++g) {
    const BestGroup& group = groups_[g];
    std::fill_n(totals, count, 0.0f);
    for (uint32_t i = 0; i < group.count; ++i) {
      DecodedList& list = *group.lists[i];
      const uint32_t found = list.locate(documents, count, found_which, found_where);
      for (uint32_t k = 0; k < found; ++k) {
        totals[found_which[k]] += static_cast<float>(list.frequency(found_where[k]));
      }
    }
    for (uint32_t i = 0; i < count; ++i) {
      if (totals[i] > 0) best[i] = std::max(best[i], score_of(group, totals[i]));
    }
  }
  uint32_t found = 0;
  for (uint32_t i = 0; i < count; ++i) {
    which[found] = i;
    if (scores != nullptr) scores[found] = best[i];
    found += best[i] >= 0;
  }
  return found;
}

}  // namespace searchkit
