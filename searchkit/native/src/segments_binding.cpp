// The Python types Segment and TermCursor.
#include "segments_binding.hpp"

#include <stdexcept>

#include "arguments.hpp"
#include "boxes.hpp"
#include "lengths.hpp"
#include "postings.hpp"

namespace searchkit {

namespace {

using SharedSegment = std::shared_ptr<const Segment>;

PyObject* segment_type = nullptr;
PyObject* term_cursor_type = nullptr;

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
PyObject* segment_postings(PyObject* self, PyObject* args) {
  return guarded([&]() -> PyObject* {
    PyObject *name = nullptr, *term = nullptr;
    if (!PyArg_ParseTuple(args, "UO", &name, &term)) throw PythonError();
    const SharedSegment segment = unboxed<SegmentBox>(self).segment;
    const Field& field = field_named(*segment, utf8(name));
    const auto entry = segment->find(field, bytes_of(term));
    if (!entry) Py_RETURN_NONE;
    return posting_cursor(segment, field, *entry).release();
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

PyType_Slot segment_slots[] = {
    {Py_tp_doc, const_cast<char*>("A segment file, mapped into memory.")},
    {Py_tp_new, slot_of(new_box<SegmentBox>)},
    {Py_tp_init, slot_of(segment_init)},
    {Py_tp_dealloc, slot_of(delete_box<SegmentBox>)},
    {Py_tp_methods, segment_methods},
    {Py_tp_getset, segment_members},
    {0, nullptr},
};

PyType_Slot cursor_slots[] = {
    {Py_tp_doc, const_cast<char*>("Walks over the terms of a field.")},
    {Py_tp_new, slot_of(new_box<TermCursorBox>)},
    {Py_tp_dealloc, slot_of(delete_box<TermCursorBox>)},
    {Py_tp_methods, cursor_methods},
    {Py_tp_getset, cursor_members},
    {0, nullptr},
};

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
  segment_type = add_box_type<SegmentBox>(module, "searchkit.native._native.Segment",
                                          segment_slots);
  term_cursor_type = add_box_type<TermCursorBox>(
      module, "searchkit.native._native.TermCursor", cursor_slots);
  require(PyModule_AddIntConstant(module, "FREQUENCIES", kFrequencies));
  require(PyModule_AddIntConstant(module, "POSITIONS", kPositions));
  require(PyModule_AddIntConstant(module, "LENGTHS", kLengths));
  require(PyModule_AddIntConstant(module, "KEY", kKey));
  require(PyModule_AddIntConstant(module, "SEGMENT_FORMAT", kFormatVersion));
}

}  // namespace searchkit
