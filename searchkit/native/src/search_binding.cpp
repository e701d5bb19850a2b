// The Python types Searcher and Cancellation.
#include <stdexcept>

#include "boxes.hpp"
#include "search_binding.hpp"
#include "search_calls.hpp"
#include "search_expansion.hpp"
#include "search_plan_reader.hpp"
#include "segments_binding.hpp"

namespace searchkit {

namespace {

PyObject* cancellation_type = nullptr;
PyObject* searcher_type = nullptr;

// --- Cancellation ---------------------------------------------------------------

int cancellation_init(PyObject* self, PyObject* args, PyObject*) {
  return guarded_status([&] {
    if (!PyArg_ParseTuple(args, "")) throw PythonError();
    auto flag = std::make_unique<CancellationFlag>(
        std::make_shared<std::atomic<bool>>(false));
    reinterpret_cast<Box<CancellationFlag>*>(self)->value = std::move(flag);
  });
}

PyObject* cancellation_cancel(PyObject* self, PyObject*) {
  return guarded([&]() -> PyObject* {
    unboxed<CancellationFlag>(self)->store(true);
    Py_RETURN_NONE;
  });
}

PyObject* cancellation_cancelled(PyObject* self, void*) {
  return guarded(
      [&] { return PyBool_FromLong(unboxed<CancellationFlag>(self)->load()); });
}

// --- Searcher -------------------------------------------------------------------

int searcher_init(PyObject* self, PyObject* args, PyObject* keywords) {
  return guarded_status([&] {
    static const char* names[] = {"segments", "key_field", "date_column", "hit",
                                  nullptr};
    PyObject *segments = nullptr, *hit = nullptr;
    const char *key_field = "id", *date_column = "published_day";
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|ss$O",
                                     const_cast<char**>(names), &segments, &key_field,
                                     &date_column, &hit)) {
      throw PythonError();
    }
    auto& value = reinterpret_cast<Box<PythonSearcher>*>(self)->value;
    // A search in another thread, or a plan that is bound to it, may be using it.
    if (value) throw std::invalid_argument("a searcher is made once");
    const Object pairs = Object::made(PySequence_Tuple(segments));
    std::vector<std::shared_ptr<const Segment>> opened;
    std::vector<Object> kept;
    std::vector<std::string_view> deleted;
    for (Py_ssize_t i = 0; i < PyTuple_Size(pairs.get()); ++i) {
      PyObject *segment = nullptr, *bitmap = nullptr;
      const Object pair =
          Object::made(PySequence_Tuple(PyTuple_GetItem(pairs.get(), i)));
      if (!PyArg_ParseTuple(pair.get(), "OS", &segment, &bitmap)) throw PythonError();
      opened.push_back(segment_of(segment));
      kept.push_back(Object::borrowed(bitmap));
      char* data = nullptr;
      Py_ssize_t size = 0;
      require(PyBytes_AsStringAndSize(bitmap, &data, &size));
      deleted.emplace_back(data, static_cast<size_t>(size));
    }
    auto bound = std::unique_ptr<PythonSearcher>(new PythonSearcher{
        Searcher(Snapshot(std::move(opened), deleted, key_field, date_column)),
        tuple_type_from(hit)});
    value = std::move(bound);
  });
}

PyObject* searcher_search(PyObject* self, PyObject* const* args, Py_ssize_t count,
                          PyObject* names) {
  return guarded([&] {
    if (count != 1) {
      PyErr_SetString(PyExc_TypeError, "a search takes one plan, and keywords");
      throw PythonError();
    }
    PythonSearcher& bound = unboxed<PythonSearcher>(self);
    const Keywords keywords(names, args + count, Keywords::kAll);
    SearchOptions options;
    options.page = keywords.page();
    options.max_expansions =
        keywords.amount(Keywords::kMaxExpansions,
                        static_cast<uint32_t>(options.max_expansions));
    PyObject* proximity = keywords[Keywords::kProximity];
    if (proximity != nullptr) options.proximity = read_proximity(proximity);
    Stop stop(keywords.flag(), keywords.seconds());
    const Plan plan = read_plan(args[0]);
    SearchResult result;
    {
      const WithoutGil others_run;
      result = bound.searcher.search(plan, options, stop);
    }
    Object tuple = Object::made(PyTuple_New(3));
    set_item(tuple, 0, total_from(result.total));
    set_item(tuple, 1, Object::made(PySequence_List(
                           hits_from(result.hits, bound.hit_type).get())));
    set_item(tuple, 2, texts_from(result.cut_patterns));
    return tuple.release();
  });
}

