// Where a text may hold what a query looks for, judged by how its words begin.
//
// Analysing a text takes longer than all else that is done to quote it, and most of its
// words are like nothing in the query.  Their first two letters tell, sixteen bytes at
// a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "tokenizer.hpp"

namespace searchkit {

// The first two letters of the words that are looked for.
class WordBeginnings {
 public:
  // Adds a stem, or the beginning of a folded word; not empty, in UTF-8.  Returns false
  // where there are so many that reading all words takes no longer.
  bool add(std::string_view word);

  // Calls f(begin, end, parted) for stretches of a text, in bytes and in their order:
  // together they hold all words with such beginnings, and all that is not ASCII.
  // `parted` says whether a word was passed over since the stretch before.
  //
  // White space or the text's end stands at both ends of a stretch, and no surface
  // reaches over that: within a stretch there are the tokens that the text has there.
  template <class F>
  void each_stretch(std::string_view text, F&& f) const;

 private:
  // What a word begins with, in lower case; `second` is 0 where it may be anything.
  struct Beginning {
    char first, second;

    bool operator==(const Beginning& other) const {
      return first == other.first && second == other.second;
    }
  };

  static constexpr size_t kMost = 8;
  static constexpr size_t kSize = AsciiBlock::kSize;

  // Control characters part surfaces, too.
  static bool parts(char byte) { return static_cast<unsigned char>(byte) <= ' '; }

  // Calls f(from, starts, wanted) for every sixteen bytes: a bit for each that begins a
  // stretch of ASCII letters and digits, and of those, and of all that are not ASCII,
  // for each where a wanted word may be.
  template <class F>
  void each_block(std::string_view text, F&& f) const;

  uint32_t wanted(const AsciiBlock& block, const AsciiBlock& next) const {
    const uint32_t other = ~next.word_bits();
    uint32_t found = 0;
    for (const Beginning& each : beginnings_) {
      uint32_t second = other;
      if (each.second == 0) {
        second = UINT32_MAX;
      } else {
        // The dots of acronyms and the commas of numbers fold away, and what is not
        // ASCII may fold to anything.
        second |= next.bits_of(each.second);
        if (each.second == 'i') second |= next.bits_of('y');  // of "dying" it is "die"
      }
      found |= block.bits_of(each.first) & second;
    }
    return found;
  }

  std::vector<Beginning> beginnings_;
};

template <class F>
void WordBeginnings::each_block(std::string_view text, F&& f) const {
  uint32_t before = 0;  // whether a letter or digit stands before the block
  for (size_t from = 0; from < text.size(); from += kSize) {
    char rest[kSize + 1];
    const char* at = text.data() + from;
    if (text.size() - from <= kSize) {
      std::memset(rest, 0, sizeof rest);
      std::memcpy(rest, at, text.size() - from);
      at = rest;
    }
    const AsciiBlock block(at);
    const uint32_t word = block.word_bits();
    const uint32_t starts = word & ~(word << 1 | before);
    before = word >> (kSize - 1);
    f(from, starts, (starts & wanted(block, AsciiBlock(at + 1))) | block.foreign_bits());
  }
}

template <class F>
void WordBeginnings::each_stretch(std::string_view text, F&& f) const {
  size_t begin = 0;
  size_t end = 0;  // of a stretch that may still grow, once there is one
  bool is_open = false;
  bool parted = false;  // before it
  size_t latest = 0;    // behind the first byte of the last word so far
  each_block(text, [&](size_t from, uint32_t starts, uint32_t wanted) {
    for (; wanted != 0; wanted &= wanted - 1) {
      const uint32_t bit = wanted & -wanted;
      const size_t at = from + static_cast<size_t>(__builtin_ctz(bit));
      if (at < end) continue;
      if (const uint32_t earlier = starts & (bit - 1)) {
        latest = from + 32 - static_cast<size_t>(__builtin_clz(earlier));
      }
      const bool others = latest > end;
      size_t first = at;
      while (first > end && !parts(text[first - 1])) --first;
      if (!is_open || others || first - end > 1) {
        if (is_open) f(begin, end, parted);
        begin = first;
        is_open = true;
        parted = others;
      }
      end = at + 1;
      while (end < text.size() && !parts(text[end])) ++end;
    }
    if (starts != 0) latest = from + 32 - static_cast<size_t>(__builtin_clz(starts));
  });
  if (is_open) f(begin, end, parted);
}

}  // namespace searchkit
