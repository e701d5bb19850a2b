#include "search_near.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "damage.hpp"
#include "search_automata.hpp"
#include "vocabulary.hpp"

namespace searchkit {

namespace {

// Words that are looked for before a table is made, which takes as long.
constexpr uint32_t kPatience = 32;
// Terms of a field with a table; each takes about 18 bytes.
constexpr uint32_t kMostTerms = 1u << 21;
// Code points of a term in the table, at most: no longer one is near a word.
constexpr uint32_t kMostPoints = NearTerms::kMostWordSize + 1;
// Entries of a bucket, about.
constexpr uint32_t kEntries = 4;
// Bits of a mark that stand for letters; those above are of the key.
constexpr uint32_t kLetterBits = 26;
constexpr uint32_t kLetterMask = (1u << kLetterBits) - 1;
// Letters by which two texts one edit apart differ, at most.
constexpr uint32_t kMostLetters = 2;

// A text with the places of its code points.
class Points {
 public:
  // Returns whether there are few enough.
  bool read(std::string_view text) {
    text_ = text;
    count_ = 0;
    while (!text.empty()) {
      if (count_ == kMostPoints) return false;
      begins_[count_] = static_cast<uint32_t>(text_.size() - text.size());
      points_[count_++] = take_code_point(text);
    }
    begins_[count_] = static_cast<uint32_t>(text_.size());
    return true;
  }
  uint32_t count() const { return count_; }
  uint32_t operator[](uint32_t i) const { return points_[i]; }
  // The text of the code points from `begin` to before `end`.
  std::string_view text(uint32_t begin, uint32_t end) const {
    return text_.substr(begins_[begin], begins_[end] - begins_[begin]);
  }
  // The letters among them, one bit each; some share one.
  uint32_t letters(uint32_t begin, uint32_t end) const {
    uint32_t letters = 0;
    for (uint32_t i = begin; i < end; ++i) {
      letters |= 1u << (points_[i] + kLetterBits - 'a') % kLetterBits;
    }
    return letters;
  }

