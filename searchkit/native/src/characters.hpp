// What kind of character a code point is, by ranges that Python hands over, and the
// reading of code points from UTF-8.
//
// The tables are searchkit.analysis.unicode_data's: nothing here knows Unicode.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace searchkit {

// A word character is a letter or a number; of those, decimals are their own class.
enum class CharacterClass : uint8_t { none, word, decimal, mark };

// Code points from first to last, both included.
struct CharacterRange {
  uint32_t first, last;
};

class CharacterClasses {
 public:
  // Later sets win where ranges overlap, so that words may include the decimals.
  //
  // Throws std::invalid_argument where a range is empty or leaves Unicode, and where
  // the classes of ASCII are not its letters, its digits and nothing else: scanning
  // has those built in.
  CharacterClasses(const std::vector<CharacterRange>& words,
                   const std::vector<CharacterRange>& decimals,
                   const std::vector<CharacterRange>& marks);

  // Any number is allowed; what is no code point has the class none.
  CharacterClass of(uint32_t code_point) const {
    if (code_point >= kCodePoints) return CharacterClass::none;
    const uint32_t block = blocks_[code_point / kBlock];
    return cells_[block * kBlock + code_point % kBlock];
  }

  // Whether the class is word or decimal.
  bool is_word(uint32_t code_point) const {
    const CharacterClass kind = of(code_point);
    return kind == CharacterClass::word || kind == CharacterClass::decimal;
  }

  // Bytes held.
  size_t memory() const;

 private:
  static constexpr uint32_t kCodePoints = 0x110000;
  static constexpr uint32_t kBlock = 256;

  void set(const std::vector<CharacterRange>& ranges, CharacterClass kind);
  CharacterClass* own_block(uint32_t block);
  void check_ascii() const;

  // Cells come in blocks; the first ones hold one class each and are shared.
  std::array<uint16_t, kCodePoints / kBlock> blocks_;
  std::vector<CharacterClass> cells_;
};

// A code point and how many bytes it takes.
struct Decoded {
  uint32_t code_point;
  uint32_t length;
};

// Reads the code point at `at`; at < end.  A byte that begins no valid sequence is read
// by itself, as U+FFFD, so any bytes can be walked through.
Decoded decode(const char* at, const char* end);

// Whether a byte of valid UTF-8 is not the first of its code point.
inline bool continues(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

// How many code points a valid UTF-8 text has.
size_t count_code_points(const char* begin, const char* end);

}  // namespace searchkit
