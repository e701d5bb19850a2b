#include "search_automata.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>
#include <vector>

namespace searchkit {

namespace {

constexpr size_t kMostPatternSize = 255;  // code points
constexpr uint32_t kMostDistance = 8;

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

void append_utf8(std::string& text, uint32_t point) {
  const auto add = [&](uint32_t byte) { text.push_back(static_cast<char>(byte)); };
  const auto add_rest = [&](uint32_t shift) { add(0x80 | (point >> shift & 0x3F)); };
  if (point < 0x80) {
    add(point);
  } else if (point < 0x800) {
    add(0xC0 | point >> 6);
    add_rest(0);
  } else if (point < 0x10000) {
    add(0xE0 | point >> 12);
    add_rest(6);
    add_rest(0);
  } else {
    add(0xF0 | point >> 18);
    add_rest(12);
    add_rest(6);
    add_rest(0);
  }
}

std::vector<uint32_t> code_points(std::string_view text) {
  std::vector<uint32_t> points;
  while (!text.empty()) points.push_back(take_code_point(text));
  return points;
}

std::vector<uint32_t> pattern_points(std::string_view text) {
  std::vector<uint32_t> points = code_points(text);
  if (points.size() > kMostPatternSize) {
    throw std::invalid_argument("a pattern has more than 255 characters");
  }
  return points;
}

// --- prefixes and ranges --------------------------------------------------------

class PrefixMatcher : public TermMatcher {
 public:
  explicit PrefixMatcher(std::string prefix) : prefix_(std::move(prefix)) {}
  const std::string& start() const override { return prefix_; }
  Verdict judge(std::string_view term) override {
    return starts_with(term, prefix_) ? Verdict::kWanted : Verdict::kOver;
  }

 private:
  std::string prefix_;
};

class RangeMatcher : public TermMatcher {
 public:
  explicit RangeMatcher(const TermsPattern& pattern) : pattern_(pattern) {
    if (pattern_.first) first_ = *pattern_.first;
  }
  const std::string& start() const override { return first_; }
  Verdict judge(std::string_view term) override {
    if (pattern_.last) {
      const int order = term.compare(*pattern_.last);
      if (order > 0 || (order == 0 && !pattern_.includes_last)) return Verdict::kOver;
    }
    const bool left_out = pattern_.first && !pattern_.includes_first && term == first_;
    return left_out ? Verdict::kUnwanted : Verdict::kWanted;
  }

 private:
  TermsPattern pattern_;
  std::string first_;
};

// --- automata over code points --------------------------------------------------

// Keeps the state after every code point of the last term, so that a term that begins
// as the one before goes on where they part.
template <class State>
class StateStack {
 public:
  explicit StateStack(State first) : states_{std::move(first)}, ends_{0} {}

  // Moves along a term.  `step` makes the state behind a code point; `alive` says
  // whether anything can be wanted from a state on.  Returns how many bytes were read:
  // all, or those up to a state that is not alive.
  template <class Step, class Alive>
  size_t run(std::string_view term, Step&& step, Alive&& alive) {
    const size_t most = std::min(term.size(), term_.size());
    size_t same = 0;
    while (same < most && term[same] == term_[same]) ++same;
    // States whose bytes, and as many as can be of one code point, are the same.
    while (ends_.size() > 1 && ends_.back() > same) {
      ends_.pop_back();
      states_.pop_back();
      points_.pop_back();
    }
    // A byte that stood for itself may be the beginning of a code point now.
    while (ends_.size() > 1 && points_.back() >= 0x110000) {
      ends_.pop_back();
      states_.pop_back();
      points_.pop_back();
    }
    term_.assign(term);
    std::string_view rest = term.substr(ends_.back());
    while (!rest.empty() && alive(states_.back())) {
      points_.push_back(take_code_point(rest));
      ends_.push_back(term.size() - rest.size());
      states_.push_back(step());
    }
    return ends_.back();
  }

  // States, the newest first.
  const State& state(size_t back = 0) const {
    return states_[states_.size() - 1 - back];
  }
  size_t depth() const { return points_.size(); }
  // Bytes read when a state was reached, the newest first.
  size_t end(size_t back = 0) const { return ends_[ends_.size() - 1 - back]; }
  uint32_t point(size_t back = 0) const { return points_[points_.size() - 1 - back]; }

 private:
  std::string term_;
  std::vector<State> states_;
  std::vector<size_t> ends_;  // bytes read when a state was reached
  std::vector<uint32_t> points_;
};

class WildcardMatcher : public TermMatcher {
 public:
  explicit WildcardMatcher(const TermsPattern& pattern)
      : points_(pattern_points(pattern.text)), stack_(first_state()) {
    const size_t special = pattern.text.find_first_of("*?");
    start_ = pattern.text.substr(0, special);
  }
  const std::string& start() const override { return start_; }

