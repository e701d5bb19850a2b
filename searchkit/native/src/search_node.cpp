#include "search_node.hpp"

namespace searchkit {

namespace {

// Matches of a range that are looked at one by one.
constexpr uint64_t kFewMatches = 8;

}  // namespace

// --- what all nodes share -------------------------------------------------------

void Node::mark(Bitset& set) {
  Candidates matches(false);
  for (uint32_t begin = 0; begin < place_.documents; begin += kMostRange) {
    place_.stop.check();
    fill({begin, std::min(place_.documents, begin + kMostRange)}, kNoMatch, matches);
    for (uint32_t i = 0; i < matches.count(); ++i) set.set(matches.documents()[i]);
  }
}

uint32_t Node::locate_in(const Candidates& candidates, bool scored) {
  const uint32_t count = candidates.count();
  uint32_t* which = which_.reserve(place_.arena(), count);
  float* scores = scored ? found_scores_.reserve(place_.arena(), count) : nullptr;
  return locate(candidates.documents(), count, which, scores);
}

void Node::refine(Candidates& candidates, float least) {
  const bool scored = candidates.scored() && most_ > 0;
  const uint32_t found = locate_in(candidates, scored);
  const uint32_t* which = which_.data();
  uint32_t* documents = candidates.documents();
  if (!candidates.scored()) {
    for (uint32_t i = 0; i < found; ++i) documents[i] = documents[which[i]];
    candidates.resize(found);
    return;
  }
  float* totals = candidates.scores();
  const float* scores = found_scores_.data();
  uint32_t kept = 0;
  for (uint32_t i = 0; i < found; ++i) {
    const float total = scored ? totals[which[i]] + scores[i] : totals[which[i]];
    documents[kept] = documents[which[i]];
    totals[kept] = total;
    kept += total >= least;
  }
  candidates.resize(kept);
}

void Node::add_to(Candidates& candidates) {
  const uint32_t found = locate_in(candidates, true);
  for (uint32_t i = 0; i < found; ++i) {
    candidates.scores()[which_.data()[i]] += found_scores_.data()[i];
  }
}

void Node::remove_from(Candidates& candidates) {
  const uint32_t found = locate_in(candidates, false), count = candidates.count();
  const uint32_t* which = which_.data();
  uint32_t kept = 0, next = 0;
  for (uint32_t i = 0; i < count; ++i) {
    if (next < found && which[next] == i) {
      ++next;
      continue;
    }
    candidates.documents()[kept] = candidates.documents()[i];
    if (candidates.scored()) candidates.scores()[kept] = candidates.scores()[i];
    ++kept;
  }
  candidates.resize(kept);
}

// --- terms ----------------------------------------------------------------------

TermNode::TermNode(const Place& place, DecodedList& list, float weight)
    : Node(NodeKind::kTerm, place), list_(list), weight_(weight) {
  cost_ = list.size();
  most_ = weight * list.most_share() * place.slack;
  is_positive_ = weight > 1e-20f;
}

TermNode TermNode::constant(const Place& place, DecodedList& list, float constant) {
  TermNode node(place, list, 0);
  node.constant_ = constant;
  node.most_ = constant * place.slack;
  node.is_positive_ = constant > 0;
  return node;
}

void TermNode::compute_bounds(float* out) {
  if (uses_shares()) {
    list_.share_bounds(out);
    const float factor = weight_ * place_.slack;
    for (uint32_t i = 0; i < place_.windows; ++i) out[i] *= factor;
    return;
  }
  uint8_t* present = place_.arena().array<uint8_t>(place_.windows);
  list_.presence(present);
  for (uint32_t i = 0; i < place_.windows; ++i) {
    out[i] = present[i] != 0 ? most_ : kNoMatch;
  }
}

// The matches of a window, few of which are expected.
void TermNode::fill_window(Range range, float least, Candidates& out) {
  out.clear(place_.arena(), std::min(range.size(), list_.size()) + 1);
  uint32_t* documents = out.documents();
  float* scores = out.scores();
  uint32_t kept = 0;
  list_.each_within(range, [&](uint32_t posting, uint32_t document) {
    const float score = weight_ * list_.share_alone(posting);
    documents[kept] = document;
    scores[kept] = score;
    kept += score >= least;
  });
  out.resize(kept);
}

void TermNode::fill(Range range, float least, Candidates& out) {
  if (bounds_ != nullptr && out.scored() && uses_shares() &&
      cost_ * range.size() < kFewMatches * uint64_t{place_.documents}) {
    fill_window(range, least, out);
    return;
  }
  const Span span = list_.within(range);
  out.clear(place_.arena(), span.size());
  const uint32_t* documents = list_.documents();
  uint32_t* to = out.documents();
  if (!out.scored()) {
    std::memcpy(to, documents + span.begin, span.size() * sizeof *to);
    out.resize(span.size());
    return;
  }
  float* scores = out.scores();
  if (!uses_shares()) {
    if (constant_ < least) return;
    std::memcpy(to, documents + span.begin, span.size() * sizeof *to);
    std::fill_n(scores, span.size(), constant_);
    out.resize(span.size());
    return;
  }
  list_.need_shares(span);
  const float* shares = list_.shares();
  uint32_t kept = 0;
  for (uint32_t posting = span.begin; posting < span.end; ++posting) {
    const float score = weight_ * shares[posting];
    to[kept] = documents[posting];
    scores[kept] = score;
    kept += score >= least;
  }
  out.resize(kept);
}

uint32_t TermNode::locate(const uint32_t* documents, uint32_t count, uint32_t* which,
                          float* scores) {
  uint32_t* where = where_.reserve(place_.arena(), count);
  const uint32_t found = list_.locate(documents, count, which, where);
  if (scores == nullptr) return found;
  if (!uses_shares()) {
    std::fill_n(scores, found, constant_);
  } else {
    list_.shares_of(where, found, scores);
    for (uint32_t i = 0; i < found; ++i) scores[i] *= weight_;
  }
  return found;
}

void TermNode::mark(Bitset& set) {
  const Span span = list_.all();
  for (uint32_t i = 0; i < span.end; ++i) set.set(list_.documents()[i]);
}

// --- sets -----------------------------------------------------------------------

SetNode::SetNode(const Place& place, Bitset set, float score)
    : Node(NodeKind::kSet, place), set_(set), score_(score) {
  cost_ = set.count();
  most_ = score * place.slack;
  is_positive_ = score > 0;
}

void SetNode::compute_bounds(float* out) {
  for (uint32_t i = 0; i < place_.windows; ++i) {
    const uint64_t begin = uint64_t{i} << place_.window_shift;
    const uint64_t end = (uint64_t{i} + 1) << place_.window_shift;
    const bool present =
        set_.any(static_cast<uint32_t>(begin),
                 static_cast<uint32_t>(std::min<uint64_t>(end, place_.documents)));
    out[i] = present ? most_ : kNoMatch;
  }
}

void SetNode::fill(Range range, float least, Candidates& out) {
  out.clear(place_.arena(), range.size());
  if (out.scored() && score_ < least) return;
  set_.each(range.begin, range.end, [&](uint32_t document) {
    out.push(document, score_);
  });
}

uint32_t SetNode::locate(const uint32_t* documents, uint32_t count, uint32_t* which,
                         float* scores) {
  uint32_t found = 0;
  for (uint32_t i = 0; i < count; ++i) {
    which[found] = i;
    found += set_.test(documents[i]);
  }
  if (scores != nullptr) std::fill_n(scores, found, score_);
  return found;
}

}  // namespace searchkit
