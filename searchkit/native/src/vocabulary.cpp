#include "vocabulary.hpp"

#include <algorithm>
#include <random>
#include <stdexcept>

namespace searchkit {

namespace {

constexpr size_t kFirstSlots = 1024;
constexpr size_t kFirstChunk = 4096;
constexpr size_t kLargestChunk = 1 << 20;

uint64_t draw_seed() {
  std::random_device device;
  return static_cast<uint64_t>(device()) << 32 | device();
}

uint64_t eight_bytes(const char* at) {
  uint64_t value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

uint32_t short_hash(std::string_view text) {
  return static_cast<uint32_t>(hash_bytes(text));
}

}  // namespace

uint64_t hash_seed() {
  static const uint64_t seed = draw_seed();
  return seed;
}

uint64_t hash_bytes(std::string_view bytes) {
  const uint64_t seed = hash_seed();
  uint64_t hash = bytes.size() ^ seed;
  const char* at = bytes.data();
  size_t left = bytes.size();
  for (; left > 16; at += 16, left -= 16) {
    hash = hash_pair(eight_bytes(at) ^ hash, eight_bytes(at + 8) ^ seed, seed);
  }
  char rest[16] = {};
  if (left > 0) std::memcpy(rest, at, left);
  return hash_pair(eight_bytes(rest) ^ hash, eight_bytes(rest + 8) ^ seed, seed);
}

Vocabulary::Vocabulary() : slots_(kFirstSlots, Slot{0, kEmpty}) {}

uint32_t Vocabulary::number(std::string_view text) {
  const uint32_t hash = short_hash(text);
  const size_t at = slot_of(text, hash);
  if (slots_[at].number != kEmpty) return slots_[at].number;
  if (size() == kEmpty) throw std::length_error("a vocabulary is full");
  const uint32_t number = size();
  texts_.push_back(keep(text));
  slots_[at] = {hash, number};
  if (texts_.size() * 2 > slots_.size()) grow();
  return number;
}

uint32_t Vocabulary::find(std::string_view text) const {
  const Slot slot = slots_[slot_of(text, short_hash(text))];
  return slot.number != kEmpty ? slot.number : size();
}

void Vocabulary::prefetch(std::string_view text) const {
  __builtin_prefetch(&slots_[short_hash(text) & (slots_.size() - 1)]);
}

// The slot of a string, or the free one where it belongs.
size_t Vocabulary::slot_of(std::string_view text, uint32_t hash) const {
  const size_t mask = slots_.size() - 1;
  size_t at = hash & mask;
  for (; slots_[at].number != kEmpty; at = (at + 1) & mask) {
    const Slot slot = slots_[at];
    if (slot.hash == hash && texts_[slot.number] == text) break;
  }
  return at;
}

size_t Vocabulary::bytes() const {
  return sizeof *this + slots_.capacity() * sizeof(Slot) +
         texts_.capacity() * sizeof(std::string_view) + chunk_bytes_;
}

std::string_view Vocabulary::keep(std::string_view text) {
  if (text.empty()) return {};
  if (text.size() > room_left_) {
    const size_t usual = std::clamp(chunk_bytes_, kFirstChunk, kLargestChunk);
    const size_t size = std::max(usual, text.size());
    chunks_.push_back(std::make_unique<char[]>(size));
    room_ = chunks_.back().get();
    room_left_ = size;
    chunk_bytes_ += size;
  }
  std::memcpy(room_, text.data(), text.size());
  const std::string_view kept(room_, text.size());
  room_ += text.size();
  room_left_ -= text.size();
  return kept;
}

void Vocabulary::grow() {
  std::vector<Slot> slots(slots_.size() * 2, Slot{0, kEmpty});
  const size_t mask = slots.size() - 1;
  for (const Slot& slot : slots_) {
    if (slot.number == kEmpty) continue;
    size_t at = slot.hash & mask;
    while (slots[at].number != kEmpty) at = (at + 1) & mask;
    slots[at] = slot;
  }
  slots_ = std::move(slots);
}

}  // namespace searchkit
