// A growing array of plain values, for megabytes that come a few at a time.
//
// It differs from std::vector in two ways.  It grows by realloc, which on most systems
// moves large blocks by changing the memory map: no page is copied, or held twice.  And
// room may be taken without being filled first.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

namespace searchkit {

template <class T>
class Buffer {
  static_assert(std::is_trivially_copyable_v<T>, "values are moved as bytes");

 public:
  Buffer() = default;
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    Buffer(std::move(other)).swap(*this);
    return *this;
  }
  ~Buffer() { std::free(data_); }

  // Takes over the memory of another buffer, whatever it holds, and begins empty.
  template <class Other>
  static Buffer in_place_of(Buffer<Other>&& other) {
    Buffer made;
    made.data_ = reinterpret_cast<T*>(std::exchange(other.data_, nullptr));
    made.capacity_ = std::exchange(other.capacity_, 0) * sizeof(Other) / sizeof(T);
    other.size_ = 0;
    return made;
  }

  const T* data() const { return data_; }
  T* data() { return data_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  T& operator[](size_t at) { return data_[at]; }
  const T& operator[](size_t at) const { return data_[at]; }

  // Bytes in use; room that was never written to takes none.
  size_t bytes() const { return size_ * sizeof(T); }

  void push_back(T value) {
    if (size_ == capacity_) grow(1);
    data_[size_++] = value;
  }

  // `values` must not be within this buffer.
  void append(const T* values, size_t count) {
    if (count > 0) std::memcpy(extend(count), values, count * sizeof(T));
  }

  // Adds `count` values that are anything, and returns where they are.
  T* extend(size_t count) {
    if (count > capacity_ - size_) grow(count);
    T* added = data_ + size_;
    size_ += count;
    return added;
  }

  // Drops what is behind the first `size` values; there are at least as many.
  void truncate(size_t size) { size_ = size; }

  void clear() { size_ = 0; }

 private:
  void swap(Buffer& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

  // Makes room for `more` values at least; throws std::bad_alloc.
  void grow(size_t more) {
    constexpr size_t most = PTRDIFF_MAX / sizeof(T);
    if (more > most - size_) throw std::bad_alloc();
    const size_t wanted = std::max(size_ + more, kLeastBytes / sizeof(T));
    const size_t capacity = std::min(most, std::max(wanted, capacity_ * 2));
    void* data = std::realloc(data_, capacity * sizeof(T));
    if (data == nullptr) throw std::bad_alloc();
    data_ = static_cast<T*>(data);
    capacity_ = capacity;
  }

  template <class>
  friend class Buffer;

  static constexpr size_t kLeastBytes = 64;

  T* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace searchkit
