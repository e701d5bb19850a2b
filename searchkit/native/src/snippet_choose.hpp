// Choosing the fragments of a text that answer a query best.
//
// The rules, the formula and the order of its operations are those of
// searchkit.snippets.choice, so that even ties fall the same way.
#pragma once

#include "python.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sentences.hpp"
#include "snippet_fragments.hpp"
#include "snippet_matches.hpp"

namespace searchkit {

// What a query looks for: the number of its key, and how much it is worth to show it.
struct Target {
  uint32_t key;
  double weight;
};

// A stretch that is quoted.
struct Quotation {
  Stretch span;
  bool cut_start, cut_end;
  std::vector<Stretch> highlights;  // of the quotation, not of the text
};

// Used with the GIL, by any number of threads.
class SnippetChooser {
 public:
  // `comparable` takes a string and returns another, the same for repetitions of it:
  // folded, and with one space between words.  `folded_alone` takes a character and
  // returns its folded form wherever it stands, or None: where no character of a text
  // is like that, `comparable` is not asked.
  SnippetChooser(SentenceCutter sentences, Object comparable, Object folded_alone)
      : sentences_(std::move(sentences)),
        comparable_(std::move(comparable)),
        folded_alone_(std::move(folded_alone)) {}

  // Returns disjoint quotations in order; none where the text is nothing but space.
  //
  // Matches may have any order, and must name one of the targets; those that do not lie
  // in the text or begin with white space are passed over.  `count` and `size` are 1 or
  // more.  Throws PythonError where a function of Python failed.
  std::vector<Quotation> choose(const CodePoints& text, std::vector<Match> matches,
                                const std::vector<Target>& targets, size_t count,
                                int64_t size);

  SentenceCutter& sentences() { return sentences_; }

  // The disjoint stretches that matches cover, in order; those are as for `choose`.
  static std::vector<Stretch> highlights(const CodePoints& text,
                                         std::vector<Match> matches);

  // The form of a stretch in which repetitions are the same, in UTF-8.
  std::string comparable(const CodePoints& text, const Stretch& part);

 private:
  // The folded form of a character that is not ASCII, in UTF-8; nothing where its
  // neighbours matter.
  const std::optional<std::string>& folded(uint32_t code_point);

  SentenceCutter sentences_;
  Object comparable_;
  Object folded_alone_;
  std::unordered_map<uint32_t, std::optional<std::string>> folded_;
};

}  // namespace searchkit
