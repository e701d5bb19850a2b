// From text to numbered terms and words.
//
// The analyzer finds the surfaces of a text and looks up what each consists of.  A
// surface that it has not met is analysed by a Python function, once: folding and
// stemming have one definition, searchkit.analysis.folding.
#pragma once

#include "python.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "buffer.hpp"
#include "characters.hpp"
#include "tokenizer.hpp"
#include "vocabulary.hpp"

namespace searchkit {

// One token of a surface: its numbers in the vocabulary of the analyzer, and its span
// in code points within the surface.
struct Piece {
  uint32_t term, word, start, end;
};

// Used by one thread at a time: a second one gets std::logic_error, as does a Python
// function that uses the analyzer which has called it.  The thread must be one that
// Python knows, or exceptions of the Python function are lost.
class Analyzer {
 public:
  // `analyse` takes a surface (str) and returns a tuple of (term, word, start, end) for
  // each token in it.  `stem` takes a short word of small ASCII letters and digits, a
  // letter at least, and returns its term; figures are their own.  With it, the rules of
  // `analyse` for ASCII are applied here, which takes less time; it may be empty, and
  // `analyse` is asked for those surfaces, too.  `possessives` are endings in UTF-8 that
  // begin with an apostrophe: ASCII with one of them comes to the same as without.
  // Constructed and destroyed with the GIL.
  Analyzer(Object analyse, Object stem, std::vector<std::string> possessives,
           CharacterClasses classes);

  // Numbered in the order of their first appearance since the last `clear`.  Terms and
  // words share their numbers: many a word is its own term.
  const Vocabulary& terms() const { return texts_; }
  const Vocabulary& words() const { return texts_; }

  // Calls f(term, word) for each token in order; the number of the call, from 0, is its
  // position.
  //
  // The text is UTF-8; bytes that are not valid part words.  Runs with or without the
  // GIL, which it takes to analyse a surface that is new.  Throws PythonError where the
  // function failed; what f throws goes through.  f must not use this analyzer but for
  // its vocabulary.
  template <class F>
  void each_term(std::string_view utf8, F&& f) {
    each_batch(utf8, [&](const Found* found, size_t count) {
      for (const Found* one = found; one < found + count; ++one) {
        if (one->meaning.term != kSeveral) {
          f(one->meaning.term, one->meaning.word);
          continue;
        }
        const Group group = groups_[one->meaning.word];
        for (uint32_t at = group.begin; at < group.end; ++at) {
          f(pieces_[at].term, pieces_[at].word);
        }
      }
    });
  }

  // The same with f(term, word, start, end): the span in code points of the text.
  template <class F>
  void each_token(std::string_view utf8, F&& f) {
    each_batch(utf8, [&](const Found* found, size_t count) {
      for (const Found* one = found; one < found + count; ++one) {
        const size_t from = one->surface.code_point;
        if (one->meaning.term != kSeveral) {
          f(one->meaning.term, one->meaning.word, from, from + one->surface.length);
          continue;
        }
        const Group group = groups_[one->meaning.word];
        for (uint32_t at = group.begin; at < group.end; ++at) {
          const Piece& piece = pieces_[at];
          f(piece.term, piece.word, from + piece.start, from + piece.end);
        }
      }
    });
  }

  // Appends the terms of all tokens, as of each_term(), and their words, one for each.
  void append_terms(std::string_view utf8, Buffer<uint32_t>& terms,
                    Buffer<uint32_t>& words);

  // Memory held in bytes, about; without the Python function's.
  size_t memory() const;

  // Forgets everything; numbers start anew.
  void clear();

  // How often it was cleared: numbers hold for as long as this does not change.
  uint64_t generation() const { return generation_; }

  // The Python function, for the garbage collector, which takes it away from garbage.
  PyObject* analyse() const { return analyse_.get(); }
  void drop_analyse() { const Object dropped = std::exchange(analyse_, Object()); }

 private:
  // What a surface consists of: one token that is all of it; or, where `term` is
  // kSeveral, those of the group with the number `word`.
  struct Meaning {
    uint32_t term, word;
  };
  static constexpr uint32_t kSeveral = UINT32_MAX;

  // Pieces from begin to end, without the latter.
  struct Group {
    uint32_t begin, end;
  };

  // Meanings of short surfaces, with their bytes beside them.
  class ShortSurfaces {
   public:
    ShortSurfaces();

    // What the functions below want to have with a key.
    uint64_t hash(const ShortKey& key) const {
      return hash_pair(key.low, key.high, seed_);
    }

