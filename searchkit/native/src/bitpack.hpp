// Numbers packed in as few bits as the largest of them needs.
//
// Blocks of 128 are packed vertically: four lanes of 32 numbers, number i in lane i % 4,
// each lane a run of bits in 32-bit words, the words of the lanes interleaved.  So four
// numbers are unpacked at a time (the layout of SIMD-BP128: Lemire & Boytsov, "Decoding
// billions of integers per second through vectorization", 2015).  Shorter sequences are
// plain runs of bits, the lowest first.
#pragma once

#include <cstdint>
#include <cstring>

#include "buffer.hpp"
#include "format.hpp"

namespace searchkit {

typedef uint32_t Lanes __attribute__((vector_size(16)));

inline Lanes load_lanes(const void* at) {
  Lanes value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

inline void store_lanes(void* at, Lanes value) { std::memcpy(at, &value, sizeof value); }

// Bytes of a block of 128 numbers of `bits` bits.
inline uint32_t packed_block_size(uint32_t bits) { return 16 * bits; }

// Writes packed_block_size(bits) bytes; every number has at most `bits` bits.
inline void pack_block(const uint32_t* numbers, uint32_t bits, uint8_t* out) {
  if (bits == 0) return;
  Lanes word = {0, 0, 0, 0};
  uint32_t filled = 0;
  for (uint32_t i = 0; i < 32; ++i) {
    const Lanes four = load_lanes(numbers + 4 * i);
    word |= four << filled;
    filled += bits;
    if (filled >= 32) {
      store_lanes(out, word);
      out += sizeof word;
      filled -= 32;
      word = filled > 0 ? four >> (bits - filled) : Lanes{0, 0, 0, 0};
    }
  }
}

// Calls `take` with each four of the 128 numbers of a block, in order.
template <uint32_t Bits, class Take>
inline void each_lanes_of(const uint8_t* in, Take&& take) {
  if constexpr (Bits == 0) {
    for (uint32_t i = 0; i < 32; ++i) take(i, Lanes{0, 0, 0, 0});
  } else if constexpr (Bits == 32) {
    for (uint32_t i = 0; i < 32; ++i) take(i, load_lanes(in + 16 * i));
  } else {
    constexpr uint32_t mask = (1u << Bits) - 1;
    const Lanes masks = {mask, mask, mask, mask};
    Lanes word = load_lanes(in);
    uint32_t shift = 0;
#pragma GCC unroll 32
    for (uint32_t i = 0; i < 32; ++i) {
      Lanes number = word >> shift;
      shift += Bits;
      if (shift >= 32) {
        shift -= 32;
        if (i + 1 < 32) {
          in += 16;
          word = load_lanes(in);
          if (shift > 0) number |= word << (Bits - shift);
        }
      }
      take(i, number & masks);
    }
  }
}

template <uint32_t Bits>
inline void unpack_block_of(const uint8_t* in, uint32_t* out) {
  each_lanes_of<Bits>(in, [&](uint32_t i, Lanes number) {
    store_lanes(out + 4 * i, number);
  });
}

// The same for differences less 1, and writes the numbers that they are between: out[i]
// = base + sum of (in[j] + 1), j <= i, modulo 2**32.
template <uint32_t Bits>
inline void unpack_sums_of(const uint8_t* in, uint32_t base, uint32_t* out) {
  Lanes previous = {base, base, base, base};
  const Lanes one = {1, 1, 1, 1};
  const Lanes zero = {0, 0, 0, 0};
  each_lanes_of<Bits>(in, [&](uint32_t i, Lanes number) {
    Lanes sums = number + one;
    sums += __builtin_shufflevector(zero, sums, 0, 4, 5, 6);
    sums += __builtin_shufflevector(zero, sums, 0, 0, 4, 5);
    sums += previous;
    store_lanes(out + 4 * i, sums);
    previous = __builtin_shufflevector(sums, sums, 3, 3, 3, 3);
  });
}

// Reads packed_block_size(bits) bytes and writes 128 numbers; bits is at most 32.
void unpack_block(const uint8_t* in, uint32_t bits, uint32_t* out);
// The same with sums; see unpack_sums_of().
void unpack_sums(const uint8_t* in, uint32_t bits, uint32_t base, uint32_t* out);

// One of the 128 numbers of a block; may read 16 bytes behind the block.
inline uint32_t read_packed(const uint8_t* in, uint32_t bits, uint32_t number) {
  if (bits == 0) return 0;
  const uint32_t bit = number / 4 * bits;
  const uint8_t* at = in + bit / 32 * 16 + number % 4 * 4;
  const uint64_t word = uint64_t{load<uint32_t>(at + 16)} << 32 | load<uint32_t>(at);
  return static_cast<uint32_t>(word >> bit % 32) &
         static_cast<uint32_t>((uint64_t{1} << bits) - 1);
}

// One number of a run of bits; may read 8 bytes from the byte that it begins in.
inline uint32_t read_bits(const uint8_t* in, uint64_t bit, uint32_t bits) {
  if (bits == 0) return 0;
  const auto word = load<uint64_t>(in + (bit >> 3));
  return static_cast<uint32_t>(word >> (bit & 7)) &
         static_cast<uint32_t>((uint64_t{1} << bits) - 1);
}

inline void unpack_run(const uint8_t* in, uint64_t bit, uint32_t bits, uint32_t count,
                       uint32_t* out) {
  for (uint32_t i = 0; i < count; ++i, bit += bits) out[i] = read_bits(in, bit, bits);
}

// Bytes of a run of `count` numbers.
inline uint64_t packed_run_size(uint64_t count, uint32_t bits) {
  return (count * bits + 7) / 8;
}

// Appends numbers as a run of bits to bytes; several calls make one run.  Each number has
// at most as many bits as it is said to have.
class BitWriter {
 public:
  explicit BitWriter(Buffer<uint8_t>& out) : out_(out) {}
  void put(const uint32_t* numbers, size_t count, uint32_t bits) {
    if (bits == 0) return;
    uint8_t* at = out_.extend(packed_run_size(count, bits) + 2 * sizeof(uint64_t));
    size_t i = 0;
    if (bits <= kFewBits) {
      for (; i + 4 <= count; i += 4) {
        const uint64_t low = numbers[i] | uint64_t{numbers[i + 1]} << bits;
        const uint64_t high = numbers[i + 2] | uint64_t{numbers[i + 3]} << bits;
        at = write(low | high << (2 * bits), 4 * bits, at);
      }
    }
    for (; i < count; ++i) at = write(numbers[i], bits, at);
    out_.truncate(static_cast<size_t>(at - out_.data()));
  }
  // Writes what is left, and fills the last byte with zeros.
  void finish() {
    if (filled_ > 0) out_.push_back(static_cast<uint8_t>(pending_));
    pending_ = filled_ = 0;
  }

 private:
  // Four numbers of so many bits, and the rest of a byte, fit in 64.
  static constexpr uint32_t kFewBits = 14;

  // Writes 8 bytes, and returns the place behind those that are whole.
  uint8_t* write(uint64_t number, uint32_t bits, uint8_t* at) {
    pending_ |= number << filled_;
    filled_ += bits;
    std::memcpy(at, &pending_, sizeof pending_);
    const uint32_t whole = filled_ & ~7u;
    // In two steps: a shift by 64 bits would leave anything.
    pending_ = pending_ >> (whole / 2) >> (whole / 2);
    filled_ &= 7;
    return at + whole / 8;
  }

  Buffer<uint8_t>& out_;
  uint64_t pending_ = 0;
  uint32_t filled_ = 0;  // bits of `pending_`; 7 at most between calls
};

}  // namespace searchkit
