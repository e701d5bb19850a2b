// The Python types Segment, TermCursor, PostingCursor and SegmentBuilder, and merging.
#include "segments_binding.hpp"

#include <stdexcept>

#include "analyzer.hpp"
#include "boxes.hpp"
#include "builder.hpp"
#include "json_line.hpp"
#include "lengths.hpp"
#include "merging.hpp"
#include "postings.hpp"

namespace searchkit {

namespace {

using SharedSegment = std::shared_ptr<const Segment>;

PyObject* segment_type = nullptr;
PyObject* term_cursor_type = nullptr;
PyObject* posting_cursor_type = nullptr;

// --- reading arguments ----------------------------------------------------------

uint32_t number_of(PyObject* object) {
  const unsigned long long value = PyLong_AsUnsignedLongLong(object);
  if (value == static_cast<unsigned long long>(-1) && PyErr_Occurred() != nullptr) {
    throw PythonError();
  }
  if (value > UINT32_MAX) throw std::invalid_argument("a number has over 32 bits");
  return static_cast<uint32_t>(value);
}

std::string_view bytes_of(PyObject* object) {
  char* data = nullptr;
  Py_ssize_t size = 0;
  require(PyBytes_AsStringAndSize(object, &data, &size));
  return {data, static_cast<size_t>(size)};
}

Object item_of(PyObject* sequence, Py_ssize_t index) {
  return Object::made(PySequence_GetItem(sequence, index));
}

Py_ssize_t length_of_sequence(PyObject* sequence) {
  const Py_ssize_t size = PySequence_Size(sequence);
  if (size < 0) throw PythonError();
  return size;
}

// The items of a sequence, as they are now.
class Items {
 public:
  explicit Items(PyObject* sequence)
      : tuple_(Object::made(PySequence_Tuple(sequence))),
        size_(PyTuple_Size(tuple_.get())) {}

  Py_ssize_t size() const { return size_; }

  // Throws PythonError with IndexError set where there is none.
  PyObject* operator[](Py_ssize_t at) const {
    PyObject* item = PyTuple_GetItem(tuple_.get(), at);
    if (item == nullptr) throw PythonError();
    return item;
  }

 private:
  Object tuple_;  // the sequence itself where it is a tuple
  Py_ssize_t size_;
};

std::vector<uint32_t> numbers_of(PyObject* sequence) {
  const Items items(sequence);
  std::vector<uint32_t> numbers;
  numbers.reserve(static_cast<size_t>(items.size()));
  for (Py_ssize_t i = 0; i < items.size(); ++i) numbers.push_back(number_of(items[i]));
  return numbers;
}

PyObject* bytes_from(std::string_view text) {
  return PyBytes_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size()));
}

Object tuple_of(std::initializer_list<PyObject*> owned) {
  Object tuple(PyTuple_New(static_cast<Py_ssize_t>(owned.size())));
  Py_ssize_t i = 0;
  bool failed = !tuple;
  for (PyObject* item : owned) {
    failed |= item == nullptr;
    if (tuple) {
      PyTuple_SetItem(tuple.get(), i++, item);
    } else {
      Py_XDECREF(item);
    }
  }
  if (failed) throw PythonError();
  return tuple;
}

// --- Segment --------------------------------------------------------------------

struct SegmentBox {
  SharedSegment segment;
};

const Segment& segment_in(PyObject* self) {
  return *unboxed<SegmentBox>(self).segment;
}

const Field& field_named(const Segment& segment, std::string_view name) {
  const Field* field = segment.field(name);
  if (field == nullptr) {
    const std::string message = "the segment has no field " + std::string(name);
    PyErr_SetString(PyExc_KeyError, message.c_str());
    throw PythonError();
  }
  return *field;
}

uint32_t document_of(const Segment& segment, PyObject* object) {
  const uint32_t document = number_of(object);
  if (document >= segment.documents()) {
    PyErr_SetString(PyExc_IndexError, "the segment has fewer documents");
    throw PythonError();
  }
  return document;
}

int segment_init(PyObject* self, PyObject* args, PyObject*) {
  return guarded_status([&] {
    PyObject* path = nullptr;
    if (!PyArg_ParseTuple(args, "O&", PyUnicode_FSConverter, &path)) throw PythonError();
    const Object owned(path);
    auto box = std::make_unique<SegmentBox>();
    box->segment = std::make_shared<const Segment>(std::string(bytes_of(path)));
    reinterpret_cast<Box<SegmentBox>*>(self)->value = std::move(box);
  });
}

