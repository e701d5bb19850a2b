#include "sentences.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "ascii_bits.hpp"

namespace searchkit {

namespace {

using Kinds = CharacterKinds::Kinds;

// How far to the left of a dot its word is looked for.
constexpr int64_t kLookBack = 24;
// Most quotes and brackets behind a mark, and before a sentence.
constexpr int64_t kMostQuotes = 3;
// No word that opens sentences is as long; none gets shorter in lower case.
constexpr int64_t kLongOpener = 32;

struct Characters {
  std::u32string_view list;
  Kinds kind;
};

// The classes of the patterns in searchkit.analysis.sentences.
constexpr Characters kCharacters[] = {
    {U"\n\v\f\r\u0085\u2028\u2029", CharacterKinds::kLineBreak},
    {U".!?\u2026\u3002\uFF01\uFF1F", CharacterKinds::kStop},
    {U"\"'\u201D\u2019\u00BB)]", CharacterKinds::kCloser},
    {U"\"'\u201C\u2018\u00AB([\u00BF\u00A1", CharacterKinds::kOpener},
    {U".'\u2019&-", CharacterKinds::kWordPart},
};

bool is_line_break(uint32_t code_point) {
  return code_point - U'\n' < 4 || code_point == 0x85 || code_point - 0x2028 < 2;
}

// The first place from `at` on, below `end`, whose byte is one of those that `are_some`
// marks in sixteen at a time; `end` where there is none.
template <class AreSome>
int64_t first_place(const char* bytes, int64_t at, int64_t end, AreSome&& are_some) {
  constexpr int64_t kSize = sizeof(AsciiBytes);
  for (; at < end; at += kSize) {
    AsciiBytes block{};
    std::memcpy(&block, bytes + at, static_cast<size_t>(std::min(end - at, kSize)));
    const auto marked = are_some(block);
    std::memcpy(&block, &marked, sizeof block);
    if (const uint64_t found = top_bits(block)) {
      return std::min(at + __builtin_ctzll(found), end);
    }
  }
  return end;
}

// Whether a word loses this character where it begins with it.
bool is_stripped(uint32_t code_point) {
  return code_point == U'\'' || code_point == U'\u2019' || code_point == U'.' ||
         code_point == U'-';
}

// Whether a double quote opens with this character.
bool opens_quote(uint32_t code_point) {
  return code_point == U'"' || code_point == U'\u201C' || code_point == U'\u00AB';
}

// A stretch in lower case, by Python's rules, in UTF-8.
std::string lowered(const CodePoints& text, const Stretch& part) {
  std::string found;
  for (int64_t at = part.start; at < part.end; ++at) {
    const uint32_t letter = text[at];
    if (letter >= 0x80) {
      const Object whole = text.cut(part);
      const Object lower =
          Object::made(PyObject_CallMethod(whole.get(), "lower", nullptr));
      return lenient_utf8(lower.get());
    }
    const bool capital = letter >= 'A' && letter <= 'Z';
    found.push_back(static_cast<char>(capital ? letter - 'A' + 'a' : letter));
  }
  return found;
}

}  // namespace

CodePoints::CodePoints(PyObject* text) : text_(text) {
  if (PyUnicode_Check(text) == 0) {
    PyErr_SetString(PyExc_TypeError, "a text must be a string");
    throw PythonError();
  }
  const Py_ssize_t size = PyUnicode_GetLength(text);
  size_ = size;
  Py_ssize_t bytes = 0;
  if (const char* own = PyUnicode_AsUTF8AndSize(text, &bytes)) {
    utf8_ = {own, static_cast<size_t>(bytes)};
    if (bytes == size) {
      ascii_ = own;
      return;
    }
  } else {
    if (PyErr_ExceptionMatches(PyExc_UnicodeEncodeError) == 0) throw PythonError();
    PyErr_Clear();
    lenient_.emplace(text);
    utf8_ = lenient_->view();
  }
  points_.reset(new Py_UCS4[static_cast<size_t>(size) + 1]);
  if (PyUnicode_AsUCS4(text, points_.get(), size + 1, 1) == nullptr) {
    throw PythonError();
  }
}

int64_t CodePoints::end_of_line(int64_t at) const {
  if (is_ascii()) {
    return first_place(ascii_, at, size_, [](auto byte) { return byte - '\n' < 4; });
  }
  while (at < size_ && !is_line_break(points_[at])) ++at;
  return at;
}

int64_t CodePoints::start_of_line(int64_t at) const {
  while (at > 0 && !is_line_break((*this)[at - 1])) --at;
  return at;
}

Object CodePoints::cut(const Stretch& part) const {
  return Object::made(PyUnicode_Substring(text_, part.start, part.end));
}

bool CodePoints::is_ascii(const Stretch& part) const {
  if (is_ascii()) return true;
  uint32_t all = 0;
  for (int64_t at = part.start; at < part.end; ++at) all |= points_[at];
  return all < 0x80;
}

std::string lenient_utf8(PyObject* text) {
  const Object encoded =
      Object::made(PyUnicode_AsEncodedString(text, "utf-8", "surrogatepass"));
  char* content = nullptr;
  Py_ssize_t size = 0;
  require(PyBytes_AsStringAndSize(encoded.get(), &content, &size));
  return std::string(content, static_cast<size_t>(size));
}

uint32_t CharacterKinds::learn(uint32_t block) {
  const Object number = Object::made(PyLong_FromUnsignedLong(block));
  const Object answer = Object::made(
      PyObject_CallFunctionObjArgs(ask_.get(), number.get(), nullptr));
  char* said = nullptr;
  Py_ssize_t size = 0;
  require(PyBytes_AsStringAndSize(answer.get(), &said, &size));
  if (size != static_cast<Py_ssize_t>(kBlock)) {
    PyErr_SetString(PyExc_ValueError, "the kinds of a block have another length");
    throw PythonError();
  }
  std::array<Kinds, kBlock> kinds{};
  for (uint32_t at = 0; at < kBlock; ++at) {
    kinds[at] = static_cast<unsigned char>(said[at]);
    if ((kinds[at] & kWord) != 0) kinds[at] |= kWordPart;
  }
  for (const Characters& characters : kCharacters) {
    for (const char32_t character : characters.list) {
      if (character / kBlock == block) {
        kinds[character % kBlock] |= characters.kind;
      }
    }
  }
  cells_.insert(cells_.end(), kinds.begin(), kinds.end());
  return blocks_[block] = static_cast<uint16_t>(cells_.size() / kBlock);
}

Stretch SentenceCutter::trimmed(const CodePoints& text, Stretch line) {
  while (line.start < line.end && kinds_.is_space(text[line.start])) ++line.start;
  while (line.start < line.end && kinds_.is_space(text[line.end - 1])) --line.end;
  return line;
}

bool SentenceCutter::next_paragraph(const CodePoints& text, int64_t from,
                                    Stretch& found) {
  while (from < text.size()) {
    const int64_t end = text.end_of_line(from);
    found = trimmed(text, {from, end});
    if (found.start < found.end) return true;
    from = end + 1;
  }
  return false;
}

Stretch SentenceCutter::paragraph_around(const CodePoints& text, int64_t at) {
  return trimmed(text, {text.start_of_line(at), text.end_of_line(at)});
}

int64_t SentenceCutter::next_stop(const CodePoints& text, int64_t at, int64_t end) {
  if (text.is_ascii()) {
    const char* const bytes = text.utf8().data();
    return first_place(bytes, at, end, [](auto byte) {
      return (byte == '.') | (byte == '!') | (byte == '?');
    });
  }
  while (at < end && !is(text, at, CharacterKinds::kStop)) ++at;
  return at;
}

int64_t SentenceCutter::past(const CodePoints& text, int64_t at, int64_t end,
                             Kinds kind) {
  while (at < end && is(text, at, kind)) ++at;
  return at;
}

void SentenceCutter::cut(const CodePoints& text, const Stretch& paragraph,
                         std::vector<Stretch>& found) {
  found.clear();
  const int64_t behind = paragraph.end;
  int64_t start = paragraph.start;
  for (int64_t at = start; at < behind;) {
    at = next_stop(text, at, behind);
    if (at == behind) break;
    End end{};
    end.mark = {at, past(text, at, behind, CharacterKinds::kStop)};
    const int64_t close = end.mark.end;
    const int64_t gap = past(text, close, std::min(behind, close + kMostQuotes),
                             CharacterKinds::kCloser);
    end.closed = gap > close;
    end.open = past(text, gap, behind, CharacterKinds::kSpace);
    at = end.mark.end;
    if (end.open == gap) continue;
    end.next = past(text, end.open, std::min(behind, end.open + kMostQuotes),
                    CharacterKinds::kOpener);
    if (end.next == behind || !is(text, end.next, CharacterKinds::kWord)) continue;
    at = end.open;
    if (closes(text, start, end)) {
      found.push_back({start, gap});
      start = end.open;
    }
  }
  found.push_back({start, behind});
}

bool SentenceCutter::closes(const CodePoints& text, int64_t start, const End& end) {
  const bool opened = end.next > end.open;
  if (!opened && is(text, end.next, CharacterKinds::kLower)) return false;
  const int64_t dot = end.mark.start;
  if (end.mark.length() > 1 || text[dot] != U'.') return true;
  if (end.closed || (opened && opens_quote(text[end.open]))) return true;
  Stretch word = {dot, dot};
  const int64_t least = std::max(start, dot - kLookBack);
  while (word.start > least && is(text, word.start - 1, CharacterKinds::kWordPart)) {
    --word.start;
  }
  while (word.start < dot && is_stripped(text[word.start])) ++word.start;
  const std::string lower = lowered(text, word);
  if (words_.before_names.count(lower) > 0) {
    return lower == "no" && !is(text, end.next, CharacterKinds::kDigit);
  }
  const bool initial =
      word.length() == 1 && is(text, word.start, CharacterKinds::kCapital);
  bool dotted = false;
  for (int64_t at = word.start; at < dot; ++at) dotted |= text[at] == U'.';
  if (initial || dotted || words_.anywhere.count(lower) > 0) {
    return opens_sentence(text, end.next, initial);
  }
  return true;
}

bool SentenceCutter::opens_sentence(const CodePoints& text, int64_t at,
                                    bool behind_initial) {
  const int64_t most = std::min(text.size(), at + kLongOpener);
  const Stretch word = {at, past(text, at, most, CharacterKinds::kWord)};
  if (behind_initial && word.length() == 1 && text[at] == U'I') return false;
  return words_.openers.count(lowered(text, word)) > 0;
}

}  // namespace searchkit
