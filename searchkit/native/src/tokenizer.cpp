#include "tokenizer.hpp"

namespace searchkit {

namespace {

// The limits of the pattern.
constexpr int kAcronymLetters = 10;  // behind the first
constexpr int kGroupSize = 3;
constexpr int kGroups = 8;
constexpr int kWholeDigits = 20;
constexpr int kFractionDigits = 12;

bool stands(char byte, const char* at, const char* end) {
  return at < end && *at == byte;
}

// Returns the place behind an apostrophe, straight or curly, or null.
const char* past_apostrophe(const char* at, const char* end) {
  if (stands('\'', at, end)) return at + 1;
  if (end - at >= 3 && std::memcmp(at, "\xE2\x80\x99", 3) == 0) return at + 3;
  return nullptr;
}

}  // namespace

bool Tokenizer::next(std::string_view text, size_t from, Surface& found) const {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  size_t code_point = 0;
  for (const char* at = begin + from; at < end; ++code_point) {
    const Decoded first = decode(at, end);
    if (classes_.is_word(first.code_point)) {
      const char* const stop = end_of_surface(begin, at, end);
      found = {static_cast<size_t>(at - begin), static_cast<size_t>(stop - begin),
               code_point, count_code_points(at, stop)};
      return true;
    }
    at += first.length;
  }
  return false;
}

// A word character stands at `at`.
const char* Tokenizer::end_of_surface(const char* text, const char* at,
                                      const char* end) const {
  const Decoded first = decode(at, end);
  const char* special = classes_.of(first.code_point) == CharacterClass::decimal
                            ? end_of_number(text, at, end)
                            : end_of_acronym(at + first.length, end);
  return special != nullptr ? special : end_of_words(at, end);
}

// [^\W\d](?:\.[^\W\d]){1,10}(?!\w), behind its first letter; null where there is none.
const char* Tokenizer::end_of_acronym(const char* at, const char* end) const {
  const char* before = nullptr;
  int letters = 0;
  for (; letters < kAcronymLetters && stands('.', at, end); ++letters) {
    const char* behind = past(CharacterClass::word, at + 1, end);
    if (behind == nullptr) break;
    before = at;
    at = behind;
  }
  if (letters == 0) return nullptr;
  if (past_word(at, end) == nullptr) return at;
  // One letter less: behind it stands a dot, which is no word character.
  return letters > 1 ? before : nullptr;
}

// \d{1,3}(?:,\d{3}){1,8}(?:\.\d{1,12})?(?!\.?\w) or
// (?<!\d\.)\d{1,20}\.\d{1,12}(?!\.?\w); null where neither is there.
const char* Tokenizer::end_of_number(const char* text, const char* at,
                                     const char* end) const {
  int digits = 0;
  const char* behind = past_decimals(at, end, kWholeDigits + 1, digits);
  if (stands(',', behind, end)) {
    return digits <= kGroupSize ? end_of_groups(behind, end) : nullptr;
  }
  if (digits > kWholeDigits || !stands('.', behind, end)) return nullptr;
  int fraction = 0;
  behind = past_decimals(behind + 1, end, kFractionDigits, fraction);
  if (fraction == 0 || goes_on(behind, end)) return nullptr;
  return behind_decimal_dot(text, at) ? nullptr : behind;
}

// (?:,\d{3}){1,8}(?:\.\d{1,12})?(?!\.?\w); a comma stands at `at`.
const char* Tokenizer::end_of_groups(const char* at, const char* end) const {
  const char* before = nullptr;
  int groups = 0;
  for (; groups < kGroups && stands(',', at, end); ++groups) {
    int digits = 0;
    const char* behind = past_decimals(at + 1, end, kGroupSize, digits);
    if (digits < kGroupSize) break;
    before = at;
    at = behind;
  }
  if (groups == 0) return nullptr;
  int fraction = 0;
  if (stands('.', at, end)) {
    const char* behind = past_decimals(at + 1, end, kFractionDigits, fraction);
    if (fraction > 0) at = behind;
  }
  if (!goes_on(at, end)) return at;
  // One group less: behind it stands a comma, with which no number goes on.
  return groups > 1 ? before : nullptr;
}

// \w[\w MARK]*+(?:['’]\w[\w MARK]*+)*+; a word character stands at `at`.
const char* Tokenizer::end_of_words(const char* at, const char* end) const {
  for (;;) {
    while (at < end) {
      if (static_cast<unsigned char>(*at) < 0x80) {
        if (classes_.of(static_cast<unsigned char>(*at)) == CharacterClass::none) break;
        ++at;
        continue;
      }
      const Decoded character = decode(at, end);
      if (classes_.of(character.code_point) == CharacterClass::none) break;
      at += character.length;
    }
    const char* behind = past_apostrophe(at, end);
    if (behind == nullptr || past_word(behind, end) == nullptr) return at;
    at = behind;
  }
}

// The place behind a character of a class, or null.
const char* Tokenizer::past(CharacterClass kind, const char* at,
                            const char* end) const {
  if (at >= end) return nullptr;
  const Decoded character = decode(at, end);
  return classes_.of(character.code_point) == kind ? at + character.length : nullptr;
}

// The place behind up to `limit` decimals, and how many there are.
const char* Tokenizer::past_decimals(const char* at, const char* end, int limit,
                                     int& count) const {
  for (count = 0; count < limit; ++count) {
    const char* behind = past(CharacterClass::decimal, at, end);
    if (behind == nullptr) break;
    at = behind;
  }
  return at;
}

// The place behind a word character, or null.
const char* Tokenizer::past_word(const char* at, const char* end) const {
  if (at >= end) return nullptr;
  const Decoded character = decode(at, end);
  return classes_.is_word(character.code_point) ? at + character.length : nullptr;
}

// Whether \.?\w matches.
bool Tokenizer::goes_on(const char* at, const char* end) const {
  if (stands('.', at, end)) ++at;
  return past_word(at, end) != nullptr;
}

// Whether \d\. ends at `at`.
bool Tokenizer::behind_decimal_dot(const char* text, const char* at) const {
  if (at - text < 2 || at[-1] != '.') return false;
  const char* const dot = at - 1;
  const char* first = dot - 1;
  while (first > text && dot - first < 4 && continues(*first)) --first;
  const Decoded before = decode(first, dot);
  return first + before.length == dot &&
         classes_.of(before.code_point) == CharacterClass::decimal;
}

}  // namespace searchkit
