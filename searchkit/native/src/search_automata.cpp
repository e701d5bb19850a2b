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

// Takes a code point off the beginning of UTF-8 text that is not empty.  A byte that
// begins none stands for itself, above all code points.
uint32_t take_code_point(std::string_view& text) {
  const auto lead = static_cast<uint8_t>(text[0]);
  const size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  uint32_t point = size == 1 ? lead : lead & (0xFFu >> (size + 1));
  bool whole = (lead < 0x80 || lead >= 0xC2) && lead < 0xF5 && size <= text.size();
  for (size_t i = 1; whole && i < size; ++i) {
    const auto next = static_cast<uint8_t>(text[i]);
    whole = (next & 0xC0) == 0x80;
    point = point << 6 | (next & 0x3F);
  }
  if (!whole) {
    text.remove_prefix(1);
    return 0x110000 + lead;
  }
  text.remove_prefix(size);
  return point;
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

// Rows of the table of edit distances (Wagner & Fischer 1974; with transpositions, the
// restricted form of Damerau's), one for each code point of a term.
class FuzzyMatcher : public TermMatcher {
 public:
  explicit FuzzyMatcher(const TermsPattern& pattern)
      : points_(pattern_points(pattern.text)),
        most_(pattern.distance),
        transpositions_(pattern.transpositions),
        stack_(first_row(points_.size())) {
    if (most_ > kMostDistance) {
      throw std::invalid_argument("a fuzzy term has a distance above 8");
    }
    std::string_view rest = pattern.text;
    for (uint32_t i = 0; i < pattern.prefix_length && !rest.empty(); ++i) {
      take_code_point(rest);
    }
    start_ = pattern.text.substr(0, pattern.text.size() - rest.size());
  }
  const std::string& start() const override { return start_; }

  Verdict judge(std::string_view term) override {
    if (!starts_with(term, start_)) return Verdict::kOver;
    const size_t read = stack_.run(
        term, [&] { return next_row(); }, [&](const Row& row) { return alive(row); });
    if (!alive(stack_.state())) return leap_over(term.substr(0, read));
    const bool wanted = stack_.state().back() <= most_;
    return wanted ? Verdict::kWanted : Verdict::kUnwanted;
  }

 private:
  using Row = std::vector<uint32_t>;

  static Row first_row(size_t size) {
    Row row;
    for (size_t i = 0; i <= size; ++i) row.push_back(static_cast<uint32_t>(i));
    return row;
  }
  bool alive(const Row& row) const {
    // From one row to the next the least distance grows by one at most, so that a
    // transposition, which looks back two rows, brings no row back to life.
    return *std::min_element(row.begin(), row.end()) <= most_;
  }
  Row next_row() const {
    const size_t depth = stack_.depth();
    const uint32_t point = stack_.point();
    const Row& above = stack_.state();
    Row row(points_.size() + 1);
    row[0] = static_cast<uint32_t>(depth);
    for (size_t i = 1; i < row.size(); ++i) {
      const uint32_t changed = above[i - 1] + (points_[i - 1] != point);
      row[i] = std::min({above[i] + 1, row[i - 1] + 1, changed});
      if (transpositions_ && depth > 1 && i > 1 && points_[i - 1] == stack_.point(1) &&
          points_[i - 2] == point) {
        row[i] = std::min(row[i], stack_.state(1)[i - 2] + 1);
      }
    }
    return row;
  }

  std::vector<uint32_t> points_;
  uint32_t most_;
  bool transpositions_;
  StateStack<Row> stack_;
  std::string start_;
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
