// Where a quotation may begin and end: runs of units, and the fragments of them.
//
// The rules are those of searchkit.snippets.fragments, which says them in words.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sentences.hpp"
#include "snippet_matches.hpp"

namespace searchkit {

// A stretch that a fragment holds whole: a sentence, or a match in a long one; and the
// matches that start in it, from `first` to `last`, the latter excluded.
struct Unit {
  Stretch span;
  size_t first, last;

  bool has_match() const { return first < last; }
};

// Neighbouring units that may stand together in a fragment; one at least has a match.
struct Run {
  std::vector<Unit> units;
  std::optional<Stretch> sentence;  // the long one that the units are matches of
  Stretch bounds;                   // what no fragment of the run may leave
  bool boilerplate;                 // it looks like a heading or a list of links
};

// A stretch that may be quoted.
struct Fragment {
  Stretch span;
  Stretch core;  // for which it was chosen
  bool cut_start = false;
  bool cut_end = false;
};

// Cuts one text.  Used with the GIL.
class FragmentCutter {
 public:
  // At most `size` code points make a fragment, 1 or more.
  FragmentCutter(SentenceCutter& sentences, const CodePoints& text, int64_t size)
      : sentences_(sentences), text_(text), size_(size) {}

  // Returns the runs that hold matches.  These are in order, and each starts at a code
  // point that is not white space.
  std::vector<Run> runs(const std::vector<Match>& matches);

  // Adds to `left` what is left of a run when a stretch is shown: none to two runs.
  static void without(Run run, const Stretch& taken, std::vector<Run>& left);

  // Makes a fragment of the units from `first`, which has a match, to `last`.
  Fragment fragment(const Run& run, size_t first, size_t last);

  // Returns the first sentences of running text; nothing where there is only space.
  std::optional<Fragment> opening();

 private:
  bool is_space(int64_t at) { return sentences_.kinds().is_space(text_[at]); }
  bool continues(int64_t at);
  bool looks_like_boilerplate(const Stretch& paragraph);
  Stretch widened(const Stretch& core, const Stretch& bounds);
  int64_t word_start(int64_t position, int64_t limit);
  int64_t word_end(int64_t position, int64_t limit);

  SentenceCutter& sentences_;
  const CodePoints& text_;
  int64_t size_;
};

}  // namespace searchkit
