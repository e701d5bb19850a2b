// A growing sequence of numbers most of which are small, in half the memory.
//
// Numbers below 0xFFFF take two bytes; any other, six: 0xFFFF, then the number with its
// low half first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "buffer.hpp"

namespace searchkit {

class CompactNumbers {
 public:
  void append(const uint32_t* numbers, size_t count) {
    uint16_t* at = units_.extend(kMostUnits * count);
    for (const uint32_t* number = numbers; number < numbers + count; ++number) {
      if (*number < kEscape) {
        *at++ = static_cast<uint16_t>(*number);
      } else {
        *at++ = kEscape;
        *at++ = static_cast<uint16_t>(*number);
        *at++ = static_cast<uint16_t>(*number >> 16);
      }
    }
    units_.truncate(static_cast<size_t>(at - units_.data()));
    count_ += count;
  }

  // Calls f(number) for the numbers between two ends, each of which is 0 or what end()
  // was at some time.
  template <class F>
  void each(uint64_t begin, uint64_t end, F&& f) const {
    const uint16_t* const last = units_.data() + end;
    for (const uint16_t* at = units_.data() + begin; at < last;) {
      uint32_t number = *at++;
      if (number == kEscape) {
        number = at[0] | uint32_t{at[1]} << 16;
        at += 2;
      }
      f(number);
    }
  }

  uint64_t end() const { return units_.size(); }
  uint64_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  size_t bytes() const { return units_.bytes(); }

  // Forgets all numbers, and gives their memory away.
  Buffer<uint16_t> memory() {
    count_ = 0;
    return std::move(units_);
  }

 private:
  static constexpr uint16_t kEscape = 0xFFFF;
  static constexpr size_t kMostUnits = 3;

  Buffer<uint16_t> units_;
  uint64_t count_ = 0;
};

}  // namespace searchkit