  Verdict judge(std::string_view term) override {
    if (!starts_with(term, start_)) return Verdict::kOver;
    const size_t read = stack_.run(
        term,
        [&] {
          // The new code point is on the stack, and its state is not yet.
          return next_state(stack_.state(), stack_.point());
        },
        [](const State& state) { return !is_empty(state); });
    const State& state = stack_.state();
    if (is_empty(state)) return leap_over(term.substr(0, read));
    const bool wanted = has(state, points_.size());
    return wanted ? Verdict::kWanted : Verdict::kUnwanted;
  }

 private:
  // The positions in the pattern up to which it can have matched, one bit each.
  using State = std::array<uint64_t, 4>;

  static bool has(const State& state, size_t at) {
    return (state[at / 64] >> (at % 64) & 1) != 0;
  }
  static bool is_empty(const State& state) {
    return (state[0] | state[1] | state[2] | state[3]) == 0;
  }
  // Adds a position, and those behind stars that follow it.
  void add(State& state, size_t at) const {
    state[at / 64] |= uint64_t{1} << (at % 64);
    while (at < points_.size() && points_[at] == '*') {
      ++at;
      state[at / 64] |= uint64_t{1} << (at % 64);
    }
  }
  State first_state() const {
    State state{};
    add(state, 0);
    return state;
  }
  State next_state(const State& from, uint32_t point) const {
    State state{};
    for (size_t at = 0; at < points_.size(); ++at) {
      if (!has(from, at)) continue;
      if (points_[at] == '*') {
        add(state, at);
      } else if (points_[at] == '?' || points_[at] == point) {
        add(state, at + 1);
      }
    }
    return state;
  }

  std::vector<uint32_t> points_;
  StateStack<State> stack_;
  std::string start_;
};

// Which beginnings of the pattern are within how many edits of what was read: the table
// of edit distances (Wagner & Fischer 1974; with transpositions, the restricted form of
// Damerau's), a row for each code point of a term, a column for each beginning of the
// pattern.  Only columns near the diagonal can hold a distance within reach, and only
// whether they do is kept, as a bit for each number of edits (after Wu & Manber 1992).
class FuzzyMatcher : public TermMatcher {
 public:
  explicit FuzzyMatcher(const TermsPattern& pattern)
      : points_(pattern_points(pattern.text)),
        most_(check_distance(pattern.distance)),
        transpositions_(pattern.transpositions),
        is_text_(std::all_of(points_.begin(), points_.end(), is_character)),
        places_(1),
        stack_(first_row()) {
    std::string_view rest = pattern.text;
    for (uint32_t i = 0; i < pattern.prefix_length && !rest.empty(); ++i) {
      take_code_point(rest);
    }
    start_ = pattern.text.substr(0, pattern.text.size() - rest.size());
    letters_ = points_;
    std::sort(letters_.begin(), letters_.end());
    letters_.erase(std::unique(letters_.begin(), letters_.end()), letters_.end());
    places_.resize(letters_.size() + 1);
    for (size_t at = 0; at < points_.size(); ++at) {
      const uint32_t letter = find_letter(points_[at]);
      if (points_[at] < ascii_.size()) ascii_[points_[at]] = letter;
      const size_t bit = at + kMargin;
      places_[letter][bit / 64] |= uint64_t{1} << (bit % 64);
    }
    if (is_text_) order_rests();
  }
  const std::string& start() const override { return start_; }
  uint32_t distance() const override { return distance_; }

  Verdict judge(std::string_view term) override {
    if (!starts_with(term, start_)) return Verdict::kOver;
    // What has fewer bytes than code points are needed is too short: in dictionaries,
    // most ideographs are.
    if (term.size() + most_ < points_.size()) return Verdict::kUnwanted;
    stack_.run(
        term,
        [&] {
          // The new code point is on the stack, and its row is not yet.
          const size_t depth = stack_.depth();
          const Row* before = depth > 1 ? &stack_.state(1) : nullptr;
          Row row = next_row(stack_.state(), before, letter_of(stack_.point()),
                             static_cast<int>(depth) - 1);
          row.is_text = stack_.state().is_text && is_character(stack_.point());
          return row;
        },
        [&](const Row& row) { return row.reached[most_] != 0; });
    if (stack_.state().reached[most_] == 0) return leap_behind(term);
    distance_ = to_whole(stack_.state(), static_cast<int>(stack_.depth()));
    return distance_ <= most_ ? Verdict::kWanted : leap_on(term);
  }