PyObject* searcher_matches(PyObject* self, PyObject* args, PyObject* keywords) {
  return guarded([&] {
    static const char* names[] = {"plan",           "segment", "proximity",
                                  "max_expansions", "timeout", "cancellation",
                                  nullptr};
    PyObject *plan = nullptr, *proximity = nullptr, *timeout = nullptr;
    PyObject* cancellation = nullptr;
    Py_ssize_t segment = 0, expansions = 2000;
    if (!PyArg_ParseTupleAndKeywords(
            args, keywords, "On|$OnOO", const_cast<char**>(names), &plan, &segment,
            &proximity, &expansions, &timeout, &cancellation)) {
      throw PythonError();
    }
    Searcher& searcher = unboxed<PythonSearcher>(self).searcher;
    const uint32_t leaf = amount_of(segment);
    if (leaf >= searcher.snapshot().leaves().size()) {
      PyErr_SetString(PyExc_IndexError, "the snapshot has fewer segments");
      throw PythonError();
    }
    SearchOptions options;
    options.max_expansions = amount_of(expansions);
    if (proximity != nullptr) options.proximity = read_proximity(proximity);
    const Plan read = read_plan(plan);
    Stop stop(flag_of(cancellation), seconds_of(timeout));
    SegmentMatches found;
    {
      const WithoutGil others_run;
      found = searcher.matches(read, leaf, options, stop);
    }
    const auto bytes = static_cast<Py_ssize_t>(found.documents.size() * 4);
    const auto* documents = reinterpret_cast<const char*>(found.documents.data());
    const auto* scores = reinterpret_cast<const char*>(found.scores.data());
    Object tuple = Object::made(PyTuple_New(2));
    set_item(tuple, 0, Object::made(PyBytes_FromStringAndSize(documents, bytes)));
    set_item(tuple, 1, Object::made(PyBytes_FromStringAndSize(scores, bytes)));
    return tuple.release();
  });
}

PyObject* searcher_count(PyObject* self, PyObject* args, PyObject* keywords) {
  return guarded([&] {
    static const char* names[] = {"plan", "max_expansions", "timeout", "cancellation",
                                  nullptr};
    PyObject *plan = nullptr, *timeout = nullptr, *cancellation = nullptr;
    Py_ssize_t expansions = 2000;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|$nOO",
                                     const_cast<char**>(names), &plan, &expansions,
                                     &timeout, &cancellation)) {
      throw PythonError();
    }
    Searcher& searcher = unboxed<PythonSearcher>(self).searcher;
    SearchOptions options;
    options.max_expansions = amount_of(expansions);
    const Plan read = read_plan(plan);
    Stop stop(flag_of(cancellation), seconds_of(timeout));
    uint64_t total = 0;
    {
      const WithoutGil others_run;
      total = searcher.count(read, options, stop);
    }
    return PyLong_FromUnsignedLongLong(total);
  });
}

// expand(kind, field, *rest, limit=..., timeout=..., cancellation=...)
PyObject* searcher_expand(PyObject* self, PyObject* args, PyObject* keywords) {
  return guarded([&] {
    static const char* names[] = {"limit", "timeout", "cancellation", nullptr};
    PyObject *timeout = nullptr, *cancellation = nullptr;
    Py_ssize_t limit = 2000;
    const Object empty = Object::made(PyTuple_New(0));
    if (!PyArg_ParseTupleAndKeywords(empty.get(), keywords, "|$nOO",
                                     const_cast<char**>(names), &limit, &timeout,
                                     &cancellation)) {
      throw PythonError();
    }
    std::string field;
    const TermsPattern pattern = read_pattern(args, field);
    const uint32_t most = amount_of(limit);
    Searcher& searcher = unboxed<PythonSearcher>(self).searcher;
    Stop stop(flag_of(cancellation), seconds_of(timeout));
    std::vector<std::pair<std::string, uint64_t>> found;
    {
      const WithoutGil others_run;
      found = expanded_terms(searcher.snapshot(), field, pattern, most, stop);
    }
    Object list = Object::made(PyList_New(0));
    for (const auto& [term, frequency] : found) {
      Object pair = Object::made(PyTuple_New(2));
      set_item(pair, 0, text_from(term));
      set_item(pair, 1, Object::made(PyLong_FromUnsignedLongLong(frequency)));
      require(PyList_Append(list.get(), pair.get()));
    }
    return list.release();
  });
}