PyObject* segment_documents(PyObject* self, void*) {
  return guarded([&] { return PyLong_FromUnsignedLong(segment_in(self).documents()); });
}

PyObject* segment_path(PyObject* self, void*) {
  return guarded([&] {
    return PyUnicode_DecodeFSDefault(segment_in(self).path().c_str());
  });
}

PyObject* segment_stored_block(PyObject* self, void*) {
  return guarded(
      [&] { return PyLong_FromUnsignedLong(segment_in(self).stored_block()); });
}

PyObject* segment_fields(PyObject* self, void*) {
  return guarded([&] {
    Object fields = Object::made(PyDict_New());
    for (const Field& field : segment_in(self).fields()) {
      const Object flags = Object::made(PyLong_FromUnsignedLong(field.flags));
      require(PyDict_SetItemString(fields.get(), field.name.c_str(), flags.get()));
    }
    return fields.release();
  });
}

PyObject* segment_columns(PyObject* self, void*) {
  return guarded([&] {
    Object names = Object::made(PyList_New(0));
    for (const std::string& name : segment_in(self).column_names()) {
      const Object text = Object::made(PyUnicode_FromString(name.c_str()));
      require(PyList_Append(names.get(), text.get()));
    }
    return names.release();
  });
}

PyObject* segment_statistics(PyObject* self, PyObject* name) {
  return guarded([&] {
    const Field& field = field_named(segment_in(self), utf8(name));
    return tuple_of({PyLong_FromUnsignedLong(field.documents),
                     PyLong_FromUnsignedLongLong(field.total_length),
                     PyLong_FromUnsignedLong(field.terms),
                     PyLong_FromUnsignedLongLong(field.posting_count)})
        .release();
  });
}

PyObject* segment_find(PyObject* self, PyObject* args) {
  return guarded([&]() -> PyObject* {
    PyObject *name = nullptr, *term = nullptr;
    if (!PyArg_ParseTuple(args, "UO", &name, &term)) throw PythonError();
    const Segment& segment = segment_in(self);
    const auto found = segment.find(field_named(segment, utf8(name)), bytes_of(term));
    if (!found) Py_RETURN_NONE;
    return tuple_of({PyLong_FromUnsignedLong(found->document_frequency),
                     PyLong_FromUnsignedLongLong(found->frequency),
                     PyLong_FromUnsignedLong(found->number)})
        .release();
  });
}

PyObject* segment_length(PyObject* self, PyObject* args) {
  return guarded([&] {
    PyObject *name = nullptr, *number = nullptr;
    if (!PyArg_ParseTuple(args, "UO", &name, &number)) throw PythonError();
    const Segment& segment = segment_in(self);
    const Field& field = field_named(segment, utf8(name));
    const uint64_t document = document_of(segment, number);
    return PyLong_FromUnsignedLong(
        field.length_values == nullptr
            ? 0
            : load<uint32_t>(field.length_values + document * 4));
  });
}

PyObject* segment_lengths(PyObject* self, PyObject* name) {
  return guarded([&] {
    const Segment& segment = segment_in(self);
    const Field& field = field_named(segment, utf8(name));
    if (field.length_values == nullptr) return PyBytes_FromStringAndSize(nullptr, 0);
    return PyBytes_FromStringAndSize(
        reinterpret_cast<const char*>(field.length_values),
        static_cast<Py_ssize_t>(segment.documents()) * 4);
  });
}

PyObject* segment_column(PyObject* self, PyObject* name) {
  return guarded([&]() -> PyObject* {
    const Segment& segment = segment_in(self);
    const uint8_t* values = segment.column(utf8(name));
    if (values == nullptr) Py_RETURN_NONE;
    return PyBytes_FromStringAndSize(reinterpret_cast<const char*>(values),
                                     static_cast<Py_ssize_t>(segment.documents()) * 4);
  });
}

PyObject* segment_key(PyObject* self, PyObject* args) {
  return guarded([&]() -> PyObject* {
    PyObject *name = nullptr, *number = nullptr;
    if (!PyArg_ParseTuple(args, "UO", &name, &number)) throw PythonError();
    const Segment& segment = segment_in(self);
    const Field& field = field_named(segment, utf8(name));
    const uint64_t document = document_of(segment, number);
    if (field.keys == nullptr) throw std::invalid_argument("the field is no key");
    const auto term = load<uint32_t>(field.keys + document * 4);
    if (term == kNone) Py_RETURN_NONE;
    if (term >= field.terms) segment.damaged("a key is altered");
    const std::string text = segment.term_text(field, term);
    return PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()),
                                "replace");
  });
}

