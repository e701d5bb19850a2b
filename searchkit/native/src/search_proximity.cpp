#include "search_proximity.hpp"

#include <utility>

namespace searchkit {

namespace {

// The largest distance that counts, in tokens: PROXIMITY_WINDOW of searchkit.settings.
constexpr uint32_t kWindow = 8;
// One occurrence of the right word is near to two of the left at each distance at most:
// 2 * (1 + 1/4 + ... + 1/64), rounded up.
constexpr float kMostNear = 3.06f;

float saturated(float sum) { return sum / (sum + 1); }

// An upper bound of the evidence of two words that occur so often.
float most_evidence(uint32_t left, uint32_t right) {
  return saturated(std::min(static_cast<float>(left),
                            kMostNear * static_cast<float>(right)));
}

}  // namespace

Proximity::Proximity(const Place& place, std::vector<Pair> pairs)
    : place_(place), pairs_(std::move(pairs)), found_(pairs_.size()) {
  for (const Pair& pair : pairs_) most_ += pair.weight * place.slack;
}

void Proximity::prepare() {
  if (bounds_ != nullptr || is_empty()) return;
  Arena& arena = place_.arena();
  float* bounds = arena.zeros<float>(place_.windows);
  uint8_t* left = arena.array<uint8_t>(place_.windows);
  uint8_t* right = arena.array<uint8_t>(place_.windows);
  for (const Pair& pair : pairs_) {
    pair.left->presence(left);
    pair.right->presence(right);
    const float weight = pair.weight * place_.slack;
    for (uint32_t w = 0; w < place_.windows; ++w) {
      bounds[w] += (left[w] & right[w]) != 0 ? weight : 0;
    }
  }
  bounds_ = bounds;
}

float Proximity::bound(Range range) const {
  if (bounds_ == nullptr) return most_;
  const uint32_t last = (range.end - 1) >> place_.window_shift;
  float most = 0;
  for (uint32_t w = range.begin >> place_.window_shift; w <= last; ++w) {
    most = std::max(most, bounds_[w]);
  }
  return most;
}

float Proximity::total(uint32_t document, float score, float least) {
  float possible = score;
  for (size_t i = 0; i < pairs_.size(); ++i) {
    const Pair& pair = pairs_[i];
    Found& found = found_[i];
    found.left = pair.left->find(document);
    found.right = found.left == kNone ? kNone : pair.right->find(document);
    if (found.right == kNone) continue;
    possible += place_.slack * pair.weight *
                most_evidence(pair.left->frequency(found.left),
                              pair.right->frequency(found.right));
  }
  if (possible < least) return kNoMatch;
  for (size_t i = 0; i < pairs_.size(); ++i) {
    if (found_[i].right == kNone) continue;
    score += pairs_[i].weight * evidence(pairs_[i], found_[i]);
  }
  return score;
}

float Proximity::evidence(const Pair& pair, const Found& found) const {
  const PositionRun left = pair.left->positions(found.left);
  const PositionRun right = pair.right->positions(found.right);
  double total = 0;
  uint32_t at = 0;
  for (uint32_t i = 0; i < left.count(); ++i) {
    const uint32_t here = left[i];
    while (at < right.count() && right[at] < here) ++at;
    // Where a query says one word twice, a token is no neighbour of itself.
    uint32_t near = kNone;
    if (at > 0) near = here - right[at - 1];
    uint32_t behind = at;
    if (behind < right.count() && right[behind] == here) ++behind;
    if (behind < right.count()) near = std::min(near, right[behind] - here);
    if (near > 0 && near <= kWindow) total += 1.0 / (double{1} * near * near);
  }
  return static_cast<float>(total / (total + 1));
}

}  // namespace searchkit
