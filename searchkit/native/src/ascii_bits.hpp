// Sixteen bytes of a text at once, and what is asked of all of them as bits.
#pragma once

#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace searchkit {

using AsciiBytes = uint8_t __attribute__((vector_size(16)));

// Reads 16 bytes.
inline AsciiBytes read_ascii(const char* at) {
  AsciiBytes bytes;
  std::memcpy(&bytes, at, sizeof bytes);
  return bytes;
}

// All bits of the bytes that are digits, or letters.
inline AsciiBytes are_digits(AsciiBytes bytes) {
  return static_cast<AsciiBytes>(bytes - '0' < 10);
}
inline AsciiBytes are_letters(AsciiBytes bytes) {
  return static_cast<AsciiBytes>((bytes | 0x20) - 'a' < 26);
}

// One bit for each byte, the lowest for the first: its highest.
inline uint64_t top_bits(AsciiBytes bytes) {
#ifdef __SSE2__
  __m128i vector;
  std::memcpy(&vector, &bytes, sizeof bytes);
  return static_cast<uint32_t>(_mm_movemask_epi8(vector));
#else
  // The product gathers the eight top bits in the highest byte, in their order.
  uint64_t halves[2];
  std::memcpy(halves, &bytes, sizeof bytes);
  uint64_t bits = 0;
  for (unsigned half = 0; half < 2; ++half) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    halves[half] = __builtin_bswap64(halves[half]);
#endif
    const uint64_t tops = (halves[half] & 0x8080808080808080u) >> 7;
    bits |= (tops * 0x0102040810204080u >> 56) << (8 * half);
  }
  return bits;
#endif
}

}  // namespace searchkit
