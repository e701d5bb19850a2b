// Numbers for byte strings: each distinct one gets the next number when it first comes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace searchkit {

// A hash of bytes.  It is seeded anew in each process, so that nobody can prepare a
// text whose words all collide; nothing that is kept or shown may depend on it.
uint64_t hash_bytes(std::string_view bytes);

// The same for two numbers.
inline uint64_t hash_pair(uint64_t one, uint64_t other, uint64_t seed) {
  __extension__ using Wide = unsigned __int128;
  const uint64_t turned = seed << 32 | seed >> 32;
  const Wide product = static_cast<Wide>(one ^ seed) * (other ^ turned);
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// The seed of this process.
uint64_t hash_seed();

// Not safe for use by several threads at once.
class Vocabulary {
 public:
  Vocabulary();

  // Returns the number of a string, adding it where it is new: then it is the size
  // before the call.  Throws std::length_error when all numbers are taken.
  uint32_t number(std::string_view text);

  // Returns the number of a string; size() where it has none.
  uint32_t find(std::string_view text) const;

  // Has the processor fetch what `number` and `find` look at first.
  void prefetch(std::string_view text) const;

  // The string of a number below size(); the bytes stay where they are for as long as
  // the vocabulary lives and is not cleared or assigned to.
  std::string_view operator[](uint32_t number) const { return texts_[number]; }

  // Have the processor fetch where a string is, and then the string itself.
  void prefetch_place(uint32_t number) const { __builtin_prefetch(&texts_[number]); }
  void prefetch_text(uint32_t number) const {
    __builtin_prefetch(texts_[number].data());
  }

  uint32_t size() const { return static_cast<uint32_t>(texts_.size()); }

  // Memory held, about.
  size_t bytes() const;

 private:
  static constexpr uint32_t kEmpty = UINT32_MAX;

  // The hash saves most comparisons of strings, and finding the slots anew.
  struct Slot {
    uint32_t hash;
    uint32_t number;
  };

  size_t slot_of(std::string_view text, uint32_t hash) const;
  std::string_view keep(std::string_view text);
  void grow();

  std::vector<Slot> slots_;  // a power of two of them, at most half taken
  std::vector<std::string_view> texts_;
  std::vector<std::unique_ptr<char[]>> chunks_;
  char* room_ = nullptr;
  size_t room_left_ = 0;
  size_t chunk_bytes_ = 0;
};

}  // namespace searchkit