PyObject* segment_stored(PyObject* self, PyObject* block) {
  return guarded([&] {
    const Section blob = segment_in(self).stored(number_of(block));
    return bytes_from({reinterpret_cast<const char*>(blob.data), blob.size});
  });
}

PyObject* segment_verify(PyObject* self, PyObject*) {
  return guarded([&]() -> PyObject* {
    const SharedSegment segment = unboxed<SegmentBox>(self).segment;
    {
      const WithoutGil others_run;
      segment->verify();
    }
    Py_RETURN_NONE;
  });
}

PyObject* segment_verify_terms(PyObject* self, PyObject* name) {
  return guarded([&]() -> PyObject* {
    const SharedSegment segment = unboxed<SegmentBox>(self).segment;
    const Field& field = field_named(*segment, utf8(name));
    {
      const WithoutGil others_run;
      segment->verify_terms(field);
    }
    Py_RETURN_NONE;
  });
}

// --- TermCursor -----------------------------------------------------------------

struct TermCursorBox {
  SharedSegment segment;
  TermCursor cursor;
};

PyObject* segment_terms(PyObject* self, PyObject* name) {
  return guarded([&] {
    const SharedSegment segment = unboxed<SegmentBox>(self).segment;
    TermCursor cursor(*segment, field_named(*segment, utf8(name)));
    cursor.first();
    return boxed(term_cursor_type, std::make_unique<TermCursorBox>(
                                       TermCursorBox{segment, std::move(cursor)}))
        .release();
  });
}

TermCursor& valid_cursor(PyObject* self) {
  TermCursor& cursor = unboxed<TermCursorBox>(self).cursor;
  if (!cursor.valid()) throw std::invalid_argument("the cursor is behind the last term");
  return cursor;
}

PyObject* cursor_valid(PyObject* self, void*) {
  return guarded(
      [&] { return PyBool_FromLong(unboxed<TermCursorBox>(self).cursor.valid()); });
}

PyObject* cursor_text(PyObject* self, void*) {
  return guarded([&] { return bytes_from(valid_cursor(self).text()); });
}

PyObject* cursor_document_frequency(PyObject* self, void*) {
  return guarded([&] {
    return PyLong_FromUnsignedLong(valid_cursor(self).entry().document_frequency);
  });
}

PyObject* cursor_frequency(PyObject* self, void*) {
  return guarded([&] {
    return PyLong_FromUnsignedLongLong(valid_cursor(self).entry().frequency);
  });
}

PyObject* cursor_first(PyObject* self, PyObject*) {
  return guarded([&]() -> PyObject* {
    unboxed<TermCursorBox>(self).cursor.first();
    Py_RETURN_NONE;
  });
}

PyObject* cursor_seek(PyObject* self, PyObject* text) {
  return guarded([&]() -> PyObject* {
    unboxed<TermCursorBox>(self).cursor.seek(bytes_of(text));
    Py_RETURN_NONE;
  });
}

PyObject* cursor_next(PyObject* self, PyObject*) {
  return guarded([&]() -> PyObject* {
    valid_cursor(self).next();
    Py_RETURN_NONE;
  });
}

// --- PostingCursor --------------------------------------------------------------

// Walks over a posting list, a block at a time.
class PostingCursor {
 public:
  PostingCursor(SharedSegment segment, const Field& field, const TermEntry& entry)
      : segment_(std::move(segment)), field_(&field), list_(*segment_, field, entry) {
    open(0);
  }

