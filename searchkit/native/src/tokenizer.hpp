// Finding the surfaces of a text in UTF-8: the stretches that analysis turns into
// tokens.
//
// The rules are those of the pattern in searchkit.analysis.surfaces; its greedy and
// backtracking choices are spelled out in Tokenizer::end_of_surface.  Most surfaces of
// English are a few ASCII letters with a space behind them: `scan` finds those by the
// bits of 64 bytes at a time, and leaves the rest to the rules.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "ascii_bits.hpp"
#include "characters.hpp"

namespace searchkit {

// Sixty-four bytes of a text with a bit for each, the lowest for the first.
struct ByteBits {
  static constexpr unsigned kSize = 64;

  uint64_t words;    // ASCII letters and digits
  uint64_t foreign;  // bytes that are not ASCII
  // Right behind ASCII letters and digits, these may be of the same surface: then the
  // rules must decide.
  uint64_t binding;

  // Reads 64 bytes; what stands before them is no part of a surface within them.
  explicit ByteBits(const char* at) {
    uint64_t digits = 0, dots = 0, marks = 0, apostrophes = 0;
    words = foreign = 0;
    for (unsigned part = 0; part < kSize; part += sizeof(AsciiBytes)) {
      const AsciiBytes bytes = read_ascii(at + part);
      const AsciiBytes digit = are_digits(bytes);
      const AsciiBytes dot = static_cast<AsciiBytes>(bytes == '.');
      const AsciiBytes comma = static_cast<AsciiBytes>(bytes == ',');
      words |= top_bits(are_letters(bytes) | digit) << part;
      digits |= top_bits(digit) << part;
      foreign |= top_bits(bytes) << part;
      dots |= top_bits(dot) << part;
      marks |= top_bits(dot | comma) << part;
      apostrophes |= top_bits(static_cast<AsciiBytes>(bytes == '\'')) << part;
    }
    const uint64_t firsts = words & ~(words << 1);
    binding = foreign | apostrophes | (marks & digits << 1) | (dots & firsts << 1);
  }
};

// The bytes of a surface of up to 16 bytes, with zeros behind; no surface holds a zero.
struct ShortKey {
  uint64_t low, high;

  bool operator==(const ShortKey& other) const {
    return low == other.low && high == other.high;
  }
};

// The key of a surface; all zeros where it is longer than a key.
inline ShortKey short_key(std::string_view surface) {
  ShortKey key = {0, 0};
  if (surface.size() <= sizeof key) {
    std::memcpy(&key, surface.data(), surface.size());
  }
  return key;
}

// The key of the first `length` of 16 readable bytes, at most 15, ASCII letters and
// digits, in lower case.
inline ShortKey lowered_key(const char* at, unsigned length) {
  using Bytes = uint8_t __attribute__((vector_size(sizeof(ShortKey))));
  static constexpr uint8_t kKeep[2 * sizeof(ShortKey)] = {
      255, 255, 255, 255, 255, 255, 255, 255,  //
      255, 255, 255, 255, 255, 255, 255, 255};
  Bytes bytes, keep;
  std::memcpy(&bytes, at, sizeof bytes);
  std::memcpy(&keep, kKeep + sizeof keep - length, sizeof keep);
  bytes = (bytes | 0x20) & keep;  // digits have that bit anyway
  ShortKey key;
  std::memcpy(&key, &bytes, sizeof key);
  return key;
}

// Where a surface stands: bytes and code points of the text.
struct Surface {
  size_t begin, end;
  size_t code_point;  // where it begins
  size_t length;      // in code points
};

class Tokenizer {
 public:
  explicit Tokenizer(CharacterClasses classes) : classes_(std::move(classes)) {}

  // Calls either function for each surface of a text, in order: plain(key, surface) for
  // those of at most 15 ASCII letters and digits, with the key of their lower case, and
  // other(surface) for the rest.
  //
  // Any bytes are allowed; those that are not valid UTF-8 part surfaces.
  template <class Plain, class Other>
  void scan(std::string_view text, Plain&& plain, Other&& other) const;

  // Finds the first surface that begins at byte `from` or behind it, where `from` is
  // not within a surface.  Returns false, and leaves `found` alone, where there is
  // none.  Its code points are counted from `from`.
  bool next(std::string_view text, size_t from, Surface& found) const;

  size_t memory() const { return classes_.memory(); }

 private:
  const char* end_of_surface(const char* text, const char* at, const char* end) const;
  const char* end_of_acronym(const char* behind_first, const char* end) const;
  const char* end_of_number(const char* text, const char* at, const char* end) const;
  const char* end_of_groups(const char* at, const char* end) const;
  const char* end_of_words(const char* at, const char* end) const;

  const char* past(CharacterClass kind, const char* at, const char* end) const;
  const char* past_decimals(const char* at, const char* end, int limit,
                            int& count) const;
  const char* past_word(const char* at, const char* end) const;
  bool goes_on(const char* at, const char* end) const;
  bool behind_decimal_dot(const char* text, const char* at) const;

  CharacterClasses classes_;
};

template <class Plain, class Other>
void Tokenizer::scan(std::string_view text, Plain&& plain, Other&& other) const {
  constexpr unsigned kSize = ByteBits::kSize;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  size_t extra = 0;  // bytes so far that are not the first of their code point
  char rest[kSize + sizeof(ShortKey)];
  for (const char* at = begin; at < end;) {
    const size_t left = static_cast<size_t>(end - at);
    const char* bytes = at;
    if (left < sizeof rest) {  // with zeros behind, as much can be read as elsewhere
      std::memset(rest, 0, sizeof rest);
      std::memcpy(rest, at, left);
      bytes = rest;
    }
    const ByteBits bits(bytes);
    uint64_t waiting = bits.words | bits.foreign;
    size_t next = std::min<size_t>(left, kSize);
    while (waiting != 0) {
      const auto from = static_cast<unsigned>(__builtin_ctzll(waiting));
      const uint64_t gaps = ~(bits.words >> from);
      const unsigned length =
          gaps != 0 ? static_cast<unsigned>(__builtin_ctzll(gaps)) : kSize;
      const unsigned stop = from + length;
      const char* const place = at + from;
      const size_t offset = static_cast<size_t>(place - begin);
      const bool is_short = length - 1 < sizeof(ShortKey) - 1;
      if (is_short && stop < kSize && (bits.binding >> stop & 1) == 0) {
        plain(lowered_key(bytes + from, length),
              Surface{offset, offset + length, offset - extra, length});
        waiting &= ~uint64_t{0} << stop;
        continue;
      }
      if (stop == kSize && from > 0) {  // it may go on behind the block
        next = from;
        break;
      }
      const Decoded first = decode(place, end);
      size_t behind = from + first.length;
      if (!classes_.is_word(first.code_point)) {
        extra += first.length - 1;
      } else {
        const char* const last = end_of_surface(begin, place, end);
        const size_t size = static_cast<size_t>(last - place);
        const size_t points = count_code_points(place, last);
        const Surface surface = {offset, offset + size, offset - extra, points};
        if (is_short && size == length) {
          plain(lowered_key(bytes + from, length), surface);
        } else {
          other(surface);
        }
        extra += size - points;
        behind = from + size;
        // Letters right behind a surface begin another one: the bits do not say so.
        if (behind < kSize && (bits.words >> behind & 1) != 0) {
          next = behind;
          break;
        }
      }
      if (behind >= kSize) {
        next = behind;
        break;
      }
      waiting &= ~uint64_t{0} << behind;
    }
    at += next;
  }
}

}  // namespace searchkit
