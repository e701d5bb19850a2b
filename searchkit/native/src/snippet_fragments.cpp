#include "snippet_fragments.hpp"

#include <algorithm>
#include <string_view>

namespace searchkit {

namespace {

// A line of up to so many code points without a closing mark is no running text.
constexpr int64_t kBoilerplateLength = 60;
constexpr std::u32string_view kClosingMarks =
    U".!?\u2026:;\u3002\uFF01\uFF1F\u061F\u0964";
constexpr std::u32string_view kQuotes = U"\"'\u201D\u2019\u00BB)]";
// How far the end of a word is looked for; text without spaces is cut anywhere.
constexpr int64_t kWordReach = 40;
// A fragment shorter than this share of the size takes in the sentence before it.
constexpr double kShort = 1.0 / 3.0;
constexpr uint32_t kZeroWidthJoiner = 0x200D;

bool holds(std::u32string_view list, uint32_t code_point) {
  return list.find(static_cast<char32_t>(code_point)) != std::u32string_view::npos;
}

// Adds a run of whole sentences, where one has a match; `units` is empty thereafter.
void close(std::vector<Run>& runs, std::vector<Unit>& units, bool boilerplate) {
  if (!units.empty() && units.front().first < units.back().last) {
    const Stretch bounds = {units.front().span.start, units.back().span.end};
    runs.push_back({std::move(units), std::nullopt, bounds, boilerplate});
  }
  units.clear();
}

}  // namespace

std::vector<Run> FragmentCutter::runs(const std::vector<Match>& matches) {
  std::vector<Run> runs;
  std::vector<Stretch> cut;
  std::vector<Unit> units;
  size_t number = 0;
  while (number < matches.size()) {
    const Stretch paragraph =
        sentences_.paragraph_around(text_, matches[number].start);
    const bool boilerplate = looks_like_boilerplate(paragraph);
    sentences_.cut(text_, paragraph, cut);
    for (const Stretch& sentence : cut) {
      const size_t first = number;
      while (number < matches.size() && matches[number].start < sentence.end) ++number;
      if (sentence.length() <= size_) {
        units.push_back({sentence, first, number});
        continue;
      }
      close(runs, units, boilerplate);
      if (first == number) continue;
      for (size_t at = first; at < number; ++at) {
        const int64_t start = matches[at].start;
        const int64_t end = std::min({matches[at].end, sentence.end, start + size_});
        units.push_back({{start, end}, at, at + 1});
      }
      runs.push_back({std::move(units), sentence, sentence, boilerplate});
      units.clear();
    }
    close(runs, units, boilerplate);
  }
  return runs;
}

void FragmentCutter::without(Run run, const Stretch& taken, std::vector<Run>& left) {
  if (!taken.overlaps(run.bounds)) {
    left.push_back(std::move(run));
    return;
  }
  Run before = {{}, run.sentence, {run.bounds.start, taken.start}, run.boilerplate};
  Run after = {{}, run.sentence, {taken.end, run.bounds.end}, run.boilerplate};
  for (const Unit& unit : run.units) {
    if (unit.span.end <= taken.start) before.units.push_back(unit);
    if (unit.span.start >= taken.end) after.units.push_back(unit);
  }
  for (Run* rest : {&before, &after}) {
    if (!rest->units.empty() && rest->units.front().first < rest->units.back().last) {
      left.push_back(std::move(*rest));
    }
  }
}

bool FragmentCutter::looks_like_boilerplate(const Stretch& paragraph) {
  if (paragraph.length() > kBoilerplateLength) return false;
  int64_t end = paragraph.end;
  while (end > paragraph.start && holds(kQuotes, text_[end - 1])) --end;
  return end == paragraph.start || !holds(kClosingMarks, text_[end - 1]);
}

Fragment FragmentCutter::fragment(const Run& run, size_t first, size_t last) {
  const std::vector<Unit>& units = run.units;
  int64_t start = units[first].span.start;
  int64_t end = 0;
  int64_t with_match = 0;
  for (size_t at = first; at < last; ++at) {
    end = std::max(end, units[at].span.end);
    if (units[at].has_match()) with_match = std::max(with_match, units[at].span.end);
  }
  if (run.sentence) {
    const Stretch core = {start, std::min(end, run.bounds.end)};
    const Stretch span = widened(core, run.bounds);
    return {span, span, span.start > run.sentence->start,
            span.end < run.sentence->end};
  }
  const Stretch core = {start, with_match};
  while (first > 0 &&
         static_cast<double>(end - start) < static_cast<double>(size_) * kShort &&
         end - units[first - 1].span.start <= size_) {
    --first;
    start = units[first].span.start;
  }
  return {{start, end}, core};
}

std::optional<Fragment> FragmentCutter::opening() {
  Stretch paragraph{};
  if (!sentences_.next_paragraph(text_, 0, paragraph)) return std::nullopt;
  Stretch candidate = paragraph;
  while (looks_like_boilerplate(candidate)) {
    // Where all do, it is the first.
    if (!sentences_.next_paragraph(text_, candidate.end, candidate)) {
      candidate = paragraph;
      break;
    }
  }
  std::vector<Stretch> cut;
  sentences_.cut(text_, candidate, cut);
  Stretch span = cut[0];
  if (span.length() > size_) {
    int64_t end = span.start;
    while (end < span.start + size_ && end < text_.size() && !is_space(end)) ++end;
    span = widened({span.start, end}, cut[0]);
    return Fragment{span, span, false, true};
  }
  for (const Stretch& sentence : cut) {
    if (sentence.end - span.start > size_) break;
    span.end = sentence.end;
  }
  return Fragment{span, span};
}

Stretch FragmentCutter::widened(const Stretch& core, const Stretch& bounds) {
  const int64_t spare = std::max<int64_t>(size_ - core.length(), 0);
  const int64_t room_before = core.start - bounds.start;
  const int64_t room_after = bounds.end - core.end;
  const int64_t before = std::min(room_before, std::max(spare / 2, spare - room_after));
  int64_t start = core.start - before;
  int64_t end = std::min(core.end + spare - before, bounds.end);
  if (start > bounds.start) start = word_start(start, core.start);
  if (end < bounds.end) end = word_end(end, core.end);
  while (start < core.start && is_space(start)) ++start;
  while (end > start + 1 && is_space(end - 1)) --end;
  return {start, end};
}

int64_t FragmentCutter::word_start(int64_t position, int64_t limit) {
  if (position >= limit || is_space(position - 1)) return position;
  const int64_t most = std::min(limit, position + kWordReach);
  for (int64_t start = position; start < most; ++start) {
    if (is_space(start)) return start + 1;
  }
  if (limit - position < kWordReach) return limit;
  while (position < limit && continues(position)) ++position;
  return position;
}

int64_t FragmentCutter::word_end(int64_t position, int64_t limit) {
  if (position <= limit || is_space(position)) return position;
  const int64_t least = std::max(limit, position - kWordReach);
  for (int64_t end = position - 1; end > least; --end) {
    if (is_space(end)) return end;
  }
  if (position - limit < kWordReach) return limit;
  while (position > limit && continues(position)) --position;
  return position;
}

bool FragmentCutter::continues(int64_t at) {
  return text_[at] == kZeroWidthJoiner ||
         (sentences_.kinds().of(text_[at]) & CharacterKinds::kCombining) != 0;
}

}  // namespace searchkit
