// Where a text may hold what a query looks for, judged by how its words begin.
//
// Analysing a text takes longer than all else that is done to quote it, and most of its
// words are like nothing in the query.  Their first two letters tell, 64 bytes at a
// time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "ascii_bits.hpp"

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

  // 64 bytes, in which a bit stands for each, the lowest for the first.
  class Window {
   public:
    static constexpr size_t kSize = 64;

    // Reads 64 bytes.
    explicit Window(const char* at) {
      for (size_t part = 0; part < kParts; ++part) {
        parts_[part] = read_ascii(at + part * sizeof(AsciiBytes));
      }
    }

    // The letters and digits.
    uint64_t words() const {
      return bits([](AsciiBytes part) { return are_letters(part) | are_digits(part); });
    }
    // What is not ASCII.
    uint64_t foreign() const {
      return bits([](AsciiBytes part) { return part; });
    }
    // A small letter and its capital, or a digit; some control characters may pass for
    // digits.
    uint64_t bits_of(char letter) const {
      const auto wanted = static_cast<uint8_t>(letter);
      return bits([=](AsciiBytes part) {
        return static_cast<AsciiBytes>((part | 0x20) == wanted);
      });
    }

   private:
    static constexpr size_t kParts = kSize / sizeof(AsciiBytes);

    template <class F>
    uint64_t bits(F&& of) const {
      uint64_t found = 0;
      for (size_t part = 0; part < kParts; ++part) {
        found |= top_bits(of(parts_[part])) << (part * sizeof(AsciiBytes));
      }
      return found;
    }

    AsciiBytes parts_[kParts];
  };

  static constexpr size_t kMost = 8;
  static constexpr size_t kSize = Window::kSize;

  static bool is_plain_letter(char byte) {
    const auto lower = static_cast<unsigned char>(byte | 0x20);
    return static_cast<unsigned char>(lower - 'a') < 26 ||
           static_cast<unsigned char>(byte - '0') < 10;
  }

  // Control characters part surfaces, too.
  static bool parts(char byte) { return static_cast<unsigned char>(byte) <= ' '; }

  // Calls f(from, starts, wanted) for every 64 bytes: a bit for each that begins a
  // stretch of ASCII letters and digits; and for each of those, and of all that are not
  // ASCII, where a wanted word may be.
  template <class F>
  void each_window(std::string_view text, F&& f) const;

  // Of `starts`, those of which a wanted word may be; `words` is the window's, `behind`
  // the byte behind it.
  uint64_t wanted(const Window& window, uint64_t starts, uint64_t words,
                  char behind) const;

  std::vector<Beginning> beginnings_;
};

inline uint64_t WordBeginnings::wanted(const Window& window, uint64_t starts,
                                       uint64_t words, char behind) const {
  constexpr uint64_t kLast = uint64_t{1} << (kSize - 1);
  const auto follows = [&](char letter) {
    const bool last = (behind | 0x20) == letter;
    return window.bits_of(letter) >> 1 | (last ? kLast : 0);
  };
  // The dots of acronyms and the commas of numbers fold away, and what is not ASCII may
  // fold to anything.
  const uint64_t other = ~(words >> 1 | (is_plain_letter(behind) ? kLast : 0));
  uint64_t found = 0;
  for (const Beginning& each : beginnings_) {
    const uint64_t first = window.bits_of(each.first) & starts;
    if (first == 0) continue;
    if (each.second == 0) {
      found |= first;
      continue;
    }
    found |= first & (follows(each.second) | other);
    if (each.second == 'i') found |= first & follows('y');  // of "dying" it is "die"
  }
  return found;
}

template <class F>
void WordBeginnings::each_window(std::string_view text, F&& f) const {
  uint64_t before = 0;  // whether a letter or digit stands before the window
  for (size_t from = 0; from < text.size(); from += kSize) {
    char rest[kSize];
    const char* at = text.data() + from;
    const size_t left = text.size() - from;
    if (left < kSize) {
      std::memset(rest, 0, sizeof rest);
      std::memcpy(rest, at, left);
      at = rest;
    }
    const Window window(at);
    const uint64_t words = window.words();
    const uint64_t starts = words & ~(words << 1 | before);
    before = words >> (kSize - 1);
    const char behind = left > kSize ? at[kSize] : '\0';
    f(from, starts, wanted(window, starts, words, behind) | window.foreign());
  }
}

template <class F>
void WordBeginnings::each_stretch(std::string_view text, F&& f) const {
  size_t begin = 0;
  size_t end = 0;  // of a stretch that may still grow, once there is one
  bool is_open = false;
  bool parted = false;  // before it
  size_t latest = 0;    // behind the first byte of the last word so far
  each_window(text, [&](size_t from, uint64_t starts, uint64_t wanted) {
    for (; wanted != 0; wanted &= wanted - 1) {
      const uint64_t bit = wanted & -wanted;
      const size_t at = from + static_cast<size_t>(__builtin_ctzll(bit));
      if (at < end) continue;
      if (const uint64_t earlier = starts & (bit - 1)) {
        latest = from + 64 - static_cast<size_t>(__builtin_clzll(earlier));
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
    if (starts != 0) latest = from + 64 - static_cast<size_t>(__builtin_clzll(starts));
  });
  if (is_open) f(begin, end, parted);
}

}  // namespace searchkit