PyObject* searcher_document_frequency(PyObject* self, PyObject* args) {
  return guarded([&] {
    PyObject *field = nullptr, *term = nullptr;
    if (!PyArg_ParseTuple(args, "OO", &field, &term)) throw PythonError();
    const Snapshot& snapshot = unboxed<PythonSearcher>(self).searcher.snapshot();
    return PyLong_FromUnsignedLongLong(
        snapshot.document_frequency(read_term(field), read_term(term)));
  });
}

PyObject* searcher_field_count(PyObject* self, PyObject* field) {
  return guarded([&] {
    const Snapshot& snapshot = unboxed<PythonSearcher>(self).searcher.snapshot();
    return PyLong_FromUnsignedLongLong(snapshot.field(read_term(field)).documents);
  });
}

PyObject* searcher_mean_length(PyObject* self, PyObject* field) {
  return guarded([&] {
    const Snapshot& snapshot = unboxed<PythonSearcher>(self).searcher.snapshot();
    return PyFloat_FromDouble(snapshot.field(read_term(field)).mean_length);
  });
}

// --- tables ---------------------------------------------------------------------

PyMethodDef cancellation_methods[] = {
    {"cancel", cancellation_cancel, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyGetSetDef cancellation_members[] = {
    {"cancelled", cancellation_cancelled, nullptr, nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

// A function with keywords, as the table wants it.
PyCFunction with_keywords(PyCFunctionWithKeywords function) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}

PyMethodDef searcher_methods[] = {
    {"search",
     reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(searcher_search)),
     METH_FASTCALL | METH_KEYWORDS, nullptr},
    {"matches", with_keywords(searcher_matches), METH_VARARGS | METH_KEYWORDS, nullptr},
    {"count", with_keywords(searcher_count), METH_VARARGS | METH_KEYWORDS, nullptr},
    {"expand", with_keywords(searcher_expand), METH_VARARGS | METH_KEYWORDS, nullptr},
    {"document_frequency", searcher_document_frequency, METH_VARARGS, nullptr},
    {"field_count", searcher_field_count, METH_O, nullptr},
    {"mean_length", searcher_mean_length, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

PythonSearcher& python_searcher_of(PyObject* object) {
  const int is_searcher = PyObject_IsInstance(object, searcher_type);
  require(is_searcher);
  if (is_searcher == 0) {
    PyErr_SetString(PyExc_TypeError, "a Searcher is needed");
    throw PythonError();
  }
  return unboxed<PythonSearcher>(object);
}

CancellationFlag flag_of(PyObject* object) {
  if (object == nullptr || object == Py_None) return nullptr;
  const int is_flag = PyObject_IsInstance(object, cancellation_type);
  require(is_flag);
  if (is_flag == 0) {
    PyErr_SetString(PyExc_TypeError, "a Cancellation is needed");
    throw PythonError();
  }
  return unboxed<CancellationFlag>(object);
}

void add_search(PyObject* module) {
  make_keyword_names();
  PyType_Slot cancellation_slots[] = {
      {Py_tp_new, slot_of(new_box<CancellationFlag>)},
      {Py_tp_dealloc, slot_of(delete_box<CancellationFlag>)},
      {Py_tp_init, slot_of(cancellation_init)},
      {Py_tp_doc, const_cast<char*>("Tells a search in another thread to stop.")},
      {Py_tp_methods, cancellation_methods},
      {Py_tp_getset, cancellation_members},
      {0, nullptr},
  };
  cancellation_type = add_box_type<CancellationFlag>(
      module, "searchkit.native._native.Cancellation", cancellation_slots);
  PyType_Slot searcher_slots[] = {
      {Py_tp_new, slot_of(new_box<PythonSearcher>)},
      {Py_tp_dealloc, slot_of(delete_box<PythonSearcher>)},
      {Py_tp_init, slot_of(searcher_init)},
      {Py_tp_doc, const_cast<char*>("Runs plans on a snapshot of segments.")},
      {Py_tp_methods, searcher_methods},
      {0, nullptr},
  };
  searcher_type = add_box_type<PythonSearcher>(
      module, "searchkit.native._native.Searcher", searcher_slots);
}

}  // namespace searchkit
