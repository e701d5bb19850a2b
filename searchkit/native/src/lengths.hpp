// Field lengths in one byte, as Lucene rounds them: lengths below 40 are exact, above,
// four significant bits are kept.  searchkit/engines/scoring.py has the definition.
#pragma once

#include <array>
#include <cstdint>

namespace searchkit {

constexpr uint32_t kExactLengths = 24;

constexpr uint32_t length_of(uint32_t code) {
  if (code < kExactLengths) return code;
  const uint32_t rest = code - kExactLengths, bits = rest & 7, exponent = rest >> 3;
  const uint64_t value = exponent == 0 ? bits : uint64_t{bits | 8} << (exponent - 1);
  const uint64_t length = value + kExactLengths;
  return length > 0x7FFFFFFF ? 0x7FFFFFFF : static_cast<uint32_t>(length);
}

constexpr std::array<uint32_t, 256> all_lengths() {
  std::array<uint32_t, 256> lengths{};
  for (uint32_t code = 0; code < 256; ++code) lengths[code] = length_of(code);
  return lengths;
}

// The lengths of all codes, ascending.
constexpr std::array<uint32_t, 256> kLengthOfCode = all_lengths();

// The code of the greatest length that is not above `length`.
constexpr uint8_t length_code(uint32_t length) {
  uint32_t low = 0, high = 256;
  while (low + 1 < high) {
    const uint32_t middle = (low + high) / 2;
    if (kLengthOfCode[middle] <= length) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return static_cast<uint8_t>(low);
}

}  // namespace searchkit