 private:
  std::string_view text_;
  uint32_t count_ = 0;
  std::array<uint32_t, kMostPoints + 1> begins_;
  std::array<uint32_t, kMostPoints> points_;
};

// Where the second half of a term begins.
uint32_t middle_of(uint32_t length) { return length / 2; }

// What stands for a half of a term of so many code points.
uint64_t key_of(std::string_view half, uint32_t length, bool is_second) {
  return hash_pair(hash_bytes(half), 2 * uint64_t{length} + is_second, hash_seed());
}

// What an entry says of its key and of the other half.
uint32_t mark_of(uint64_t key, uint32_t letters) {
  return static_cast<uint32_t>(key) << kLetterBits | letters;
}

// Calls `visit` with the key of each half of a term and the letters of the other.
template <class Visit>
void each_half(const Points& term, Visit&& visit) {
  const uint32_t length = term.count(), middle = middle_of(length);
  visit(key_of(term.text(0, middle), length, false), term.letters(middle, length));
  visit(key_of(term.text(middle, length), length, true), term.letters(0, middle));
}

}  // namespace

uint32_t edits_to_one(std::string_view word, std::string_view term,
                      bool transpositions) {
  Points left, right;
  if (!left.read(word) || !right.read(term)) return word == term ? 0 : 2;
  uint32_t begin = 0, left_end = left.count(), right_end = right.count();
  const auto same = [&](uint32_t one, uint32_t other) {
    return left[one] == right[other];
  };
  while (begin < left_end && begin < right_end && same(begin, begin)) ++begin;
  while (left_end > begin && right_end > begin && same(left_end - 1, right_end - 1)) {
    --left_end;
    --right_end;
  }
  const uint32_t left_rest = left_end - begin, right_rest = right_end - begin;
  if (left_rest <= 1 && right_rest <= 1) return left_rest | right_rest;
  const bool is_swapped = left_rest == 2 && right_rest == 2 && transpositions &&
                          same(begin, begin + 1) && same(begin + 1, begin);
  return is_swapped ? 1 : 2;
}

NearTerms::NearTerms(const Segment& segment, const Field& field)
    : segment_(segment), field_(field), is_given_up_(field.terms > kMostTerms) {}

bool NearTerms::is_ready() {
  if (is_built_.load(std::memory_order_acquire)) return true;
  if (is_given_up_.load(std::memory_order_relaxed)) return false;
  if (asked_.fetch_add(1, std::memory_order_relaxed) < kPatience) return false;
  return build();
}

// Returns whether the table is there; if not, another thread is at it, or it cannot be.
bool NearTerms::build() {
  const std::unique_lock<std::mutex> locked(building_, std::try_to_lock);
  if (!locked.owns_lock() || is_given_up_) return false;
  if (is_built_) return true;
  bits_ = 0;
  while ((uint64_t{kEntries} << bits_) < 2 * uint64_t{field_.terms}) ++bits_;
  std::vector<uint32_t> starts((size_t{1} << bits_) + 1, 0);
  struct Found {
    uint32_t bucket;
    Entry entry;
  };
  std::vector<Found> all;
  all.reserve(2 * size_t{field_.terms});
  try {
    TermCursor cursor(segment_, field_);
    Points points;
    for (cursor.first(); cursor.valid(); cursor.next()) {
      if (!points.read(cursor.text())) continue;
      each_half(points, [&](uint64_t key, uint32_t letters) {
        const auto bucket = static_cast<uint32_t>((key >> 32) & ((1u << bits_) - 1));
        ++starts[bucket + 1];
        all.push_back({bucket, {cursor.entry().number, mark_of(key, letters)}});
      });
    }
  } catch (const Damage&) {
    // Walks say so where they meet it.
    is_given_up_ = true;
    return false;
  }
  for (size_t i = 1; i < starts.size(); ++i) starts[i] += starts[i - 1];
  std::vector<uint32_t> next(starts.begin(), starts.end() - 1);
  entries_.resize(all.size());
  for (const Found& found : all) entries_[next[found.bucket]++] = found.entry;
  starts_ = std::move(starts);
  is_built_.store(true, std::memory_order_release);
  return true;
}

// Adds the terms that have a half with this key, and another of about these letters.
void NearTerms::add_candidates(uint64_t key, uint32_t rest,
                               std::vector<uint32_t>& found) const {
  const auto bucket = static_cast<uint32_t>((key >> 32) & ((1u << bits_) - 1));
  const uint32_t wanted = mark_of(key, rest);
  for (uint32_t i = starts_[bucket]; i < starts_[bucket + 1]; ++i) {
    uint32_t different = entries_[i].mark ^ wanted;
    if (different > kLetterMask) continue;
    for (uint32_t k = 0; k < kMostLetters; ++k) different &= different - 1;
    if (different == 0) found.push_back(entries_[i].number);
  }
}

std::vector<uint32_t> NearTerms::candidates(std::string_view word) const {
  std::vector<uint32_t> found;
  Points points;
  if (!points.read(word)) return found;
  const uint32_t length = points.count();
  for (uint32_t other = length == 0 ? 0 : length - 1; other <= length + 1; ++other) {
    const uint32_t first = middle_of(other), second = other - first;
    if (first <= length) {
      add_candidates(key_of(points.text(0, first), other, false),
                     points.letters(first, length), found);
    }
    if (second <= length) {
      const uint32_t begin = length - second;
      add_candidates(key_of(points.text(begin, length), other, true),
                     points.letters(0, begin), found);
    }
  }
  const uint32_t middle = middle_of(length);
  if (middle > 0) {
    // The letters on both sides of the middle have changed places.
    std::string half(points.text(0, middle - 1));
    half += points.text(middle, middle + 1);
    const uint32_t rest =
        points.letters(middle - 1, middle) | points.letters(middle + 1, length);
    add_candidates(key_of(half, length, false), rest, found);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace searchkit