    // Has the processor fetch what `find` will look at first.
    void prefetch(uint64_t hash) const { __builtin_prefetch(&slots_[hash & mask_]); }

    // Returns null where the key is new.
    const Meaning* find(const ShortKey& key, uint64_t hash) const {
      for (size_t at = hash & mask_;; at = (at + 1) & mask_) {
        const Slot& slot = slots_[at];
        if (slot.key == key) return &slot.meaning;
        if (slot.key.low == 0) return nullptr;
      }
    }

    // The key must be new.
    void add(const ShortKey& key, uint64_t hash, const Meaning& meaning);

    size_t memory() const { return slots_.capacity() * sizeof(Slot); }

   private:
    struct Slot {
      ShortKey key;  // all zeros where the slot is free
      Meaning meaning;
    };

    void place(const ShortKey& key, uint64_t hash, const Meaning& meaning);

    uint64_t seed_;
    size_t mask_;
    size_t count_ = 0;
    std::vector<Slot> slots_;  // a power of two of them, three quarters taken at most
  };

  // Marks the analyzer as in use while it lives.
  class Use {
   public:
    explicit Use(std::atomic<bool>& busy) : busy_(busy) {
      if (busy_.exchange(true)) {
        throw std::logic_error("an analyzer serves one caller at a time");
      }
    }
    ~Use() { busy_ = false; }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

   private:
    std::atomic<bool>& busy_;
  };

  // A surface that was found in a text.
  struct Found {
    ShortKey key;   // all zeros where the surface is too long for one
    uint64_t hash;  // of the key
    Surface surface;
    Meaning meaning;  // once it was looked up
  };

  // Surfaces that are found before the first of them is looked up: by then what the
  // table has of them is on its way from memory.
  static constexpr size_t kAhead = 32;

  // Calls f(found, count) for all surfaces of a text, some at a time, with their
  // meanings.
  template <class F>
  void each_batch(std::string_view utf8, F&& f) {
    const Use use(busy_);
    std::array<Found, kAhead> found;
    size_t count = 0;
    const auto look_up = [&] {
      for (size_t at = 0; at < count; ++at) {
        Found& one = found[at];
        const Meaning* known =
            one.key.low != 0 ? short_.find(one.key, one.hash) : nullptr;
        one.meaning = known != nullptr ? *known : meaning_of(utf8, one);
      }
      f(found.data(), count);
      count = 0;
    };
    const auto add = [&](const ShortKey& key, const Surface& surface) {
      Found& one = found[count];
      one.key = key;
      one.hash = short_.hash(key);
      one.surface = surface;
      short_.prefetch(one.hash);
      if (++count == kAhead) look_up();
    };
    tokenizer_.scan(utf8, add, [&](const Surface& surface) {
      add(short_key(cut(utf8, surface)), surface);
    });
    look_up();
  }

  static std::string_view cut(std::string_view utf8, const Surface& surface) {
    return utf8.substr(surface.begin, surface.end - surface.begin);
  }

  Meaning meaning_of(std::string_view utf8, const Found& found);
  Meaning meaning_of(std::string_view surface);
  Meaning learn(std::string_view surface);
  std::optional<Meaning> by_rules(std::string_view surface);
  Meaning remember(const std::vector<Piece>& pieces, size_t length);

  // A word and its term by `stem`; nothing where `analyse` has to be asked.
  std::optional<Meaning> stemmed(std::string_view word);

  Object analyse_, stem_;
  std::vector<std::string> possessives_;
  Tokenizer tokenizer_;
  Vocabulary texts_;
  ShortSurfaces short_;
  Vocabulary long_;  // surfaces that are not short, and their meanings by number
  std::vector<Meaning> long_meanings_;
  std::vector<Group> groups_;
  std::vector<Piece> pieces_;
  uint64_t generation_ = 0;
  std::atomic<bool> busy_{false};
};

// The analyzer within a Python object of the type _native.Analyzer, which owns it.
// Throws PythonError with TypeError set for any other object.
Analyzer& analyzer_of(PyObject* object);

// The UTF-8 form of any Python string: lone surrogates, which UTF-8 does not have,
// become U+FFFD, so that spans stay the same.  The string does not keep it, as it does
// one that Python is asked for otherwise: texts that are not ASCII would take twice as
// much memory.
class Utf8Text {
 public:
  // Throws PythonError with TypeError set where the object is no string.
  explicit Utf8Text(PyObject* text);

  std::string_view view() const { return view_; }

 private:
  Object kept_;  // what the bytes belong to
  std::string_view view_;
};

}  // namespace searchkit
