#include "snippet_choose.hpp"

#include <algorithm>
#include <tuple>

namespace searchkit {

namespace {

// What the second, third, … occurrence of a key adds, as a share of its weight.
constexpr double kRepeats[] = {1.0, 0.1, 0.05, 0.025, 0.0125};
constexpr uint32_t kMostRepeats = 5;
// Matches are close when at most so many code points stand between them.
constexpr int64_t kClose = 30;
constexpr double kCloseness = 0.2;
constexpr double kEarliness = 0.1;
// Where the bonus for being early has fallen by half, in code points.
constexpr double kEarly = 2000;
// What a key is worth in the next fragment, as a share, each time it has been shown.
constexpr double kShown = 0.3;
// How many repetitions are passed over before no further fragment is looked for.
constexpr size_t kMostRepetitions = 1000;

// A window of units; the smallest is the best.
struct Candidate {
  bool boilerplate;
  double negative_score;
  size_t run, first, last;

  bool operator>(const Candidate& other) const {
    return std::tie(boilerplate, negative_score, run, first, last) >
           std::tie(other.boilerplate, other.negative_score, other.run, other.first,
                    other.last);
  }
};

// Counts, before each match, the neighbours of different keys that are close.
std::vector<int64_t> close_pairs(const std::vector<Match>& matches,
                                 const std::vector<Target>& targets) {
  std::vector<int64_t> counts = {0};
  counts.reserve(matches.size());
  for (size_t at = 1; at < matches.size(); ++at) {
    const Match& left = matches[at - 1];
    const Match& right = matches[at];
    const int64_t gap = right.start - left.end;
    const bool close = targets[left.target].key != targets[right.target].key &&
                       0 <= gap && gap <= kClose;
    counts.push_back(counts.back() + (close ? 1 : 0));
  }
  return counts;
}

// Joins the spans of matches in order that overlap or touch.
std::vector<Stretch> merged(const std::vector<Match>& matches) {
  std::vector<Stretch> spans;
  for (const Match& match : matches) {
    if (!spans.empty() && match.start <= spans.back().end) {
      spans.back().end = std::max(spans.back().end, match.end);
    } else {
      spans.push_back({match.start, match.end});
    }
  }
  return spans;
}

// The parts of the highlights, disjoint and in order, that lie in a stretch.
std::vector<Stretch> inside(const std::vector<Stretch>& highlights,
                            const Stretch& span) {
  std::vector<Stretch> found;
  auto at = std::upper_bound(
      highlights.begin(), highlights.end(), span.start,
      [](int64_t start, const Stretch& highlight) { return start < highlight.end; });
  for (; at != highlights.end() && at->start < span.end; ++at) {
    found.push_back({std::max(at->start, span.start) - span.start,
                     std::min(at->end, span.end) - span.start});
  }
  return found;
}

bool is_ascii_space(uint32_t letter) {
  return letter == ' ' || letter - 0x9 < 5 || letter - 0x1C < 4;
}

// The work of choosing fragments from one text.
class Choice {
 public:
  Choice(SnippetChooser& chooser, const CodePoints& text, int64_t size,
         const std::vector<Match>& matches, const std::vector<Target>& targets)
      : chooser_(chooser),
        text_(text),
        size_(size),
        cutter_(chooser.sentences(), text, size),
        runs_(cutter_.runs(matches)),
        close_(close_pairs(matches, targets)) {
    uint32_t keys = 0;
    for (const Target& target : targets) keys = std::max(keys, target.key + 1);
    values_.resize(keys);
    counts_.resize(keys);
    shown_keys_.resize(keys);
    keys_.reserve(matches.size());
    for (const Match& match : matches) {
      const Target& target = targets[match.target];
      keys_.push_back(target.key);
      values_[target.key] = std::max(values_[target.key], target.weight);
    }
  }

  // Up to `count` disjoint fragments, the best first.
  std::vector<Fragment> fragments(size_t count) {
    std::vector<Fragment> chosen;
    while (!runs_.empty() && chosen.size() < count) {
      const std::optional<Fragment> fragment = best();
      if (!fragment) break;
      chosen.push_back(*fragment);
      std::vector<Run> left;
      for (Run& run : runs_) {
        FragmentCutter::without(std::move(run), fragment->span, left);
      }
      runs_ = std::move(left);
    }
    return chosen;
  }

