// Cutting a text into paragraphs and sentences.
//
// The rules are those of searchkit.analysis.sentences, on any text; that module says
// them in words.  What kind of character a code point is, Python is asked once for each
// block of them: nothing here knows Unicode, and both forms always agree on it.
#pragma once

#include "python.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "analyzer.hpp"

namespace searchkit {

// Code points from start to end, the latter excluded.
struct Stretch {
  int64_t start, end;

  int64_t length() const { return end - start; }
  bool overlaps(const Stretch& other) const {
    return (start > other.start ? start : other.start) <
           (end < other.end ? end : other.end);
  }
};

// The code points of a Python string, lone surrogates included.
class CodePoints {
 public:
  // Copies them where they are not all ASCII.  Throws PythonError with TypeError set
  // where the object is no string, which must outlive this.
  explicit CodePoints(PyObject* text);

  int64_t size() const { return size_; }
  uint32_t operator[](int64_t at) const {
    return ascii_ != nullptr ? static_cast<unsigned char>(ascii_[at]) : points_[at];
  }

  // All of them in UTF-8; U+FFFD for lone surrogates, which it does not have.
  std::string_view utf8() const { return utf8_; }

  // The lines end where Python's str.splitlines would end them but for U+001C to U+001E.
  // Returns the place of the line break from `at` on, or the end; and the place behind
  // the one before `at`, or 0.
  int64_t end_of_line(int64_t at) const;
  int64_t start_of_line(int64_t at) const;
  bool is_ascii() const { return ascii_ != nullptr; }

  // A part of the string as a Python string.
  Object cut(const Stretch& part) const;

  bool is_ascii(const Stretch& part) const;

 private:
  PyObject* text_;
  int64_t size_;
  std::string_view utf8_;
  std::optional<Utf8Text> lenient_;    // where `utf8_` is not the string's own
  const char* ascii_ = nullptr;        // or
  std::unique_ptr<Py_UCS4[]> points_;
};

// The UTF-8 form of any Python string, lone surrogates as if they were characters.
std::string lenient_utf8(PyObject* text);

// What kinds of character each code point is.  Used with the GIL.
class CharacterKinds {
 public:
  using Kinds = uint16_t;

  // What Python says of a character.
  static constexpr Kinds kWord = 1;      // \w
  static constexpr Kinds kSpace = 2;     // isspace
  static constexpr Kinds kLower = 4;     // islower
  static constexpr Kinds kCapital = 8;   // isalpha and isupper
  static constexpr Kinds kDigit = 16;    // isdigit
  static constexpr Kinds kCombining = 32;  // its category begins with M
  // What the rules for sentences and snippets say of it.
  static constexpr Kinds kLineBreak = 256;
  static constexpr Kinds kStop = 512;       // ends a sentence
  static constexpr Kinds kCloser = 1024;    // may stand behind that
  static constexpr Kinds kOpener = 2048;    // may stand before a sentence
  static constexpr Kinds kWordPart = 4096;  // of a word before a dot

  static constexpr uint32_t kBlock = 128;

  // `ask` takes the number of a block and returns bytes: the kinds of its characters,
  // one byte each, as far as Python says them.
  explicit CharacterKinds(Object ask) : ask_(std::move(ask)) {}

  // Throws PythonError where the function failed.
  Kinds of(uint32_t code_point) {
    uint32_t block = blocks_[code_point / kBlock];
    if (block == 0) block = learn(code_point / kBlock);
    return cells_[(block - 1) * kBlock + code_point % kBlock];
  }
  bool is_space(uint32_t code_point) { return (of(code_point) & kSpace) != 0; }

 private:
  uint32_t learn(uint32_t block);

  Object ask_;
  std::array<uint16_t, 0x110000 / kBlock> blocks_{};  // from 1; 0 where not known yet
  std::vector<Kinds> cells_;
};

// The words that decide where a sentence ends, in lower case.
struct SentenceWords {
  using Set = std::unordered_set<std::string>;
  Set before_names, anywhere, openers;
};

// Finds paragraphs and sentences.  Used with the GIL, by any number of threads.
class SentenceCutter {
 public:
  SentenceCutter(Object ask_kinds, SentenceWords words)
      : kinds_(std::move(ask_kinds)), words_(std::move(words)) {}

  CharacterKinds& kinds() { return kinds_; }

  // Finds the first paragraph at `from` or behind it, where `from` is 0 or the end of a
  // paragraph.  Returns false where there is none.
  bool next_paragraph(const CodePoints& text, int64_t from, Stretch& found);

  // Returns the paragraph around a code point that is not white space.
  Stretch paragraph_around(const CodePoints& text, int64_t at);

  // Replaces what is in `found` by the sentences of a paragraph.
  void cut(const CodePoints& text, const Stretch& paragraph,
           std::vector<Stretch>& found);

 private:
  struct End {
    Stretch mark;
    bool closed;   // quotes or brackets close behind the mark
    int64_t open;  // where quotes or brackets open what follows
    int64_t next;  // where the first word character behind them stands
  };

  // The first place from `at` on, below `end`, with a mark that ends sentences, or
  // `end`.
  int64_t next_stop(const CodePoints& text, int64_t at, int64_t end);

  bool is(const CodePoints& text, int64_t at, CharacterKinds::Kinds kind) {
    return (kinds_.of(text[at]) & kind) != 0;
  }
  int64_t past(const CodePoints& text, int64_t at, int64_t end,
               CharacterKinds::Kinds kind);
  bool closes(const CodePoints& text, int64_t start, const End& end);
  bool opens_sentence(const CodePoints& text, int64_t at, bool behind_initial);
  Stretch trimmed(const CodePoints& text, Stretch line);

  CharacterKinds kinds_;
  SentenceWords words_;
};

}  // namespace searchkit
