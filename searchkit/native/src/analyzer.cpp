#include "analyzer.hpp"

#include <algorithm>
#include <cstring>

namespace searchkit {

namespace {

constexpr size_t kFirstShortSlots = 2048;

// Longest word, and term, that no rule of the analysis cuts; bytes.
constexpr size_t kPlainSize = 64;

class WithGil {
 public:
  WithGil() : state_(PyGILState_Ensure()) {}
  ~WithGil() { PyGILState_Release(state_); }
  WithGil(const WithGil&) = delete;
  WithGil& operator=(const WithGil&) = delete;

 private:
  PyGILState_STATE state_;
};

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

bool is_small(char letter) { return letter >= 'a' && letter <= 'z'; }

bool is_capital(char letter) { return letter >= 'A' && letter <= 'Z'; }

// Whether a text consists of small ASCII letters and digits.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char letter) {
    return is_digit(letter) || is_small(letter);
  });
}

// A text of ASCII letters and digits with its capitals made small; empty where it has
// anything else, or no capitals.
std::string lowered_ascii(std::string_view text) {
  bool has_capital = false;
  for (const char letter : text) {
    if (is_capital(letter)) {
      has_capital = true;
    } else if (!is_small(letter) && !is_digit(letter)) {
      return {};
    }
  }
  if (!has_capital) return {};
  std::string lowered(text);
  for (char& letter : lowered) {
    if (is_capital(letter)) letter = static_cast<char>(letter - 'A' + 'a');
  }
  return lowered;
}

// The word of a surface of ASCII letters, digits, dots, commas and apostrophes: small,
// without thousands separators or the dots of an acronym.  Empty where the surface has
// anything else.
std::string ascii_word(std::string_view surface) {
  std::string word;
  const char dropped = is_digit(surface[0]) ? ',' : '.';
  for (const char letter : surface) {
    if (letter == dropped || letter == '\'') continue;
    if (is_capital(letter)) {
      word += static_cast<char>(letter - 'A' + 'a');
    } else if (is_small(letter) || is_digit(letter) || letter == '.' || letter == ',') {
      word += letter;
    } else {
      return {};
    }
  }
  return word;
}

// Asked of str itself: a subclass may say anything.
bool is_ascii(PyObject* text) {
  static PyObject* const method = Object::made(PyObject_GetAttrString(
      reinterpret_cast<PyObject*>(&PyUnicode_Type), "isascii")).release();
  const Object answer =
      Object::made(PyObject_CallFunctionObjArgs(method, text, nullptr));
  return answer.get() == Py_True;
}

// An end of a piece's span, which must be a number from `least` to `most`.
uint32_t span_end(PyObject* piece, Py_ssize_t item, size_t least, size_t most) {
  const unsigned long value = PyLong_AsUnsignedLong(PyTuple_GetItem(piece, item));
  if (PyErr_Occurred() != nullptr) throw PythonError();
  if (value < least || value > most) {
    throw std::invalid_argument("a piece of a surface is not within it");
  }
  return static_cast<uint32_t>(value);
}

}  // namespace

Analyzer::ShortSurfaces::ShortSurfaces()
    : seed_(hash_seed()), mask_(kFirstShortSlots - 1), slots_(kFirstShortSlots) {}

void Analyzer::ShortSurfaces::add(const ShortKey& key, uint64_t hash,
                                  const Meaning& meaning) {
  if ((count_ + 1) * 4 > slots_.size() * 3) {
    std::vector<Slot> before(slots_.size() * 2);
    before.swap(slots_);
    mask_ = slots_.size() - 1;
    for (const Slot& slot : before) {
      if (slot.key.low != 0) place(slot.key, this->hash(slot.key), slot.meaning);
    }
  }
  place(key, hash, meaning);
  ++count_;
}

void Analyzer::ShortSurfaces::place(const ShortKey& key, uint64_t hash,
                                    const Meaning& meaning) {
  size_t at = hash & mask_;
  while (slots_[at].key.low != 0) at = (at + 1) & mask_;
  slots_[at] = {key, meaning};
}