  bool active() const { return block_ < list_.blocks(); }
  // Behind the last one, a number that no document has.
  uint32_t document() const { return active() ? documents_[at_] : 0x7FFFFFFF; }
  uint32_t frequency() {
    need_frequencies();
    return frequencies_[at_];
  }
  // False where the cursor is still in the same block.
  bool next() {
    if (++at_ < size_) return false;
    open(block_ + 1);
    return true;
  }
  void skip_to(uint32_t document) {
    if (!active() || documents_[at_] >= document) return;
    if (list_.last(block_) < document) open(list_.find_block(document, block_));
    if (!active()) return;
    while (documents_[at_] < document) ++at_;
  }
  void next_block() { open(block_ + 1); }
  // Appends the current document and all behind it, and moves behind the last one.
  void take_rest(std::vector<uint32_t>& into) {
    while (active()) {
      into.insert(into.end(), documents_ + at_, documents_ + size_);
      open(block_ + 1);
    }
  }
  std::vector<uint32_t> positions() {
    need_frequencies();
    uint64_t before = 0;
    for (uint32_t i = 0; i < at_; ++i) before += frequencies_[i];
    list_.check_positions(block_, before + frequencies_[at_]);
    std::vector<uint32_t> found(frequencies_[at_]);
    list_.positions(block_, before, frequencies_[at_], found.data());
    return found;
  }
  uint32_t most_frequent() {
    need_frequencies();
    uint32_t most = 0;
    for (uint32_t i = 0; i < size_; ++i) most = std::max(most, frequencies_[i]);
    return most;
  }
  uint32_t shortest() const {
    if (field_->length_values == nullptr) return 0;
    uint32_t least = UINT32_MAX;
    for (uint32_t i = 0; i < size_; ++i) {
      const uint8_t* at = field_->length_values + uint64_t{documents_[i]} * 4;
      least = std::min(least, load<uint32_t>(at));
    }
    return least;
  }
  // From now on score() is idf * (f * factor / (f + norm)), with the norms of all
  // documents as f64 in a bytes object.  Throws std::invalid_argument where there are
  // more or fewer.
  void score_by(double idf, double factor, Object norms) {
    char* data = nullptr;
    Py_ssize_t size = 0;
    require(PyBytes_AsStringAndSize(norms.get(), &data, &size));
    if (static_cast<uint64_t>(size) != uint64_t{segment_->documents()} * 8) {
      throw std::invalid_argument("there is not one norm for each document");
    }
    idf_ = idf;
    factor_ = factor;
    norms_ = std::move(norms);
    norm_values_ = reinterpret_cast<const uint8_t*>(data);
  }
  // Of the current document, in the order of operations of Whoosh's formula.
  double score() {
    if (norm_values_ == nullptr) {
      throw std::invalid_argument("the cursor does not know how to score");
    }
    const double f = frequency();
    const double norm = load<double>(norm_values_ + uint64_t{document()} * 8);
    return idf_ * ((f * factor_) / (f + norm));
  }

 private:
  void open(uint32_t block) {
    block_ = block;
    at_ = 0;
    size_ = 0;
    has_frequencies_ = false;
    if (!active()) return;
    size_ = list_.block_size(block);
    list_.documents(block, documents_);
  }
  void need_frequencies() {
    if (has_frequencies_) return;
    list_.frequencies(block_, frequencies_);
    has_frequencies_ = true;
  }

  SharedSegment segment_;
  const Field* field_;
  PostingList list_;
  uint32_t block_ = 0, at_ = 0, size_ = 0;
  bool has_frequencies_ = false;
  double idf_ = 0, factor_ = 0;
  Object norms_;                          // kept alive
  const uint8_t* norm_values_ = nullptr;  // in norms_; nullptr before score_by()
  uint32_t documents_[kBlock], frequencies_[kBlock];
};

PyObject* segment_postings(PyObject* self, PyObject* args) {
  return guarded([&]() -> PyObject* {
    PyObject *name = nullptr, *term = nullptr;
    if (!PyArg_ParseTuple(args, "UO", &name, &term)) throw PythonError();
    const SharedSegment segment = unboxed<SegmentBox>(self).segment;
    const Field& field = field_named(*segment, utf8(name));
    const auto entry = segment->find(field, bytes_of(term));
    if (!entry) Py_RETURN_NONE;
    return boxed(posting_cursor_type,
                 std::make_unique<PostingCursor>(segment, field, *entry))
        .release();
  });
}

PostingCursor& active_cursor(PyObject* self) {
  PostingCursor& cursor = unboxed<PostingCursor>(self);
  if (!cursor.active()) {
    throw std::invalid_argument("the cursor is behind the last document");
  }
  return cursor;
}

PyObject* postings_is_active(PyObject* self, PyObject*) {
  return guarded(
      [&] { return PyBool_FromLong(unboxed<PostingCursor>(self).active()); });
}

PyObject* postings_document(PyObject* self, PyObject*) {
  return guarded([&] {
    return PyLong_FromUnsignedLong(unboxed<PostingCursor>(self).document());
  });
}

PyObject* postings_frequency(PyObject* self, PyObject*) {
  return guarded(
      [&] { return PyLong_FromUnsignedLong(active_cursor(self).frequency()); });
}

PyObject* postings_next(PyObject* self, PyObject*) {
  return guarded([&] { return PyBool_FromLong(active_cursor(self).next()); });
}

