#include "search_keys.hpp"

#include "damage.hpp"

namespace searchkit {

namespace {

// Keys are read when one in so many of them was asked for.
constexpr uint64_t kPatience = 4;
// Bytes that the texts of a segment's keys may take, and keys.
constexpr size_t kMostBytes = size_t{1} << 24;
constexpr uint32_t kMostKeys = 1u << 20;

}  // namespace

KeyTexts::KeyTexts(const Segment& segment, const Field* field)
    : segment_(segment),
      field_(field),
      is_given_up_(field == nullptr || field->terms > kMostKeys) {}

std::string KeyTexts::text(uint32_t number) {
  if (!are_read()) {
    const bool able = !is_given_up_.load(std::memory_order_relaxed);
    const bool due = able && asked_.fetch_add(1, std::memory_order_relaxed) >
                                 field_->terms / kPatience;
    if (!due || !read()) return segment_.term_text(*field_, number);
  }
  return texts_.substr(ends_[number], ends_[number + 1] - ends_[number]);
}

void KeyTexts::expect(uint32_t number) const {
  __builtin_prefetch(ends_.data() + number);
}

// Returns whether all are read; if not, they cannot be, or another thread is at it.
bool KeyTexts::read() {
  const std::unique_lock<std::mutex> locked(reading_, std::try_to_lock);
  if (!locked.owns_lock() || is_given_up_) return false;
  if (are_read_) return true;
  std::string texts;
  std::vector<uint32_t> ends = {0};
  ends.reserve(size_t{field_->terms} + 1);
  try {
    TermCursor cursor(segment_, *field_);
    for (cursor.first(); cursor.valid(); cursor.next()) {
      texts += cursor.text();
      if (texts.size() > kMostBytes) break;
      ends.push_back(static_cast<uint32_t>(texts.size()));
    }
  } catch (const Damage&) {
    // Whoever asks for the damaged one is told.
  }
  if (ends.size() != size_t{field_->terms} + 1) {
    is_given_up_ = true;
    return false;
  }
  texts_ = std::move(texts);
  ends_ = std::move(ends);
  are_read_.store(true, std::memory_order_release);
  return true;
}

}  // namespace searchkit
