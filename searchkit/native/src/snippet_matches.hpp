// Finding in a text what a query looks for among its tokens.
//
// The rules are those of Criteria.in_tokens in searchkit.snippets.matches.  Terms are
// compared by their numbers in the analyzer, and words that begin like none of those
// that are looked for are not analysed at all.
#pragma once

#include "python.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analyzer.hpp"
#include "search_automata.hpp"
#include "sentences.hpp"
#include "snippet_beginnings.hpp"

namespace searchkit {

// A stretch of text that answers a target: something that a query looks for, which has
// a key and a weight.  Targets are numbered in the order of (key, weight), so matches
// sort as Python's do.
struct Match {
  int64_t start, end;
  uint32_t target;

  bool operator<(const Match& other) const {
    if (start != other.start) return start < other.start;
    if (end != other.end) return end < other.end;
    return target < other.target;
  }
};

// For one query and one field.  Made and used with the GIL; by any number of threads,
// of which all but one get std::logic_error where they use its analyzer at once.
class MatchFinder {
 public:
  // Looks for nothing yet.  The analyzer, a Python object, is kept; `keeps_beginnings`
  // says that the terms of its tokens begin with the same two letters as the words, but
  // that "y" may have become "i".  Throws PythonError with TypeError set where the
  // object is no analyzer.
  MatchFinder(PyObject* analyzer, bool keeps_beginnings);

  // Looks for a term, in the form that the analyzer gives it.
  void add_word(std::string_view term, uint32_t target);

  // Looks for terms side by side, two or more.
  void add_sequence(const std::vector<std::string_view>& terms, uint32_t target);

  // Looks for words that begin like this; it must not be empty.
  void add_prefix(std::string_view prefix, uint32_t target);

  // Looks for words within some edits, at most 8, of a folded one.  Throws
  // std::invalid_argument for more edits, and for words that are too long.
  void add_fuzzy(std::string_view word, uint32_t distance, uint32_t target);

  // Adds the matches in a text to `found`, in the order of their ends.  Lets other
  // Python threads run while a long text is read.  Throws as Analyzer::each_token does.
  void find(const CodePoints& text, std::vector<Match>& found);

  // The greatest number of a target, plus one; 0 where there is none.
  uint32_t targets() const { return targets_; }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;

  // Terms side by side; `borders` says for each number of terms seen how long the
  // longest proper beginning is that they also end with (Knuth, Morris and Pratt, "Fast
  // Pattern Matching in Strings", 1977).
  struct Sequence {
    std::vector<uint32_t> terms;  // by their number here
    std::vector<uint32_t> borders;
    uint32_t target;
  };
  struct Prefix {
    std::string text;
    uint32_t target;
  };

  struct Fuzzy {
    std::unique_ptr<TermMatcher> matcher;
    uint32_t target;
  };

  // A pass over one text.
  class Pass;

  uint32_t wanted(std::string_view term);
  void begins_like(std::string_view word) {
    if (is_selective_) is_selective_ = beginnings_.add(word);
  }
  void meet(uint32_t target) { targets_ = std::max(targets_, target + 1); }

  // The number here of a term with that number in the analyzer; kNone where nothing
  // looks for it.
  uint32_t number_of(uint32_t term) {
    if (term >= known_ || generation_ != analyzer_.generation()) learn();
    for (size_t at = home(term);; at = (at + 1) & mask_) {
      if (slots_[at].term == term) return slots_[at].number;
      if (slots_[at].term == kNone) return kNone;
    }
  }
  size_t home(uint32_t term) const { return term * 0x9E3779B1u >> 7 & mask_; }
  void learn();
  void place(uint32_t term, uint32_t number);

  Object owner_;
  WordBeginnings beginnings_;
  bool is_selective_;  // only words that begin like these need to be read
  Analyzer& analyzer_;
  std::unordered_map<std::string, uint32_t> numbers_;
  std::vector<uint32_t> words_;  // targets of single terms by number; kNone for none
  std::vector<Sequence> sequences_;
  size_t longest_ = 0;  // of the sequences
  std::vector<Prefix> prefixes_;
  std::array<bool, 256> first_bytes_{};  // of the prefixes
  std::vector<Fuzzy> fuzzies_;
  uint32_t targets_ = 0;

  // Terms of the analyzer, which gives them other numbers when it starts anew.
  struct Slot {
    uint32_t term = kNone;
    uint32_t number = 0;
  };
  std::vector<Slot> slots_;  // a power of two of them, at most a quarter taken
  size_t mask_ = 0;
  uint32_t known_ = 0;  // terms below this have been looked at
  uint64_t generation_ = UINT64_MAX;
};

}  // namespace searchkit
