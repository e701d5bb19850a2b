// Finding the surfaces of a text in UTF-8: the stretches that analysis turns into
// tokens.
//
// The rules are those of the pattern in searchkit.analysis.surfaces; its greedy and
// backtracking choices are spelled out in Tokenizer::end_of_surface.  Most surfaces of
// English are a few ASCII letters with a space behind them: `scan` finds those sixteen
// bytes at a time, and leaves the rest to the rules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "characters.hpp"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace searchkit {

// Sixteen bytes at once: which are ASCII letters and digits, and where they end.
class AsciiBlock {
 public:
  static constexpr unsigned kSize = 16;

  // Reads 16 bytes.
  explicit AsciiBlock(const char* at) {
    std::memcpy(&bytes_, at, kSize);
    const Bytes lower = bytes_ | 0x20;
    const Bytes digits = static_cast<Bytes>(bytes_ - '0' < 10);
    const Bytes letters = static_cast<Bytes>(lower - 'a' < 26);
    word_ = top_bits(letters | digits);
    digits_ = digits;
  }

  // How many letters and digits it begins with.
  unsigned word_length() const {
    return static_cast<unsigned>(__builtin_ctz(~word_ | 1u << kSize));
  }

  bool is_digit(unsigned at) const { return digits_[at] != 0; }

  // A bit for each byte, the lowest for the first: the letters and digits, and what is
  // not ASCII.
  uint32_t word_bits() const { return word_; }
  uint32_t foreign_bits() const { return top_bits(bytes_); }

  // The same for a small letter and its capital, or for a digit; some control
  // characters may pass for digits.
  uint32_t bits_of(char letter) const {
    return top_bits(static_cast<Bytes>((bytes_ | 0x20) == static_cast<uint8_t>(letter)));
  }

  // The first place from `from` on, below 16, with a letter, a digit or a byte that is
  // not ASCII; 16 where there is none.
  unsigned next_word(unsigned from) const {
    const uint32_t found = (word_ | top_bits(bytes_)) >> from << from;
    return static_cast<unsigned>(__builtin_ctz(found | 1u << kSize));
  }

  // Copies the first `length` bytes, below 16, and fills up to 16 with zeros.
  void copy_front(unsigned length, void* target) const {
    alignas(kSize) static constexpr uint8_t kKeep[2 * kSize] = {
        255, 255, 255, 255, 255, 255, 255, 255,  //
        255, 255, 255, 255, 255, 255, 255, 255};
    Bytes keep;
    std::memcpy(&keep, kKeep + kSize - length, kSize);
    keep &= bytes_;
    std::memcpy(target, &keep, kSize);
  }

 private:
  using Bytes = uint8_t __attribute__((vector_size(kSize)));

  // One bit for each byte: its highest.
  static uint32_t top_bits(Bytes bytes) {
#ifdef __SSE2__
    __m128i vector;
    std::memcpy(&vector, &bytes, kSize);
    return static_cast<uint32_t>(_mm_movemask_epi8(vector));
#else
    // The product gathers the eight top bits in the highest byte, in their order.
    uint64_t halves[2];
    std::memcpy(halves, &bytes, kSize);
    uint32_t bits = 0;
    for (unsigned half = 0; half < 2; ++half) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
      halves[half] = __builtin_bswap64(halves[half]);
#endif
      const uint64_t tops = (halves[half] & 0x8080808080808080u) >> 7;
      bits |= static_cast<uint32_t>(tops * 0x0102040810204080u >> 56) << (8 * half);
    }
    return bits;
#endif
  }

  Bytes bytes_;
  Bytes digits_;
  uint32_t word_;
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

// Where a surface stands: bytes and code points of the text.
struct Surface {
  size_t begin, end;
  size_t code_point;  // where it begins
  size_t length;      // in code points
};

class Tokenizer {
 public:
  explicit Tokenizer(CharacterClasses classes) : classes_(std::move(classes)) {}

  // Calls either function for each surface of a text, in order: short_ascii(key,
  // surface) for those of at most 15 ASCII characters that the fast way has found,
  // other(surface) for the rest, which may be short and ASCII as well.
  //
  // Any bytes are allowed; those that are not valid UTF-8 part surfaces.
  template <class ShortAscii, class Other>
  void scan(std::string_view text, ShortAscii&& short_ascii, Other&& other) const;

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

// Whether a surface that is the first `length` ASCII letters and digits of a block may
// hold more than them, given the byte behind: then the rules must decide.
inline bool may_go_on(const AsciiBlock& block, const char* at, unsigned length) {
  const auto stop = static_cast<unsigned char>(at[length]);
  if (stop > '.') return stop >= 0x80;
  if (stop == '\'') return true;
  if (stop == '.') return length == 1 || block.is_digit(length - 1);
  return stop == ',' && block.is_digit(length - 1);
}

template <class ShortAscii, class Other>
void Tokenizer::scan(std::string_view text, ShortAscii&& short_ascii,
                     Other&& other) const {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* at = begin;
  size_t extra = 0;  // bytes so far that are not the first of their code point
  while (at < end) {
    if (static_cast<size_t>(end - at) >= AsciiBlock::kSize) {
      const AsciiBlock block(at);
      const unsigned length = block.word_length();
      if (length > 0 && length < AsciiBlock::kSize && !may_go_on(block, at, length)) {
        const size_t from = static_cast<size_t>(at - begin);
        ShortKey key;
        block.copy_front(length, &key);
        short_ascii(key, Surface{from, from + length, from - extra, length});
        at += block.next_word(length);
        continue;
      }
      if (length == 0) {
        const unsigned gap = block.next_word(0);
        at += gap;
        if (gap > 0) continue;
      }
    }
    const Decoded first = decode(at, end);
    if (!classes_.is_word(first.code_point)) {
      at += first.length;
      extra += first.length - 1;
      continue;
    }
    const char* const stop = end_of_surface(begin, at, end);
    const size_t from = static_cast<size_t>(at - begin);
    const size_t size = static_cast<size_t>(stop - at);
    const size_t length = count_code_points(at, stop);
    other(Surface{from, from + size, from - extra, length});
    extra += size - length;
    at = stop;
  }
}

}  // namespace searchkit
