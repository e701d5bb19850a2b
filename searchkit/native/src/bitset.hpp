// Sets of document numbers, one bit each.
#pragma once

#include <cstdint>
#include <cstring>

namespace searchkit {

// How many bits are 1.  Compilers make a call of a library out of their own function
// where the processor need not have the instruction; this takes a dozen steps.
inline uint32_t bits_in(uint64_t word) {
#ifdef __POPCNT__
  return static_cast<uint32_t>(__builtin_popcountll(word));
#else
  word -= word >> 1 & 0x5555555555555555;
  word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
  word = (word + (word >> 4)) & 0x0F0F0F0F0F0F0F0F;
  return static_cast<uint32_t>(word * 0x0101010101010101 >> 56);
#endif
}

// A view of bits that somebody else owns; copies share them.  Bits behind the last
// document are 0.
class Bitset {
 public:
  Bitset() = default;
  Bitset(uint64_t* words, uint32_t size) : words_(words), size_(size) {}

  static constexpr uint32_t words_for(uint32_t size) { return (size + 63) / 64; }

  uint32_t size() const { return size_; }
  uint32_t word_count() const { return words_for(size_); }
  uint64_t* words() { return words_; }
  const uint64_t* words() const { return words_; }

  void clear() { std::memset(words_, 0, word_count() * sizeof *words_); }
  void set(uint32_t at) { words_[at >> 6] |= uint64_t{1} << (at & 63); }
  void reset(uint32_t at) { words_[at >> 6] &= ~(uint64_t{1} << (at & 63)); }
  bool test(uint32_t at) const { return (words_[at >> 6] >> (at & 63) & 1) != 0; }

  // Turns every bit into its opposite.
  void flip() {
    for (uint32_t i = 0; i < word_count(); ++i) words_[i] = ~words_[i];
    if (size_ % 64 != 0) {
      words_[word_count() - 1] &= (uint64_t{1} << (size_ % 64)) - 1;
    }
  }

  void add(const Bitset& other) {
    for (uint32_t i = 0; i < word_count(); ++i) words_[i] |= other.words_[i];
  }
  void keep(const Bitset& other) {
    for (uint32_t i = 0; i < word_count(); ++i) words_[i] &= other.words_[i];
  }
  void remove(const Bitset& other) {
    for (uint32_t i = 0; i < word_count(); ++i) words_[i] &= ~other.words_[i];
  }

  uint32_t count() const {
    uint32_t total = 0;
    for (uint32_t i = 0; i < word_count(); ++i) {
      total += bits_in(words_[i]);
    }
    return total;
  }

  // Calls `visit` with each member from `begin` to before `end`, ascending.
  template <class Visit>
  void each(uint32_t begin, uint32_t end, Visit&& visit) const {
    if (begin >= end) return;
    const uint32_t last = (end - 1) >> 6;
    for (uint32_t word = begin >> 6; word <= last; ++word) {
      uint64_t bits = words_[word];
      if (word == begin >> 6) bits &= ~uint64_t{0} << (begin & 63);
      if (word == last && (end & 63) != 0) bits &= (uint64_t{1} << (end & 63)) - 1;
      for (; bits != 0; bits &= bits - 1) {
        visit(word * 64 + static_cast<uint32_t>(__builtin_ctzll(bits)));
      }
    }
  }

  // Whether there is a member from `begin` to before `end`.
  bool any(uint32_t begin, uint32_t end) const {
    if (begin >= end) return false;
    const uint32_t last = (end - 1) >> 6;
    for (uint32_t word = begin >> 6; word <= last; ++word) {
      uint64_t bits = words_[word];
      if (word == begin >> 6) bits &= ~uint64_t{0} << (begin & 63);
      if (word == last && (end & 63) != 0) bits &= (uint64_t{1} << (end & 63)) - 1;
      if (bits != 0) return true;
    }
    return false;
  }

 private:
  uint64_t* words_ = nullptr;
  uint32_t size_ = 0;
};

}  // namespace searchkit
