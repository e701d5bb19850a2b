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

#include "characters.hpp"
#include "tokenizer.hpp"
#include "vocabulary.hpp"

namespace searchkit {

// One token of a surface: its numbers in the vocabularies of the analyzer, and its span
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
  // each token in it.  `stem` takes a short word of small ASCII letters and digits, and
  // returns its term: what `analyse` would come to, in less time; it may be empty, and
  // `analyse` is asked for those, too.  Constructed and destroyed with the GIL.
  Analyzer(Object analyse, Object stem, CharacterClasses classes);

  // Numbered in the order of their first appearance since the last `clear`.
  const Vocabulary& terms() const { return terms_; }
  const Vocabulary& words() const { return words_; }

  // Calls f(term, word) for each token in order; the number of the call, from 0, is its
  // position.
  //
  // The text is UTF-8; bytes that are not valid part words.  Runs with or without the
  // GIL, which it takes to analyse a surface that is new.  Throws PythonError where the
  // function failed; what f throws goes through.  f must not use this analyzer but for
  // its vocabularies.
  template <class F>
  void each_term(std::string_view utf8, F&& f) {
    each_surface(utf8, [&](const Meaning& meaning, const Surface&) {
      if (meaning.term != kSeveral) {
        f(meaning.term, meaning.word);
        return;
      }
      const Group group = groups_[meaning.word];
      for (uint32_t at = group.begin; at < group.end; ++at) {
        f(pieces_[at].term, pieces_[at].word);
      }
    });
  }

  // The same with f(term, word, start, end): the span in code points of the text.
  template <class F>
  void each_token(std::string_view utf8, F&& f) {
    each_surface(utf8, [&](const Meaning& meaning, const Surface& surface) {
      const size_t from = surface.code_point;
      if (meaning.term != kSeveral) {
        f(meaning.term, meaning.word, from, from + surface.length);
        return;
      }
      const Group group = groups_[meaning.word];
      for (uint32_t at = group.begin; at < group.end; ++at) {
        const Piece& piece = pieces_[at];
        f(piece.term, piece.word, from + piece.start, from + piece.end);
      }
    });
  }

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
    std::vector<Slot> slots_;  // a power of two of them, two thirds taken at most
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

  // A surface that was found in a text, ready to be looked up.
  struct Found {
    ShortKey key;   // all zeros where the surface is too long for one
    uint64_t hash;  // of the key
    Surface surface;
  };

  // Surfaces that are found before the first of them is looked up: by then what the
  // table has of them is on its way from memory.
  static constexpr size_t kAhead = 32;

  // Calls f(meaning, surface) for each surface of a text.
  template <class F>
  void each_surface(std::string_view utf8, F&& f) {
    const Use use(busy_);
    std::array<Found, kAhead> found;
    size_t count = 0;
    const auto look_up = [&] {
      for (size_t at = 0; at < count; ++at) {
        const Found& one = found[at];
        const Meaning* known =
            one.key.low != 0 ? short_.find(one.key, one.hash) : nullptr;
        f(known != nullptr ? *known : meaning_of(cut(utf8, one.surface)), one.surface);
      }
      count = 0;
    };
    const auto add = [&](const ShortKey& key, const Surface& surface) {
      const uint64_t hash = short_.hash(key);
      short_.prefetch(hash);
      found[count] = {key, hash, surface};
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

  Meaning meaning_of(std::string_view surface);
  Meaning learn(std::string_view surface);
  Meaning remember(const std::vector<Piece>& pieces, size_t length);

  // The term of a plain word by `stem`; nothing where `analyse` has to be asked.
  std::optional<Meaning> stemmed(PyObject* text, std::string_view surface);

  Object analyse_, stem_;
  Tokenizer tokenizer_;
  Vocabulary terms_;
  Vocabulary words_;
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
// one that Python is asked for otherwise: texts would take twice as much memory.
class Utf8Text {
 public:
  // Throws PythonError with TypeError set where the object is no string.
  explicit Utf8Text(PyObject* text);

  std::string_view view() const { return view_; }

 private:
  Object bytes_;
  std::string_view view_;
};

}  // namespace searchkit