 private:
  struct Row {
    // For each number of edits, the columns that are within it: the lowest bit is the
    // column `most_` before the diagonal.
    std::array<uint32_t, kMostDistance + 1> reached;
    uint32_t letter = 0;  // which one led here; 0 for those that the pattern has not
    bool is_text = true;  // no byte that stands for itself was read
  };

  static constexpr uint32_t kNoPoint = UINT32_MAX;
  // Columns before the first that a row may look at.
  static constexpr int kMargin = kMostDistance + 1;
  static constexpr size_t kWords = (kMostPatternSize + 3 * kMargin + 63) / 64 + 2;

  static uint32_t check_distance(uint32_t distance) {
    if (distance > kMostDistance) {
      throw std::invalid_argument("a fuzzy term has a distance above 8");
    }
    return distance;
  }
  static bool is_character(uint32_t point) { return point < 0x110000; }

  int edits() const { return static_cast<int>(most_); }
  int columns() const { return static_cast<int>(points_.size()) + 1; }

  // The number of a letter of the pattern, from 1; 0 for all others.
  uint32_t letter_of(uint32_t point) const {
    return point < ascii_.size() ? ascii_[point] : find_letter(point);
  }
  uint32_t find_letter(uint32_t point) const {
    const auto at = std::lower_bound(letters_.begin(), letters_.end(), point);
    if (at == letters_.end() || *at != point) return 0;
    return static_cast<uint32_t>(at - letters_.begin()) + 1;
  }

  // Where in the pattern a letter stands, from `first` on, which is -kMargin or more.
  uint32_t places(uint32_t letter, int first) const {
    const auto bit = static_cast<size_t>(first + kMargin);
    const std::array<uint64_t, kWords>& all = places_[letter];
    const uint64_t low = all[bit / 64] >> (bit % 64);
    const uint64_t high = bit % 64 == 0 ? 0 : all[bit / 64 + 1] << (64 - bit % 64);
    return static_cast<uint32_t>(low | high);
  }

  // The columns that there are, in the row behind `depth` code points.
  uint32_t existing(int depth) const {
    const int first = std::max(0, edits() - depth);
    const int end = std::min(2 * edits() + 1, columns() - depth + edits());
    if (end <= first) return 0;
    return ((uint32_t{1} << end) - 1) & ~((uint32_t{1} << first) - 1);
  }

  // Edits to the whole pattern, from a row behind `depth` code points; more than `most_`
  // where it is out of reach.
  uint32_t to_whole(const Row& row, int depth) const {
    const int bit = columns() - 1 - depth + edits();
    if (bit < 0 || bit > 2 * edits()) return most_ + 1;
    uint32_t distance = 0;
    while (distance <= most_ && (row.reached[distance] >> bit & 1) == 0) ++distance;
    return distance;
  }

  Row first_row() const {
    Row row;
    const uint32_t able = existing(0);
    for (uint32_t e = 0; e <= most_; ++e) {
      row.reached[e] = able & ((uint32_t{1} << (most_ + e + 1)) - 1);
    }
    return row;
  }

  // The row behind a letter that follows `depth` code points, which led to `above`;
  // `before` is the row before that, if there is one.
  Row next_row(const Row& above, const Row* before, uint32_t letter, int depth) const {
    Row row;
    row.letter = letter;
    // Diagonals keep their bits: a letter that matches, or stands for another.
    const uint32_t same = places(letter, depth - edits());
    const uint32_t able = existing(depth + 1);
    uint32_t swapped = 0;
    if (transpositions_ && before != nullptr) {
      swapped = places(above.letter, depth - edits()) &
                places(letter, depth - 1 - edits());
    }
    row.reached[0] = above.reached[0] & same & able;
    for (uint32_t e = 1; e <= most_; ++e) {
      uint32_t reached = (above.reached[e] & same) | above.reached[e - 1] |
                         above.reached[e - 1] >> 1 | row.reached[e - 1] << 1;
      if (swapped != 0) reached |= before->reached[e - 1] & swapped;
      row.reached[e] = reached & able;
    }
    return row;
  }

  // Tells whether any letter may follow a row.
  bool is_free(const Row& row) const {
    return most_ > 0 && row.reached[most_ - 1] != 0;
  }