PyObject* postings_next_block(PyObject* self, PyObject*) {
  return guarded([&]() -> PyObject* {
    active_cursor(self).next_block();
    Py_RETURN_NONE;
  });
}

PyObject* postings_skip_to(PyObject* self, PyObject* document) {
  return guarded([&]() -> PyObject* {
    unboxed<PostingCursor>(self).skip_to(number_of(document));
    Py_RETURN_NONE;
  });
}

PyObject* list_of(const std::vector<uint32_t>& numbers) {
  Object list = Object::made(PyList_New(static_cast<Py_ssize_t>(numbers.size())));
  for (size_t i = 0; i < numbers.size(); ++i) {
    Object number = Object::made(PyLong_FromUnsignedLong(numbers[i]));
    PyList_SetItem(list.get(), static_cast<Py_ssize_t>(i), number.release());
  }
  return list.release();
}

PyObject* postings_positions(PyObject* self, PyObject*) {
  return guarded([&] { return list_of(active_cursor(self).positions()); });
}

PyObject* postings_rest(PyObject* self, PyObject*) {
  return guarded([&] {
    std::vector<uint32_t> found;
    unboxed<PostingCursor>(self).take_rest(found);
    return list_of(found);
  });
}

PyObject* postings_most_frequent(PyObject* self, PyObject*) {
  return guarded(
      [&] { return PyLong_FromUnsignedLong(active_cursor(self).most_frequent()); });
}

PyObject* postings_shortest(PyObject* self, PyObject*) {
  return guarded([&] { return PyLong_FromUnsignedLong(active_cursor(self).shortest()); });
}

PyObject* postings_peaks(PyObject* self, PyObject*) {
  return guarded([&] {
    PostingCursor cursor(unboxed<PostingCursor>(self));
    uint32_t most = 0, least = UINT32_MAX;
    for (; cursor.active(); cursor.next_block()) {
      most = std::max(most, cursor.most_frequent());
      least = std::min(least, cursor.shortest());
    }
    return Py_BuildValue("II", most, least);
  });
}

PyObject* postings_score_by(PyObject* self, PyObject* args) {
  return guarded([&]() -> PyObject* {
    double idf = 0, factor = 0;
    PyObject* norms = nullptr;
    if (!PyArg_ParseTuple(args, "ddS", &idf, &factor, &norms)) throw PythonError();
    unboxed<PostingCursor>(self).score_by(idf, factor, Object::borrowed(norms));
    Py_RETURN_NONE;
  });
}

PyObject* postings_score(PyObject* self, PyObject*) {
  return guarded([&] { return PyFloat_FromDouble(active_cursor(self).score()); });
}

PyObject* postings_copy(PyObject* self, PyObject*) {
  return guarded([&] {
    return boxed(posting_cursor_type,
                 std::make_unique<PostingCursor>(unboxed<PostingCursor>(self)))
        .release();
  });
}

// --- SegmentBuilder -------------------------------------------------------------

struct BuilderBox {
  Object analyzer;  // kept alive
  std::unique_ptr<SegmentBuilder> builder;
};

SegmentBuilder& builder_in(PyObject* self) {
  auto& builder = unboxed<BuilderBox>(self).builder;
  if (!builder) throw std::invalid_argument("the segment is written already");
  return *builder;
}

int builder_init(PyObject* self, PyObject* args, PyObject*) {
  return guarded_status([&] {
    PyObject *analyzer = nullptr, *fields = nullptr, *columns = nullptr;
    unsigned int stored_block = 0;
    if (!PyArg_ParseTuple(args, "OOOI", &analyzer, &fields, &columns, &stored_block)) {
      throw PythonError();
    }
    std::vector<BuilderField> specs;
    for (Py_ssize_t i = 0; i < length_of_sequence(fields); ++i) {
      const Object item = item_of(fields, i);
      BuilderField spec;
      spec.name = utf8(item_of(item.get(), 0).get());
      spec.flags = number_of(item_of(item.get(), 1).get());
      const Object words = item_of(item.get(), 2);
      if (words.get() != Py_None) spec.words_into = number_of(words.get());
      specs.push_back(std::move(spec));
    }
    std::vector<std::string> names;
    for (Py_ssize_t i = 0; i < length_of_sequence(columns); ++i) {
      names.emplace_back(utf8(item_of(columns, i).get()));
    }
    Analyzer* used = analyzer == Py_None ? nullptr : &analyzer_of(analyzer);
    auto box = std::make_unique<BuilderBox>();
    box->analyzer = Object::borrowed(analyzer);
    box->builder = std::make_unique<SegmentBuilder>(used, std::move(specs),
                                                    std::move(names), stored_block);
    reinterpret_cast<Box<BuilderBox>*>(self)->value = std::move(box);
  });
}

