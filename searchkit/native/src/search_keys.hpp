// The keys of a segment's documents as texts that can be had at once.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "segment.hpp"

namespace searchkit {

// In a segment, keys are the terms of a field, written in blocks where each builds on
// the one before.  When so many were asked for that it would have paid, all of them are
// read, unless they are too large to be kept, or one that nobody asked for is damaged.
class KeyTexts {
 public:
  // `field` is nullptr where documents have no keys.
  KeyTexts(const Segment& segment, const Field* field);
  // The text of the term with a number, which is less than the field's terms.  May be
  // called by many threads at once.  Throws Damage.
  std::string text(uint32_t number);
  // Has memory fetched that text() reads.
  void expect(uint32_t number) const;
  // Whether all keys were read.
  bool are_read() const { return are_read_.load(std::memory_order_acquire); }

 private:
  bool read();

  const Segment& segment_;
  const Field* field_;
  std::atomic<uint64_t> asked_{0};
  std::mutex reading_;
  std::atomic<bool> are_read_{false}, is_given_up_{false};
  std::string texts_;           // one after the other
  std::vector<uint32_t> ends_;  // of each in them, after that of none
};

}  // namespace searchkit