Analyzer::Analyzer(Object analyse, Object stem, std::vector<std::string> possessives,
                   CharacterClasses classes)
    : analyse_(std::move(analyse)),
      stem_(std::move(stem)),
      possessives_(std::move(possessives)),
      tokenizer_(std::move(classes)) {}

size_t Analyzer::memory() const {
  return sizeof *this + tokenizer_.memory() + texts_.bytes() + short_.memory() +
         long_.bytes() + long_meanings_.capacity() * sizeof(Meaning) +
         groups_.capacity() * sizeof(Group) + pieces_.capacity() * sizeof(Piece);
}

void Analyzer::clear() {
  const Use use(busy_);
  texts_ = Vocabulary();
  short_ = ShortSurfaces();
  long_ = Vocabulary();
  long_meanings_ = {};
  groups_ = {};
  pieces_ = {};
  ++generation_;
}

void Analyzer::append_terms(std::string_view utf8, Buffer<uint32_t>& terms,
                            Buffer<uint32_t>& words) {
  each_batch(utf8, [&](const Found* found, size_t count) {
    uint32_t* const term = terms.extend(count);
    uint32_t* const word = words.extend(count);
    bool any_several = false;
    for (size_t at = 0; at < count; ++at) {
      term[at] = found[at].meaning.term;
      word[at] = found[at].meaning.word;
      any_several |= found[at].meaning.term == kSeveral;
    }
    if (!any_several) return;
    terms.truncate(terms.size() - count);
    words.truncate(words.size() - count);
    for (size_t at = 0; at < count; ++at) {
      const Meaning meaning = found[at].meaning;
      if (meaning.term != kSeveral) {
        terms.push_back(meaning.term);
        words.push_back(meaning.word);
        continue;
      }
      const Group group = groups_[meaning.word];
      for (uint32_t piece = group.begin; piece < group.end; ++piece) {
        terms.push_back(pieces_[piece].term);
        words.push_back(pieces_[piece].word);
      }
    }
  });
}

Analyzer::Meaning Analyzer::meaning_of(std::string_view utf8, const Found& found) {
  if (found.key.low == 0) return meaning_of(cut(utf8, found.surface));
  // The key may be in lower case, as the text is not.
  const auto* bytes = reinterpret_cast<const char*>(&found.key);
  return meaning_of({bytes, found.surface.end - found.surface.begin});
}

Analyzer::Meaning Analyzer::meaning_of(std::string_view surface) {
  if (const ShortKey key = short_key(surface); key.low != 0) {
    const uint64_t hash = short_.hash(key);
    if (const Meaning* known = short_.find(key, hash)) return *known;
    const Meaning meaning = learn(surface);
    short_.add(key, hash, meaning);
    return meaning;
  }
  const uint32_t known = long_.find(surface);
  if (known < long_meanings_.size()) return long_meanings_[known];
  const Meaning meaning = learn(surface);
  long_meanings_.push_back(meaning);
  try {
    long_.number(surface);
  } catch (...) {
    long_meanings_.pop_back();
    throw;
  }
  return meaning;
}

Analyzer::Meaning Analyzer::learn(std::string_view surface) {
  // Letter case makes no difference to letters and digits of ASCII.
  if (const std::string lowered = lowered_ascii(surface); !lowered.empty()) {
    return meaning_of(lowered);
  }
  if (stem_) {
    const std::optional<Meaning> found =
        is_plain(surface) ? stemmed(surface) : by_rules(surface);
    if (found) return *found;
  }
  const WithGil gil;
  const Object text = Object::made(PyUnicode_FromStringAndSize(
      surface.data(), static_cast<Py_ssize_t>(surface.size())));
  const size_t length = static_cast<size_t>(PyUnicode_GetLength(text.get()));
  const Object answer = Object::made(
      PyObject_CallFunctionObjArgs(analyse_.get(), text.get(), nullptr));
  const Object tuple = Object::made(PySequence_Tuple(answer.get()));
  std::vector<Piece> pieces;
  const Py_ssize_t count = PyTuple_Size(tuple.get());
  for (Py_ssize_t at = 0; at < count; ++at) {
    const Object piece =
        Object::made(PySequence_Tuple(PyTuple_GetItem(tuple.get(), at)));
    if (PyTuple_Size(piece.get()) != 4) {
      throw std::invalid_argument("a piece of a surface is (term, word, start, end)");
    }
    const uint32_t start = span_end(piece.get(), 2, 0, length);
    const uint32_t end = span_end(piece.get(), 3, start, length);
    pieces.push_back({texts_.number(utf8(PyTuple_GetItem(piece.get(), 0))),
                      texts_.number(utf8(PyTuple_GetItem(piece.get(), 1))), start,
                      end});
  }
  return remember(pieces, length);
}