uint32_t checked(uint32_t number, uint32_t count, const char* what) {
  if (number >= count) throw std::invalid_argument(what);
  return number;
}

uint32_t field_number(const SegmentBuilder& builder, PyObject* object) {
  return checked(number_of(object), builder.fields(), "there is no such field");
}

// add(texts, terms, columns): a whole document, in bulk.
PyObject* builder_add(PyObject* self, PyObject* args) {
  return guarded([&] {
    PyObject *texts = nullptr, *terms = nullptr, *columns = nullptr;
    if (!PyArg_ParseTuple(args, "OOO", &texts, &terms, &columns)) throw PythonError();
    SegmentBuilder& builder = builder_in(self);
    const std::vector<uint32_t> values = numbers_of(columns);
    if (values.size() != builder.columns()) {
      throw std::invalid_argument("a document has a value for each column");
    }
    // Whatever may fail does so before anything is added.
    struct Text {
      uint32_t field;
      Utf8Text text;
    };
    std::vector<Text> read;
    const Items pairs(texts);
    read.reserve(static_cast<size_t>(pairs.size()));
    for (Py_ssize_t i = 0; i < pairs.size(); ++i) {
      const Items pair(pairs[i]);
      const uint32_t field = field_number(builder, pair[0]);
      read.push_back({field, Utf8Text(pair[1])});
    }
    // Nobody changes the triples meanwhile: `kept` has those that are no tuples, and
    // what is read of a string belongs to the string.
    struct Occurring {
      uint32_t field, frequency;
      std::string_view term;
    };
    std::vector<Occurring> occurring;
    std::vector<Items> kept;
    const Items triples(terms);
    occurring.reserve(static_cast<size_t>(triples.size()));
    kept.reserve(static_cast<size_t>(triples.size()));
    for (Py_ssize_t i = 0; i < triples.size(); ++i) {
      const Items& triple = kept.emplace_back(triples[i]);
      occurring.push_back(
          {field_number(builder, triple[0]), number_of(triple[2]), utf8(triple[1])});
    }
    const uint32_t document = builder.begin_document();
    for (const Text& one : read) builder.add_text(one.field, one.text.view());
    for (const Occurring& one : occurring) {
      builder.add_term(one.field, one.term, one.frequency);
    }
    for (uint32_t i = 0; i < values.size(); ++i) builder.set_column(i, values[i]);
    return PyLong_FromUnsignedLong(document);
  });
}

// begin_document(lengths, columns): a document whose postings come later.
PyObject* builder_begin_document(PyObject* self, PyObject* args) {
  return guarded([&] {
    PyObject *lengths = nullptr, *columns = nullptr;
    if (!PyArg_ParseTuple(args, "OO", &lengths, &columns)) throw PythonError();
    SegmentBuilder& builder = builder_in(self);
    const std::vector<uint32_t> values = numbers_of(columns);
    if (values.size() != builder.columns()) {
      throw std::invalid_argument("a document has a value for each column");
    }
    std::vector<std::pair<uint32_t, uint32_t>> read;
    for (Py_ssize_t i = 0; i < length_of_sequence(lengths); ++i) {
      const Object pair = item_of(lengths, i);
      read.emplace_back(field_number(builder, item_of(pair.get(), 0).get()),
                        number_of(item_of(pair.get(), 1).get()));
    }
    const uint32_t document = builder.begin_document();
    for (const auto& [field, length] : read) builder.set_length(field, length);
    for (uint32_t i = 0; i < values.size(); ++i) builder.set_column(i, values[i]);
    return PyLong_FromUnsignedLong(document);
  });
}

// add_postings(field, term, documents, frequencies, positions)
PyObject* builder_add_postings(PyObject* self, PyObject* args) {
  return guarded([&]() -> PyObject* {
    PyObject *field = nullptr, *term = nullptr, *documents = nullptr;
    PyObject *frequencies = nullptr, *positions = nullptr;
    if (!PyArg_ParseTuple(args, "OOOOO", &field, &term, &documents, &frequencies,
                          &positions)) {
      throw PythonError();
    }
    SegmentBuilder& builder = builder_in(self);
    const uint32_t number = field_number(builder, field);
    Postings postings;
    postings.documents = numbers_of(documents);
    postings.frequencies = numbers_of(frequencies);
    postings.positions = numbers_of(positions);
    builder.add_postings(number, bytes_of(term), postings);
    Py_RETURN_NONE;
  });
}

