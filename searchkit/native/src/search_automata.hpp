// Finding the terms of a dictionary that a pattern describes.
//
// A matcher is fed with terms in the order of their bytes.  It says of each whether it
// is wanted, and, where it is not, before which text no other can be, so that a walk
// can leap over everything that begins in the same hopeless way.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "plan.hpp"

namespace searchkit {

enum class Verdict {
  kWanted,
  kUnwanted,  // go on with the next term
  kLeap,      // go on with the first term that is not before leap()
  kOver,      // no term behind this one is wanted
};

class TermMatcher {
 public:
  virtual ~TermMatcher() = default;
  // The first text that a wanted term can have.
  virtual const std::string& start() const = 0;
  // Judges the next term; terms ascend.
  virtual Verdict judge(std::string_view term) = 0;
  // After kWanted: how far the term is from what was asked for.  Where there are too
  // many terms, the nearest are taken.
  virtual uint32_t distance() const { return 0; }
  // After kLeap: a text behind the term that was judged.
  const std::string& leap() const { return leap_; }

 protected:
  // What to say when no term with this prefix is wanted.
  Verdict leap_over(std::string_view prefix);

  std::string leap_;
};

// Throws std::invalid_argument for patterns that are too long or too vague.
std::unique_ptr<TermMatcher> matcher_for(const TermsPattern& pattern);

}  // namespace searchkit
