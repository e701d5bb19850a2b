#include "snippet_matches.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace searchkit {

namespace {

// Reading this many bytes takes about a millisecond.
constexpr size_t kLongText = 200'000;

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

}  // namespace

class MatchFinder::Pass {
 public:
  Pass(MatchFinder& finder, std::vector<Match>& found)
      : finder_(finder),
        found_(found),
        seen_(finder.sequences_.size()),
        starts_(finder.longest_) {}

  void token(uint32_t term, uint32_t word, size_t start, size_t end) {
    const auto from = static_cast<int64_t>(start);
    const auto to = static_cast<int64_t>(end);
    if (!finder_.prefixes_.empty()) prefixes(word, from, to);
    if (!finder_.fuzzies_.empty()) fuzzies(word, from, to);
    const uint32_t number = finder_.number_of(term);
    if (number == kNone) {
      part();
      return;
    }
    const uint32_t target = finder_.words_[number];
    if (target != kNone) found_.push_back({from, to, target});
    if (!seen_.empty()) sequences(number, from, to);
  }

  // What comes does not stand beside what is wanted.
  void part() {
    if (side_by_side_ == 0) return;
    side_by_side_ = 0;
    std::fill(seen_.begin(), seen_.end(), 0);
  }

 private:
  void prefixes(uint32_t word, int64_t start, int64_t end) {
    const std::string_view text = finder_.analyzer_.words()[word];
    if (text.empty() || !finder_.first_bytes_[static_cast<uint8_t>(text[0])]) return;
    for (const Prefix& prefix : finder_.prefixes_) {
      if (starts_with(text, prefix.text)) {
        found_.push_back({start, end, prefix.target});
      }
    }
  }

  void fuzzies(uint32_t word, int64_t start, int64_t end) {
    const std::string_view text = finder_.analyzer_.words()[word];
    for (const Fuzzy& fuzzy : finder_.fuzzies_) {
      if (fuzzy.matcher->judge(text) == Verdict::kWanted) {
        found_.push_back({start, end, fuzzy.target});
      }
    }
  }

  void sequences(uint32_t number, int64_t start, int64_t end) {
    const size_t room = starts_.size();
    starts_[side_by_side_ % room] = start;
    ++side_by_side_;
    for (size_t at = 0; at < seen_.size(); ++at) {
      const Sequence& sequence = finder_.sequences_[at];
      uint32_t seen = seen_[at];
      while (seen > 0 && sequence.terms[seen] != number) seen = sequence.borders[seen];
      seen += sequence.terms[seen] == number;
      if (seen == sequence.terms.size()) {
        found_.push_back({starts_[(side_by_side_ - seen) % room], end,
                          sequence.target});
        seen = 0;
      }
      seen_[at] = seen;
    }
  }

  MatchFinder& finder_;
  std::vector<Match>& found_;
  std::vector<uint32_t> seen_;   // terms of each sequence that stand here
  std::vector<int64_t> starts_;  // of the last terms, in a ring
  size_t side_by_side_ = 0;      // terms that something looks for, up to here
};

MatchFinder::MatchFinder(PyObject* analyzer, bool keeps_beginnings)
    : owner_(Object::borrowed(analyzer)),
      is_selective_(keeps_beginnings),
      analyzer_(analyzer_of(analyzer)) {}

uint32_t MatchFinder::wanted(std::string_view term) {
  const auto number = static_cast<uint32_t>(words_.size());
  const auto [place, is_new] = numbers_.emplace(term, number);
  if (is_new) {
    words_.push_back(kNone);
    begins_like(term);
  }
  generation_ = UINT64_MAX;
  return place->second;
}

void MatchFinder::add_word(std::string_view term, uint32_t target) {
  words_[wanted(term)] = target;
  meet(target);
}

void MatchFinder::add_sequence(const std::vector<std::string_view>& terms,
                               uint32_t target) {
  if (terms.size() < 2) throw std::invalid_argument("a sequence has two terms or more");
  Sequence sequence;
  sequence.target = target;
  for (const std::string_view term : terms) sequence.terms.push_back(wanted(term));
  sequence.borders = {0, 0};
  for (size_t at = 1; at + 1 < terms.size(); ++at) {
    uint32_t border = sequence.borders.back();
    while (border > 0 && sequence.terms[border] != sequence.terms[at]) {
      border = sequence.borders[border];
    }
    border += sequence.terms[border] == sequence.terms[at];
    sequence.borders.push_back(border);
  }
  longest_ = std::max(longest_, terms.size());
  sequences_.push_back(std::move(sequence));
  meet(target);
}

void MatchFinder::add_prefix(std::string_view prefix, uint32_t target) {
  if (prefix.empty()) throw std::invalid_argument("a prefix is empty");
  first_bytes_[static_cast<uint8_t>(prefix[0])] = true;
  prefixes_.push_back({std::string(prefix), target});
  begins_like(prefix);
  meet(target);
}

void MatchFinder::add_fuzzy(std::string_view word, uint32_t distance,
                            uint32_t target) {
  TermsPattern pattern;
  pattern.kind = TermsKind::kFuzzy;
  pattern.text = word;
  pattern.distance = distance;
  fuzzies_.push_back({matcher_for(pattern), target});
  is_selective_ = false;
  meet(target);
}

void MatchFinder::learn() {
  const Vocabulary& terms = analyzer_.terms();
  if (generation_ == analyzer_.generation()) {
    for (; known_ < terms.size(); ++known_) {
      const auto found = numbers_.find(std::string(terms[known_]));
      if (found != numbers_.end()) place(known_, found->second);
    }
    return;
  }
  size_t room = 8;
  while (room < numbers_.size() * 4) room *= 2;
  slots_.assign(room, Slot());
  mask_ = room - 1;
  known_ = terms.size();
  for (const auto& [text, number] : numbers_) {
    const uint32_t term = terms.find(text);
    if (term < known_) place(term, number);
  }
  generation_ = analyzer_.generation();
}

void MatchFinder::place(uint32_t term, uint32_t number) {
  size_t at = home(term);
  while (slots_[at].term != kNone) at = (at + 1) & mask_;
  slots_[at] = {term, number};
}

void MatchFinder::find(const CodePoints& points, std::vector<Match>& found) {
  const std::string_view text = points.utf8();
  if (words_.empty() && prefixes_.empty() && fuzzies_.empty()) return;
  Pass pass(*this, found);
  std::optional<WithoutGil> others_run;
  if (text.size() > kLongText) others_run.emplace();
  const auto read = [&](std::string_view part, size_t behind) {
    analyzer_.each_token(
        part, [&](uint32_t term, uint32_t word, size_t start, size_t end) {
          pass.token(term, word, behind + start, behind + end);
        });
  };
  if (!is_selective_) {
    read(text, 0);
    return;
  }
  size_t counted = 0;  // bytes, and their code points
  size_t code_points = 0;
  beginnings_.each_stretch(text, [&](size_t begin, size_t end, bool parted) {
    if (parted) pass.part();
    const char* const from = text.data() + counted;
    code_points += points.is_ascii()
                       ? begin - counted
                       : count_code_points(from, text.data() + begin);
    counted = begin;
    read(text.substr(begin, end - begin), code_points);
  });
}

}  // namespace searchkit