 private:
  std::optional<Fragment> best() {
    candidates_.clear();
    for (size_t number = 0; number < runs_.size(); ++number) windows(number);
    const auto worse = std::greater<Candidate>();
    std::make_heap(candidates_.begin(), candidates_.end(), worse);
    for (size_t tries = kMostRepetitions; tries > 0 && !candidates_.empty(); --tries) {
      std::pop_heap(candidates_.begin(), candidates_.end(), worse);
      const Candidate candidate = candidates_.back();
      candidates_.pop_back();
      const Run& run = runs_[candidate.run];
      const std::vector<uint32_t> keys = keys_of(run, candidate);
      if (run.boilerplate && adds_nothing(keys)) continue;
      const Fragment fragment =
          cutter_.fragment(run, candidate.first, candidate.last);
      if (is_repetition(fragment.core)) continue;
      shown_.push_back(fragment.span);
      for (const uint32_t key : keys) {
        shown_keys_[key] = true;
        values_[key] *= kShown;
      }
      return fragment;
    }
    return std::nullopt;
  }

  // The distinct keys of a candidate.
  std::vector<uint32_t> keys_of(const Run& run, const Candidate& candidate) const {
    const size_t first = run.units[candidate.first].first;
    const size_t last = run.units[candidate.last - 1].last;
    std::vector<uint32_t> keys;
    for (size_t at = first; at < last; ++at) keys.push_back(keys_[at]);
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    return keys;
  }

  bool adds_nothing(const std::vector<uint32_t>& keys) const {
    return !shown_.empty() &&
           std::all_of(keys.begin(), keys.end(),
                       [&](uint32_t key) { return shown_keys_[key]; });
  }

  bool is_repetition(const Stretch& core) {
    if (shown_.empty()) return false;
    while (shown_texts_.size() < shown_.size()) {
      shown_texts_.push_back(
          chooser_.comparable(text_, shown_[shown_texts_.size()]));
    }
    const std::string wanted = chooser_.comparable(text_, core);
    return std::any_of(
        shown_texts_.begin(), shown_texts_.end(),
        [&](const std::string& shown) { return shown.find(wanted) != shown.npos; });
  }

  // Slides a window over a run, stopping at each unit with a match.
  void windows(size_t number) {
    const Run& run = runs_[number];
    const std::vector<Unit>& units = run.units;
    double value = 0.0;
    size_t distinct = 0;
    size_t last = 0;
    size_t counted = units[0].first;
    for (size_t first = 0; first < units.size(); ++first) {
      const Unit& unit = units[first];
      if (!unit.has_match()) continue;
      const int64_t limit = unit.span.start + size_;
      while (last < units.size() && units[last].span.end <= limit) ++last;
      const size_t reached = units[last - 1].last;
      for (; counted < reached; ++counted) {
        const uint32_t key = keys_[counted];
        const uint32_t seen = counts_[key]++;
        if (seen == 0) ++distinct;
        if (seen < kMostRepeats) value += values_[key] * kRepeats[seen];
      }
      double score = value;
      if (distinct > 1) {
        const int64_t pairs = close_[reached - 1] - close_[unit.first];
        const auto most = static_cast<int64_t>(distinct) - 1;
        score += kCloseness * value / static_cast<double>(distinct) *
                 static_cast<double>(std::min(pairs, most));
      }
      score *= 1 + kEarliness / (1 + static_cast<double>(unit.span.start) / kEarly);
      candidates_.push_back({run.boilerplate, -score, number, first, last});
      for (size_t at = unit.first; at < unit.last; ++at) {
        const uint32_t key = keys_[at];
        const uint32_t left = --counts_[key];
        if (left == 0) --distinct;
        if (left < kMostRepeats) value -= values_[key] * kRepeats[left];
      }
      if (distinct == 0) value = 0.0;  // sheds what rounding has left
    }
    for (size_t at = units[0].first; at < counted; ++at) counts_[keys_[at]] = 0;
  }

