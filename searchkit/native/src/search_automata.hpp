// Finding the terms of a dictionary that a pattern describes.
//
// A matcher is fed with terms in the order of their bytes.  It says of each whether it
// is wanted, and, where it is not, before which text no other can be, so that a walk
// can leap over everything that begins in the same hopeless way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "plan.hpp"

namespace searchkit {

// Takes a code point off the beginning of UTF-8 text that is not empty.  A byte that
// begins none stands for itself, above all code points.
inline uint32_t take_code_point(std::string_view& text) {
  const auto lead = static_cast<uint8_t>(text[0]);
  if (lead < 0x80) {
    text.remove_prefix(1);
    return lead;
  }
  const size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  uint32_t point = lead & (0xFFu >> (size + 1));
  bool whole = lead >= 0xC2 && lead < 0xF5 && size <= text.size();
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
