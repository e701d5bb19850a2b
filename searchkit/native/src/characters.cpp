#include "characters.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace searchkit {

namespace {

constexpr uint32_t kShared = 4;  // one block for each class

bool is_ascii_digit(uint32_t code) { return code >= '0' && code <= '9'; }

bool is_ascii_letter(uint32_t code) {
  return (code | 0x20) >= 'a' && (code | 0x20) <= 'z';
}

uint32_t low_bits(char byte) { return static_cast<unsigned char>(byte) & 0x3F; }

}  // namespace

CharacterClasses::CharacterClasses(const std::vector<CharacterRange>& words,
                                   const std::vector<CharacterRange>& decimals,
                                   const std::vector<CharacterRange>& marks) {
  blocks_.fill(0);
  cells_.reserve(128 * kBlock);
  for (uint32_t kind = 0; kind < kShared; ++kind) {
    cells_.insert(cells_.end(), kBlock, static_cast<CharacterClass>(kind));
  }
  set(words, CharacterClass::word);
  set(decimals, CharacterClass::decimal);
  set(marks, CharacterClass::mark);
  check_ascii();
}

void CharacterClasses::set(const std::vector<CharacterRange>& ranges,
                           CharacterClass kind) {
  for (const auto [first, last] : ranges) {
    if (first > last || last >= kCodePoints) {
      throw std::invalid_argument("a range of characters is empty or leaves Unicode");
    }
    for (uint32_t block = first / kBlock; block <= last / kBlock; ++block) {
      const uint32_t base = block * kBlock;
      const uint32_t from = std::max(first, base) - base;
      const uint32_t to = std::min(last, base + kBlock - 1) - base;
      if (from == 0 && to == kBlock - 1) {
        blocks_[block] = static_cast<uint16_t>(kind);
      } else {
        CharacterClass* cells = own_block(block);
        std::fill(cells + from, cells + to + 1, kind);
      }
    }
  }
}

CharacterClass* CharacterClasses::own_block(uint32_t block) {
  if (blocks_[block] < kShared) {
    const auto kind = static_cast<CharacterClass>(blocks_[block]);
    blocks_[block] = static_cast<uint16_t>(cells_.size() / kBlock);
    cells_.insert(cells_.end(), kBlock, kind);
  }
  return &cells_[blocks_[block] * kBlock];
}

void CharacterClasses::check_ascii() const {
  for (uint32_t code = 0; code < 0x80; ++code) {
    CharacterClass expected = CharacterClass::none;
    if (is_ascii_digit(code)) expected = CharacterClass::decimal;
    if (is_ascii_letter(code)) expected = CharacterClass::word;
    if (of(code) != expected) {
      throw std::invalid_argument("of ASCII, letters and digits make words, no others");
    }
  }
}

size_t CharacterClasses::memory() const { return sizeof *this + cells_.capacity(); }

Decoded decode(const char* at, const char* end) {
  constexpr Decoded invalid = {0xFFFD, 1};
  const auto lead = static_cast<unsigned char>(*at);
  const size_t left = static_cast<size_t>(end - at);
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xC2) return invalid;
  if (lead < 0xE0) {
    if (left < 2 || !continues(at[1])) return invalid;
    return {(lead & 0x1Fu) << 6 | low_bits(at[1]), 2};
  }
  if (lead < 0xF0) {
    if (left < 3 || !continues(at[1]) || !continues(at[2])) return invalid;
    const uint32_t code =
        (lead & 0x0Fu) << 12 | low_bits(at[1]) << 6 | low_bits(at[2]);
    if (code < 0x800 || (code >= 0xD800 && code < 0xE000)) return invalid;
    return {code, 3};
  }
  if (lead >= 0xF5 || left < 4) return invalid;
  if (!continues(at[1]) || !continues(at[2]) || !continues(at[3])) return invalid;
  const uint32_t code = (lead & 0x07u) << 18 | low_bits(at[1]) << 12 |
                        low_bits(at[2]) << 6 | low_bits(at[3]);
  if (code < 0x10000 || code >= 0x110000) return invalid;
  return {code, 4};
}

size_t count_code_points(const char* begin, const char* end) {
  size_t count = 0;
  for (; end - begin >= 8; begin += 8) {
    uint64_t bytes;
    std::memcpy(&bytes, begin, sizeof bytes);
    // The highest bit of a byte is set and the next one is not.
    const uint64_t continuing = bytes >> 7 & ~bytes >> 6 & 0x0101010101010101u;
    count += 8 - (continuing * 0x0101010101010101u >> 56);
  }
  for (; begin < end; ++begin) count += !continues(*begin);
  return count;
}

}  // namespace searchkit
