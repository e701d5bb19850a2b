// Numbers of seven bits a byte, the lowest first; the eighth bit says that more follow.
#pragma once

#include <cstddef>
#include <cstdint>

namespace searchkit {

constexpr size_t kMostVarintBytes = 10;

// Writes a number, and returns the place behind it.
inline uint8_t* write_varint(uint8_t* at, uint64_t number) {
  while (number >= 0x80) {
    *at++ = static_cast<uint8_t>(number | 0x80);
    number >>= 7;
  }
  *at++ = static_cast<uint8_t>(number);
  return at;
}

// Reads a number at `at`, and moves `at` behind it; false where it does not end before
// `end`, or has more than 64 bits.
inline bool get_varint(const uint8_t*& at, const uint8_t* end, uint64_t& number) {
  if (at < end && *at < 0x80) {  // most numbers have one byte
    number = *at++;
    return true;
  }
  number = 0;
  for (uint32_t shift = 0; at < end && shift < 64; shift += 7) {
    const uint8_t byte = *at++;
    number |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

}  // namespace searchkit