  SnippetChooser& chooser_;
  const CodePoints& text_;
  int64_t size_;
  FragmentCutter cutter_;
  std::vector<Run> runs_;
  std::vector<int64_t> close_;
  std::vector<uint32_t> keys_;     // of each match
  std::vector<double> values_;     // of each key
  std::vector<uint32_t> counts_;   // of each key in the window; zeros between runs
  std::vector<bool> shown_keys_;
  std::vector<Stretch> shown_;
  std::vector<std::string> shown_texts_;  // of `shown_`, made when they are needed
  std::vector<Candidate> candidates_;
};

}  // namespace

const std::optional<std::string>& SnippetChooser::folded(uint32_t code_point) {
  const auto known = folded_.find(code_point);
  if (known != folded_.end()) return known->second;
  const Object character = Object::made(PyUnicode_FromOrdinal(code_point));
  const Object said = Object::made(
      PyObject_CallFunctionObjArgs(folded_alone_.get(), character.get(), nullptr));
  std::optional<std::string> form;
  if (said.get() != Py_None) form = lenient_utf8(said.get());
  return folded_.emplace(code_point, std::move(form)).first->second;
}

std::string SnippetChooser::comparable(const CodePoints& text, const Stretch& part) {
  std::string found;
  found.reserve(static_cast<size_t>(part.length()));
  bool parted = false;
  // Takes a letter of ASCII, or a byte of what is folded.
  const auto add = [&](uint32_t letter) {
    if (letter == '\'') return;
    if (is_ascii_space(letter)) {
      parted = true;
      return;
    }
    if (parted && !found.empty()) found.push_back(' ');
    parted = false;
    const bool capital = letter >= 'A' && letter <= 'Z';
    found.push_back(static_cast<char>(capital ? letter - 'A' + 'a' : letter));
  };
  for (int64_t at = part.start; at < part.end; ++at) {
    const uint32_t letter = text[at];
    if (letter < 0x80) {
      add(letter);
    } else if (const std::optional<std::string>& form = folded(letter)) {
      for (const char byte : *form) add(static_cast<unsigned char>(byte));
    } else {
      const Object quoted = text.cut(part);
      const Object made = Object::made(
          PyObject_CallFunctionObjArgs(comparable_.get(), quoted.get(), nullptr));
      return lenient_utf8(made.get());
    }
  }
  return found;
}

std::vector<Stretch> SnippetChooser::highlights(const CodePoints& text,
                                                std::vector<Match> matches) {
  const auto unusable = [&](const Match& match) {
    return match.start < 0 || match.start >= match.end || match.end > text.size();
  };
  matches.erase(std::remove_if(matches.begin(), matches.end(), unusable),
                matches.end());
  std::sort(matches.begin(), matches.end());
  return merged(matches);
}

std::vector<Quotation> SnippetChooser::choose(const CodePoints& text,
                                              std::vector<Match> matches,
                                              const std::vector<Target>& targets,
                                              size_t count, int64_t size) {
  const auto unusable = [&](const Match& match) {
    return match.start < 0 || match.start >= match.end || match.end > text.size() ||
           sentences_.kinds().is_space(text[match.start]);
  };
  matches.erase(std::remove_if(matches.begin(), matches.end(), unusable),
                matches.end());
  std::sort(matches.begin(), matches.end());
  std::vector<Fragment> chosen =
      Choice(*this, text, size, matches, targets).fragments(count);
  if (chosen.empty()) {
    FragmentCutter cutter(sentences_, text, size);
    if (const std::optional<Fragment> opening = cutter.opening()) {
      const Fragment& only = *opening;
      return {{only.span, only.cut_start, only.cut_end, {}}};
    }
    return {};
  }
  std::sort(chosen.begin(), chosen.end(), [](const Fragment& one, const Fragment& two) {
    return one.span.start < two.span.start;
  });
  const std::vector<Stretch> highlights = merged(matches);
  std::vector<Quotation> quotations;
  for (const Fragment& fragment : chosen) {
    quotations.push_back({fragment.span, fragment.cut_start, fragment.cut_end,
                          inside(highlights, fragment.span)});
  }
  return quotations;
}

}  // namespace searchkit
