#include "crc32.hpp"

#include <array>
#include <cstring>

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define SEARCHKIT_CARRYLESS 1
#include <immintrin.h>
#endif

namespace searchkit {

namespace {

constexpr uint32_t kPolynomial = 0xEDB88320u;

using Tables = std::array<std::array<uint32_t, 256>, 8>;

constexpr Tables make_tables() {
  Tables tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value >> 1) ^ ((value & 1) != 0 ? kPolynomial : 0);
    }
    tables[0][byte] = value;
  }
  for (size_t table = 1; table < tables.size(); ++table) {
    for (uint32_t byte = 0; byte < 256; ++byte) {
      const uint32_t value = tables[table - 1][byte];
      tables[table][byte] = (value >> 8) ^ tables[0][value & 0xFF];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

// Goes on from the value of the bytes before, which is the checksum with its bits
// turned over.
uint32_t by_tables(const uint8_t* data, size_t size, uint32_t value) {
  for (; size >= 8; data += 8, size -= 8) {
    uint64_t word;
    std::memcpy(&word, data, sizeof word);
    word ^= value;
    value = kTables[7][word & 0xFF] ^ kTables[6][word >> 8 & 0xFF] ^
            kTables[5][word >> 16 & 0xFF] ^ kTables[4][word >> 24 & 0xFF] ^
            kTables[3][word >> 32 & 0xFF] ^ kTables[2][word >> 40 & 0xFF] ^
            kTables[1][word >> 48 & 0xFF] ^ kTables[0][word >> 56];
  }
  for (; size > 0; ++data, --size) {
    value = (value >> 8) ^ kTables[0][(value ^ *data) & 0xFF];
  }
  return value;
}

#ifdef SEARCHKIT_CARRYLESS

constexpr size_t kLane = 16;
constexpr size_t kLanes = 4;

// The remainder of x**power, with the lowest power in the highest bit, as all numbers
// here.
constexpr uint32_t remainder_of(uint32_t power) {
  uint32_t value = 0x80000000u;
  for (uint32_t i = 0; i < power; ++i) {
    value = (value >> 1) ^ ((value & 1) != 0 ? kPolynomial : 0);
  }
  return value;
}

// What the halves of 16 bytes are multiplied by to be added to those `distance` bytes
// behind: the remainder of a power of x, which for the first half is 64 higher.  A
// product of reflected numbers is one bit short; hence the shift.
constexpr uint64_t factor(uint32_t distance, bool is_first) {
  const uint32_t power = is_first ? 8 * distance + 32 : 8 * distance - 32;
  return uint64_t{remainder_of(power)} << 1;
}

__attribute__((target("pclmul,sse2"))) inline __m128i load_bytes(const uint8_t* at) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}

__attribute__((target("pclmul,sse2"))) inline __m128i moved(__m128i lane,
                                                            __m128i factors) {
  return _mm_xor_si128(_mm_clmulepi64_si128(lane, factors, 0x00),
                       _mm_clmulepi64_si128(lane, factors, 0x11));
}

// The same as by_tables() for 64 bytes at least, by carry-less products: the bytes are
// polynomials, and 16 of them can be replaced by whatever has the same remainder
// (Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ
// Instruction", Intel, 2009).
__attribute__((target("pclmul,sse2"))) uint32_t by_products(const uint8_t* data,
                                                            size_t size,
                                                            uint32_t value) {
  constexpr uint32_t stride = kLane * kLanes;
  const __m128i far = _mm_set_epi64x(static_cast<int64_t>(factor(stride, false)),
                                     static_cast<int64_t>(factor(stride, true)));
  const __m128i near = _mm_set_epi64x(static_cast<int64_t>(factor(kLane, false)),
                                      static_cast<int64_t>(factor(kLane, true)));
  __m128i lanes[kLanes];
  for (size_t i = 0; i < kLanes; ++i) lanes[i] = load_bytes(data + i * kLane);
  lanes[0] = _mm_xor_si128(lanes[0], _mm_cvtsi32_si128(static_cast<int>(value)));
  data += stride;
  size -= stride;
  for (; size >= stride; data += stride, size -= stride) {
    for (size_t i = 0; i < kLanes; ++i) {
      lanes[i] = _mm_xor_si128(moved(lanes[i], far), load_bytes(data + i * kLane));
    }
  }
  __m128i all = lanes[0];
  for (size_t i = 1; i < kLanes; ++i) all = _mm_xor_si128(moved(all, near), lanes[i]);
  uint8_t rest[kLane];
  std::memcpy(rest, &all, sizeof rest);
  return by_tables(data, size, by_tables(rest, sizeof rest, 0));
}

#endif

}  // namespace

uint32_t crc32(const uint8_t* data, size_t size, uint32_t before) {
#ifdef SEARCHKIT_CARRYLESS
  static const bool has_products = __builtin_cpu_supports("pclmul") != 0;
  if (has_products && size >= kLane * kLanes) return ~by_products(data, size, ~before);
#endif
  return ~by_tables(data, size, ~before);
}

}  // namespace searchkit