// What searchkit.analysis.folding says of ASCII, and of ASCII with a possessive;
// nothing for other surfaces, and for long ones.
std::optional<Analyzer::Meaning> Analyzer::by_rules(std::string_view surface) {
  for (const std::string& ending : possessives_) {
    if (surface.size() <= ending.size()) continue;
    const size_t size = surface.size() - ending.size();
    if (surface.substr(size) != ending) continue;
    surface = surface.substr(0, size);
    break;
  }
  const std::string word = ascii_word(surface);
  if (word.empty()) return std::nullopt;
  // Mostly a word that was there before, as "company" was before "company's".
  if (is_plain(word) && word.size() <= kPlainSize) return meaning_of(word);
  return stemmed(word);
}

std::optional<Analyzer::Meaning> Analyzer::stemmed(std::string_view word) {
  if (word.size() > kPlainSize) return std::nullopt;
  if (std::none_of(word.begin(), word.end(), is_small)) {
    const uint32_t number = texts_.number(word);  // no stemmer touches figures
    return Meaning{number, number};
  }
  texts_.prefetch(word);
  const WithGil gil;
  const Object text = Object::made(PyUnicode_FromStringAndSize(
      word.data(), static_cast<Py_ssize_t>(word.size())));
  const Object term =
      Object::made(PyObject_CallFunctionObjArgs(stem_.get(), text.get(), nullptr));
  const std::string_view bytes = utf8(term.get());
  // What is longer might have to be cut.
  if (bytes.size() > kPlainSize) return std::nullopt;
  const uint32_t number = texts_.number(word);
  return Meaning{bytes == word ? number : texts_.number(bytes), number};
}

Analyzer::Meaning Analyzer::remember(const std::vector<Piece>& pieces, size_t length) {
  if (pieces.size() == 1 && pieces[0].start == 0 && pieces[0].end == length) {
    return {pieces[0].term, pieces[0].word};
  }
  const Group group = {static_cast<uint32_t>(pieces_.size()),
                       static_cast<uint32_t>(pieces_.size() + pieces.size())};
  pieces_.insert(pieces_.end(), pieces.begin(), pieces.end());
  groups_.push_back(group);
  return {kSeveral, static_cast<uint32_t>(groups_.size() - 1)};
}

Utf8Text::Utf8Text(PyObject* text) {
  if (PyUnicode_Check(text) == 0) {
    PyErr_SetString(PyExc_TypeError, "a text must be a string");
    throw PythonError();
  }
  if (is_ascii(text)) {  // then the string is its own UTF-8 form
    kept_ = Object::borrowed(text);
    view_ = utf8(text);
    return;
  }
  kept_ = Object(PyUnicode_AsUTF8String(text));
  const bool whole = static_cast<bool>(kept_);
  if (!whole) {
    if (PyErr_ExceptionMatches(PyExc_UnicodeEncodeError) == 0) throw PythonError();
    PyErr_Clear();
    kept_ = Object::made(PyUnicode_AsEncodedString(text, "utf-8", "surrogatepass"));
  }
  char* content = nullptr;
  Py_ssize_t size = 0;
  require(PyBytes_AsStringAndSize(kept_.get(), &content, &size));
  view_ = {content, static_cast<size_t>(size)};
  if (whole) return;
  // A surrogate is ED A0..BF xx, where no other code point has such a second byte.
  // Nobody else has the bytes yet, so they may change.
  constexpr size_t none = std::string_view::npos;
  for (size_t at = 0; (at = view_.find('\xED', at)) != none; at += 3) {
    if (static_cast<unsigned char>(view_[at + 1]) >= 0xA0) {
      std::memcpy(content + at, "\xEF\xBF\xBD", 3);
    }
  }
}

}  // namespace searchkit
