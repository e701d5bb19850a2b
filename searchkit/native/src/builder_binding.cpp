// The Python type SegmentBuilder, and the functions merge_segments and json_lines.
#include "builder.hpp"

#include <stdexcept>

#include "analyzer.hpp"
#include "arguments.hpp"
#include "boxes.hpp"
#include "json_lines.hpp"
#include "merging.hpp"
#include "segments_binding.hpp"

namespace searchkit {

namespace {

struct BuilderBox {
  Object analyzer;  // kept alive
  std::shared_ptr<SegmentBuilder> builder;
};

// The builder, which outlives whatever code runs while arguments are read.
std::shared_ptr<SegmentBuilder> builder_in(PyObject* self) {
  const auto& builder = unboxed<BuilderBox>(self).builder;
  if (!builder) throw std::invalid_argument("the segment is written already");
  return builder;
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
    box->builder = std::make_shared<SegmentBuilder>(used, std::move(specs),
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

// Makes sure, after reading arguments, that none of the code that it may have run has
// written the segment.
void require_same(PyObject* self, const SegmentBuilder& builder) {
  if (unboxed<BuilderBox>(self).builder.get() != &builder) {
    throw std::invalid_argument("the segment was written meanwhile");
  }
}

// What a document has of fields without positions; reading it may fail, and adds
// nothing yet.
class Terms {
 public:
  // `items` are (field, term, frequency), and numbers of groups.
  Terms(const SegmentBuilder& builder, PyObject* items) : items_(items) {
    counts_.reserve(static_cast<size_t>(items_.size()));
    for (Py_ssize_t i = 0; i < items_.size(); ++i) {
      PyObject* const item = items_[i];
      if (PyLong_Check(item) != 0) {
        groups_.push_back(checked(number_of(item), builder.groups(), "no such group"));
        continue;
      }
      // Nobody changes the triples meanwhile: `kept_` has those that are no tuples, and
      // what is read of a string belongs to the string.
      const Items& triple = kept_.emplace_back(item);
      counts_.push_back(
          {field_number(builder, triple[0]), utf8(triple[1]), number_of(triple[2])});
    }
  }

  const std::vector<TermCount>& counts() const { return counts_; }
  const std::vector<uint32_t>& groups() const { return groups_; }

 private:
  Items items_;
  std::vector<Items> kept_;
  std::vector<TermCount> counts_;
  std::vector<uint32_t> groups_;
};

// share(terms): a group of terms, for add().
PyObject* builder_share(PyObject* self, PyObject* terms) {
  return guarded([&] {
    const auto kept = builder_in(self);
    SegmentBuilder& builder = *kept;
    const Terms read(builder, terms);
    if (!read.groups().empty()) {
      throw std::invalid_argument("a group has terms, and no other groups");
    }
    require_same(self, builder);
    return PyLong_FromUnsignedLong(builder.share(read.counts()));
  });
}

// add(texts, terms, columns): a whole document, in bulk.
PyObject* builder_add(PyObject* self, PyObject* args) {
  return guarded([&] {
    PyObject *texts = nullptr, *terms = nullptr, *columns = nullptr;
    if (!PyArg_ParseTuple(args, "OOO", &texts, &terms, &columns)) throw PythonError();
    const auto kept = builder_in(self);
    SegmentBuilder& builder = *kept;
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
    const Terms occurring(builder, terms);
    require_same(self, builder);
    const uint32_t document = builder.begin_document();
    for (const Text& one : read) builder.add_text(one.field, one.text.view());
    for (const TermCount& one : occurring.counts()) {
      builder.add_term(one.field, one.term, one.frequency);
    }
    for (const uint32_t group : occurring.groups()) builder.add_group(group);
    for (uint32_t i = 0; i < values.size(); ++i) builder.set_column(i, values[i]);
    return PyLong_FromUnsignedLong(document);
  });
}

// begin_document(lengths, columns): a document whose postings come later.
PyObject* builder_begin_document(PyObject* self, PyObject* args) {
  return guarded([&] {
    PyObject *lengths = nullptr, *columns = nullptr;
    if (!PyArg_ParseTuple(args, "OO", &lengths, &columns)) throw PythonError();
    const auto kept = builder_in(self);
    SegmentBuilder& builder = *kept;
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
    require_same(self, builder);
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
    const auto kept = builder_in(self);
    SegmentBuilder& builder = *kept;
    const uint32_t number = field_number(builder, field);
    Postings postings;
    postings.documents = numbers_of(documents);
    postings.frequencies = numbers_of(frequencies);
    postings.positions = numbers_of(positions);
    require_same(self, builder);
    builder.add_postings(number, bytes_of(term), postings);
    Py_RETURN_NONE;
  });
}

PyObject* builder_add_stored(PyObject* self, PyObject* blob) {
  return guarded([&]() -> PyObject* {
    const std::string_view bytes = bytes_of(blob);
    builder_in(self)->add_stored(bytes.data(), bytes.size());
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
  return guarded([&] { return PyLong_FromUnsignedLong(builder_in(self)->documents()); });
}

PyObject* builder_memory(PyObject* self, void*) {
  return guarded([&] { return PyLong_FromSize_t(builder_in(self)->memory()); });
}

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
      const auto segment = segment_of(item_of(pair.get(), 0).get());
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

// json_lines(names, documents): lines of JSON, or None where a document has other values
// than strings and booleans.
PyObject* json_lines(PyObject*, PyObject* args) {
  return guarded([&]() -> PyObject* {
    PyObject *names = nullptr, *documents = nullptr;
    if (!PyArg_ParseTuple(args, "OO", &names, &documents)) throw PythonError();
    const JsonLines lines(names);
    const Items items(documents);
    Buffer<uint8_t> text;
    for (Py_ssize_t i = 0; i < items.size(); ++i) {
      if (!lines.append(items[i], text)) Py_RETURN_NONE;
    }
    return bytes_from({reinterpret_cast<const char*>(text.data()), text.size()});
  });
}

PyMethodDef builder_methods[] = {
    {"share", builder_share, METH_O, nullptr},
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

PyType_Slot builder_slots[] = {
    {Py_tp_doc,
     const_cast<char*>("Collects documents, and writes them as a segment.")},
    {Py_tp_new, slot_of(new_box<BuilderBox>)},
    {Py_tp_init, slot_of(builder_init)},
    {Py_tp_dealloc, slot_of(delete_box<BuilderBox>)},
    {Py_tp_methods, builder_methods},
    {Py_tp_getset, builder_members},
    {0, nullptr},
};

PyMethodDef functions[] = {
    {"merge_segments", merge, METH_VARARGS, nullptr},
    {"json_lines", json_lines, METH_VARARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

void add_builders(PyObject* module) {
  add_box_type<BuilderBox>(module, "searchkit.native._native.SegmentBuilder",
                           builder_slots);
  require(PyModule_AddFunctions(module, functions));
}

}  // namespace searchkit