  // Makes a leap of `read` and the least text behind it that is near enough and begins
  // above `bound`, which may be -1.  No edit may be left after `row`, which `depth` code
  // points led to, so that only what remains of the pattern can follow.  Returns false
  // where there is no such text.
  bool leap_to_rest(std::string_view read, const Row& row, const Row* before, int depth,
                    int64_t bound) {
    uint32_t least = kNoPoint;  // the first code point behind `read`
    size_t rest = 0;            // what of the pattern follows it
    const auto offer_each = [&](uint32_t bits, int first, size_t passed) {
      for (; bits != 0; bits &= bits - 1) {
        const auto at = static_cast<size_t>(first + __builtin_ctz(bits));
        if (at >= points_.size()) continue;
        const uint32_t point = points_[at];
        if (point <= bound || point > least) continue;
        if (point < least || ranks_[at + passed] < ranks_[rest]) rest = at + passed;
        least = point;
      }
    };
    const int first = depth - edits();
    offer_each(row.reached[most_], first, 1);
    if (transpositions_ && before != nullptr && most_ > 0) {
      // The last code point and the next one have changed places.
      offer_each(before->reached[most_ - 1] & places(row.letter, first), first - 1, 2);
    }
    if (least == kNoPoint) return false;
    leap_.assign(read);
    append_utf8(leap_, least);
    leap_.append(rests_[rest]);
    return true;
  }

  // Says where to go on behind a term that near enough texts may begin with.
  Verdict leap_on(std::string_view term) {
    const Row& row = stack_.state();
    const size_t depth = stack_.depth();
    if (is_free(row) || !is_text_ || !row.is_text) return Verdict::kUnwanted;
    const Row* before = depth > 0 ? &stack_.state(1) : nullptr;
    const bool is_able = leap_to_rest(term, row, before, static_cast<int>(depth), -1);
    return is_able ? Verdict::kLeap : Verdict::kUnwanted;
  }

  // Says where to go on behind a term whose last row on the stack is out of reach.
  Verdict leap_behind(std::string_view term) {
    // Bytes that are no text have no place among the code points.
    if (!is_text_ || !stack_.state().is_text) {
      return leap_over(term.substr(0, stack_.end()));
    }
    const size_t depth = stack_.depth();
    for (size_t back = 0; back < depth; ++back) {
      // Another code point in the place of this one.
      const Row& row = stack_.state(back + 1);
      if (is_free(row)) return leap_over(term.substr(0, stack_.end(back)));
      const size_t read = depth - back - 1;
      const Row* before = read > 0 ? &stack_.state(back + 2) : nullptr;
      if (leap_to_rest(term.substr(0, stack_.end(back + 1)), row, before,
                       static_cast<int>(read), stack_.point(back))) {
        return Verdict::kLeap;
      }
    }
    return Verdict::kOver;
  }

  // Fills `rests_` and `ranks_`.
  void order_rests() {
    std::vector<size_t> order;
    rests_.resize(points_.size() + 1);
    ranks_.resize(points_.size() + 1);
    for (size_t at = points_.size(); at-- > 0;) {
      append_utf8(rests_[at], points_[at]);
      rests_[at] += rests_[at + 1];
    }
    for (size_t at = 0; at <= points_.size(); ++at) order.push_back(at);
    std::sort(order.begin(), order.end(), [&](size_t left, size_t right) {
      return rests_[left] < rests_[right];
    });
    for (size_t rank = 0; rank < order.size(); ++rank) ranks_[order[rank]] = rank;
  }

  std::vector<uint32_t> points_;
  uint32_t most_;
  bool transpositions_;
  bool is_text_;  // and no bytes that stand for themselves
  std::vector<uint32_t> letters_;  // of the pattern, each once, in order
  std::array<uint32_t, 128> ascii_{};
  // For each letter the bits of its places, kMargin behind the first.
  std::vector<std::array<uint64_t, kWords>> places_;
  // What of the pattern is behind each of its beginnings, and the order of these texts.
  std::vector<std::string> rests_;
  std::vector<size_t> ranks_;
  StateStack<Row> stack_;
  std::string start_;
  uint32_t distance_ = 0;
};

}  // namespace

Verdict TermMatcher::leap_over(std::string_view prefix) {
  leap_.assign(prefix);
  // The next text that does not begin like this.
  while (!leap_.empty() && static_cast<uint8_t>(leap_.back()) == 0xFF) leap_.pop_back();
  if (leap_.empty()) return Verdict::kOver;
  leap_.back() = static_cast<char>(static_cast<uint8_t>(leap_.back()) + 1);
  return Verdict::kLeap;
}

std::unique_ptr<TermMatcher> matcher_for(const TermsPattern& pattern) {
  switch (pattern.kind) {
    case TermsKind::kPrefix:
      return std::make_unique<PrefixMatcher>(pattern.text);
    case TermsKind::kRange:
      return std::make_unique<RangeMatcher>(pattern);
    case TermsKind::kWildcard:
      return std::make_unique<WildcardMatcher>(pattern);
    case TermsKind::kFuzzy:
      return std::make_unique<FuzzyMatcher>(pattern);
  }
  throw std::invalid_argument("there is no such kind of pattern");
}

}  // namespace searchkit
