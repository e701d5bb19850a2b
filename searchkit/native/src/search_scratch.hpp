// Memory of one search, used again by the next.
//
// A search takes most of its memory from an Arena, which gives it back all at once, and
// keeps the pages: that saves asking the system for them in every search.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace searchkit {

class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() {
    for (const Chunk& chunk : chunks_) std::free(chunk.data);
  }

  // Room for `count` values, not initialised, at a multiple of 64 bytes; it lasts until
  // reset().
  template <class T>
  T* array(size_t count) {
    static_assert(std::is_trivially_destructible_v<T>, "nobody would destroy it");
    return static_cast<T*>(bytes(count * sizeof(T)));
  }
  template <class T>
  T* zeros(size_t count) {
    T* values = array<T>(count);
    for (size_t i = 0; i < count; ++i) values[i] = T{};
    return values;
  }
  // A value that nobody destroys.
  template <class T, class... Arguments>
  T* make(Arguments&&... arguments) {
    return new (array<T>(1)) T(std::forward<Arguments>(arguments)...);
  }

  // Everything that was given is free again.
  void reset() {
    used_ = 0;
    // One chunk that is large enough from now on, unless that is out of proportion.
    if (chunks_.size() > 1) {
      size_t total = 0;
      for (const Chunk& chunk : chunks_) {
        total += chunk.size;
        std::free(chunk.data);
      }
      chunks_.clear();
      if (total <= kMostKept) grow(total);
    }
  }

 private:
  struct Chunk {
    char* data;
    size_t size;
  };
  static constexpr size_t kLine = 64;
  static constexpr size_t kSmallestChunk = size_t{1} << 20;
  static constexpr size_t kMostKept = size_t{1} << 27;

  void* bytes(size_t size) {
    size = (size + kLine - 1) / kLine * kLine;
    if (chunks_.empty() || size > chunks_.back().size - used_) {
      const size_t last = chunks_.empty() ? 0 : chunks_.back().size;
      grow(size > 2 * last ? size : 2 * last);
    }
    void* at = chunks_.back().data + used_;
    used_ += size;
    return at;
  }
  void grow(size_t size) {
    size = (size < kSmallestChunk ? kSmallestChunk : size) + kLine;
    size = size / kLine * kLine;
    chunks_.reserve(chunks_.size() + 1);
    void* data = std::aligned_alloc(kLine, size);
    if (data == nullptr) throw std::bad_alloc();
    chunks_.push_back({static_cast<char*>(data), size});
    used_ = 0;
  }

  std::vector<Chunk> chunks_;
  size_t used_ = 0;  // of the last chunk
};

// Documents of a range that is looked at in one go, at most.
constexpr uint32_t kMostRange = 1u << 16;
// Documents of a table that two lists are compared with, at most.
constexpr uint32_t kMostFlags = 1u << 13;

// What one search needs.
struct Scratch {
  Scratch()
      : sums(kMostRange + 16),
        bits(kMostRange / 64 + 2),
        flags(kMostFlags),
        numbers(kMostFlags) {}
  Arena arena;
  // One a document of a range, or of a table.  Nobody uses them while others are
  // called, and all but the numbers are 0 whenever nobody does.
  std::vector<float> sums;
  std::vector<uint64_t> bits;
  std::vector<uint8_t> flags;
  std::vector<uint32_t> numbers;
};

// Scratch memory for any number of threads.
class ScratchPool {
 public:
  // Memory lent from a pool when it is first asked for; give_back() is for searches
  // that came to their end, whose accumulators are clean.  Otherwise the memory is
  // freed.
  class Loan {
   public:
    explicit Loan(ScratchPool& pool) : pool_(pool) {}
    Scratch& operator*() {
      if (!scratch_) scratch_ = pool_.take();
      return *scratch_;
    }
    void give_back() {
      if (scratch_) pool_.put(std::move(scratch_));
    }

   private:
    ScratchPool& pool_;
    std::unique_ptr<Scratch> scratch_;
  };

 private:
  static constexpr size_t kMostIdle = 4;

  std::unique_ptr<Scratch> take() {
    {
      const std::lock_guard<std::mutex> locked(mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<Scratch> scratch = std::move(idle_.back());
        idle_.pop_back();
        return scratch;
      }
    }
    return std::make_unique<Scratch>();
  }
  void put(std::unique_ptr<Scratch> scratch) {
    scratch->arena.reset();
    const std::lock_guard<std::mutex> locked(mutex_);
    if (idle_.size() < kMostIdle) idle_.push_back(std::move(scratch));
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<Scratch>> idle_;
};

}  // namespace searchkit