PyObject* builder_add_stored(PyObject* self, PyObject* blob) {
  return guarded([&]() -> PyObject* {
    const std::string_view bytes = bytes_of(blob);
    builder_in(self).add_stored(bytes.data(), bytes.size());
    Py_RETURN_NONE;
  });
}

PyObject* builder_finish(PyObject* self, PyObject* args) {
  return guarded([&]() -> PyObject* {
    PyObject* path = nullptr;
    if (!PyArg_ParseTuple(args, "O&", PyUnicode_FSConverter, &path)) throw PythonError();
    const Object owned(path);
    const std::string name(bytes_of(path));
    builder_in(self);
    const auto builder = std::move(unboxed<BuilderBox>(self).builder);
    {
      const WithoutGil others_run;
      builder->finish(name);
    }
    Py_RETURN_NONE;
  });
}

PyObject* builder_documents(PyObject* self, void*) {
  return guarded([&] { return PyLong_FromUnsignedLong(builder_in(self).documents()); });
}

PyObject* builder_memory(PyObject* self, void*) {
  return guarded([&] { return PyLong_FromSize_t(builder_in(self).memory()); });
}

// --- functions ------------------------------------------------------------------

// merge_segments(path, inputs, stored_block, stored)
PyObject* merge(PyObject*, PyObject* args) {
  return guarded([&]() -> PyObject* {
    PyObject *path = nullptr, *inputs = nullptr, *blobs = nullptr;
    unsigned int stored_block = 0;
    if (!PyArg_ParseTuple(args, "O&OIO", PyUnicode_FSConverter, &path, &inputs,
                          &stored_block, &blobs)) {
      throw PythonError();
    }
    const Object owned(path);
    const std::string name(bytes_of(path));
    std::vector<MergeInput> read;
    for (Py_ssize_t i = 0; i < length_of_sequence(inputs); ++i) {
      const Object pair = item_of(inputs, i);
      const SharedSegment segment = segment_of(item_of(pair.get(), 0).get());
      const Object bitmap = item_of(pair.get(), 1);
      const std::string_view bits = bytes_of(bitmap.get());
      read.push_back({segment, Deleted(reinterpret_cast<const uint8_t*>(bits.data()),
                                       bits.size(), segment->documents())});
    }
    StoredBlobs stored;
    stored.documents_per_blob = stored_block;
    for (Py_ssize_t i = 0; i < length_of_sequence(blobs); ++i) {
      const Object blob = item_of(blobs, i);
      const std::string_view bytes = bytes_of(blob.get());
      stored.bytes.append(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
      stored.offsets.push_back(stored.bytes.size());
    }
    {
      const WithoutGil others_run;
      merge_segments(name, read, stored);
    }
    Py_RETURN_NONE;
  });
}

// json_line(values): a dictionary as a line of JSON, or None where it has other values
// than strings and booleans.
PyObject* json_line(PyObject*, PyObject* values) {
  return guarded([&]() -> PyObject* {
    Buffer<uint8_t> line;
    if (!append_json_line(values, line)) Py_RETURN_NONE;
    return bytes_from({reinterpret_cast<const char*>(line.data()), line.size()});
  });
}

// --- tables ---------------------------------------------------------------------

PyMethodDef segment_methods[] = {
    {"statistics", segment_statistics, METH_O, nullptr},
    {"find", segment_find, METH_VARARGS, nullptr},
    {"terms", segment_terms, METH_O, nullptr},
    {"postings", segment_postings, METH_VARARGS, nullptr},
    {"length", segment_length, METH_VARARGS, nullptr},
    {"lengths", segment_lengths, METH_O, nullptr},
    {"column", segment_column, METH_O, nullptr},
    {"key", segment_key, METH_VARARGS, nullptr},
    {"stored", segment_stored, METH_O, nullptr},
    {"verify", segment_verify, METH_NOARGS, nullptr},
    {"verify_terms", segment_verify_terms, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyGetSetDef segment_members[] = {
    {"documents", segment_documents, nullptr, nullptr, nullptr},
    {"path", segment_path, nullptr, nullptr, nullptr},
    {"fields", segment_fields, nullptr, nullptr, nullptr},
    {"columns", segment_columns, nullptr, nullptr, nullptr},
    {"stored_block", segment_stored_block, nullptr, nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyMethodDef cursor_methods[] = {
    {"first", cursor_first, METH_NOARGS, nullptr},
    {"seek", cursor_seek, METH_O, nullptr},
    {"next", cursor_next, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyGetSetDef cursor_members[] = {
    {"valid", cursor_valid, nullptr, nullptr, nullptr},
    {"text", cursor_text, nullptr, nullptr, nullptr},
    {"document_frequency", cursor_document_frequency, nullptr, nullptr, nullptr},
    {"frequency", cursor_frequency, nullptr, nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyMethodDef postings_methods[] = {
    {"is_active", postings_is_active, METH_NOARGS, nullptr},
    {"document", postings_document, METH_NOARGS, nullptr},
    {"frequency", postings_frequency, METH_NOARGS, nullptr},
    {"next", postings_next, METH_NOARGS, nullptr},
    {"next_block", postings_next_block, METH_NOARGS, nullptr},
    {"skip_to", postings_skip_to, METH_O, nullptr},
    {"positions", postings_positions, METH_NOARGS, nullptr},
    {"rest", postings_rest, METH_NOARGS, nullptr},
    {"most_frequent", postings_most_frequent, METH_NOARGS, nullptr},
    {"shortest", postings_shortest, METH_NOARGS, nullptr},
    {"peaks", postings_peaks, METH_NOARGS, nullptr},
    {"score_by", postings_score_by, METH_VARARGS, nullptr},
    {"score", postings_score, METH_NOARGS, nullptr},
    {"copy", postings_copy, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyMethodDef builder_methods[] = {
    {"add", builder_add, METH_VARARGS, nullptr},
    {"begin_document", builder_begin_document, METH_VARARGS, nullptr},
    {"add_postings", builder_add_postings, METH_VARARGS, nullptr},
    {"add_stored", builder_add_stored, METH_O, nullptr},
    {"finish", builder_finish, METH_VARARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyGetSetDef builder_members[] = {
    {"documents", builder_documents, nullptr, nullptr, nullptr},
    {"memory", builder_memory, nullptr, nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyMethodDef functions[] = {
    {"merge_segments", merge, METH_VARARGS, nullptr},
    {"json_line", json_line, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

template <class T>
PyObject* add_type(PyObject* module, const char* name, const char* doc, initproc init,
                   PyMethodDef* methods, PyGetSetDef* members) {
  PyType_Slot slots[] = {
      {Py_tp_doc, const_cast<char*>(doc)},
      {Py_tp_new, slot_of(new_box<T>)},
      {Py_tp_dealloc, slot_of(delete_box<T>)},
      {Py_tp_methods, methods},
      {members == nullptr ? 0 : Py_tp_getset, members},
      {init == nullptr || members == nullptr ? 0 : Py_tp_init, slot_of(init)},
      {0, nullptr},
  };
  return add_box_type<T>(module, name, slots);
}

}  // namespace

std::shared_ptr<const Segment> segment_of(PyObject* object) {
  const int is_segment = PyObject_IsInstance(object, segment_type);
  require(is_segment);
  if (is_segment == 0) {
    PyErr_SetString(PyExc_TypeError, "a Segment is needed");
    throw PythonError();
  }
  return unboxed<SegmentBox>(object).segment;
}

void add_segments(PyObject* module) {
  segment_type = add_type<SegmentBox>(module, "searchkit.native._native.Segment",
                                      "A segment file, mapped into memory.",
                                      segment_init, segment_methods, segment_members);
  term_cursor_type =
      add_type<TermCursorBox>(module, "searchkit.native._native.TermCursor",
                              "Walks over the terms of a field.", nullptr,
                              cursor_methods, cursor_members);
  posting_cursor_type =
      add_type<PostingCursor>(module, "searchkit.native._native.PostingCursor",
                              "Walks over the documents of a posting list.", nullptr,
                              postings_methods, nullptr);
  add_type<BuilderBox>(module, "searchkit.native._native.SegmentBuilder",
                       "Collects documents, and writes them as a segment.", builder_init,
                       builder_methods, builder_members);
  require(PyModule_AddFunctions(module, functions));
  require(PyModule_AddIntConstant(module, "FREQUENCIES", kFrequencies));
  require(PyModule_AddIntConstant(module, "POSITIONS", kPositions));
  require(PyModule_AddIntConstant(module, "LENGTHS", kLengths));
  require(PyModule_AddIntConstant(module, "KEY", kKey));
  require(PyModule_AddIntConstant(module, "SEGMENT_FORMAT", kFormatVersion));
}

}  // namespace searchkit
