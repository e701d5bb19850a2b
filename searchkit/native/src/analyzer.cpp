#include "analyzer.hpp"

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

// A text of ASCII letters and digits with its capitals made small; empty where it has
// anything else, or no capitals.
std::string lowered_ascii(std::string_view text) {
  std::string lowered(text);
  bool differs = false;
  for (char& letter : lowered) {
    if (letter >= 'A' && letter <= 'Z') {
      letter = static_cast<char>(letter - 'A' + 'a');
      differs = true;
    } else if (!(letter >= 'a' && letter <= 'z') && !(letter >= '0' && letter <= '9')) {
      return {};
    }
  }
  return differs ? lowered : std::string();
}

// Whether a text consists of small ASCII letters and digits.
bool is_plain(std::string_view text) {
  for (const char letter : text) {
    if (!(letter >= 'a' && letter <= 'z') && !(letter >= '0' && letter <= '9')) {
      return false;
    }
  }
  return true;
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
  if ((count_ + 1) * 3 > slots_.size() * 2) {
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

Analyzer::Analyzer(Object analyse, Object stem, CharacterClasses classes)
    : analyse_(std::move(analyse)),
      stem_(std::move(stem)),
      tokenizer_(std::move(classes)) {}

size_t Analyzer::memory() const {
  return sizeof *this + tokenizer_.memory() + terms_.bytes() + words_.bytes() +
         short_.memory() + long_.bytes() + long_meanings_.capacity() * sizeof(Meaning) +
         groups_.capacity() * sizeof(Group) + pieces_.capacity() * sizeof(Piece);
}

void Analyzer::clear() {
  const Use use(busy_);
  terms_ = Vocabulary();
  words_ = Vocabulary();
  short_ = ShortSurfaces();
  long_ = Vocabulary();
  long_meanings_ = {};
  groups_ = {};
  pieces_ = {};
  ++generation_;
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
  // Many a surface is its own word, and a word its own term.
  words_.prefetch(surface);
  terms_.prefetch(surface);
  const WithGil gil;
  const Object text = Object::made(PyUnicode_FromStringAndSize(
      surface.data(), static_cast<Py_ssize_t>(surface.size())));
  if (stem_ && surface.size() <= kPlainSize && is_plain(surface)) {
    const std::optional<Meaning> found = stemmed(text.get(), surface);
    if (found) return *found;
  }
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
    pieces.push_back({terms_.number(utf8(PyTuple_GetItem(piece.get(), 0))),
                      words_.number(utf8(PyTuple_GetItem(piece.get(), 1))), start,
                      end});
  }
  return remember(pieces, length);
}

std::optional<Analyzer::Meaning> Analyzer::stemmed(PyObject* text,
                                                   std::string_view surface) {
  const Object term =
      Object::made(PyObject_CallFunctionObjArgs(stem_.get(), text, nullptr));
  const std::string_view bytes = utf8(term.get());
  // What is longer might have to be cut.
  if (bytes.size() > kPlainSize) return std::nullopt;
  return Meaning{terms_.number(bytes), words_.number(surface)};
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
  bytes_ = Object(PyUnicode_AsUTF8String(text));
  const bool whole = static_cast<bool>(bytes_);
  if (!whole) {
    if (PyErr_ExceptionMatches(PyExc_UnicodeEncodeError) == 0) throw PythonError();
    PyErr_Clear();
    bytes_ = Object::made(PyUnicode_AsEncodedString(text, "utf-8", "surrogatepass"));
  }
  char* content = nullptr;
  Py_ssize_t size = 0;
  require(PyBytes_AsStringAndSize(bytes_.get(), &content, &size));
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
