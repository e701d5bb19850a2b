#include "search_calls.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "search_binding.hpp"

namespace searchkit {

namespace {

constexpr const char* kNames[Keywords::kAll] = {
    "limit",   "offset",       "order",     "count",
    "timeout", "cancellation", "proximity", "max_expansions",
};
// The same as interned strings, which a call written in Python has as well.
PyObject* interned[Keywords::kAll] = {};

Order order_of(std::string_view name) {
  if (name == "relevance") return Order::kRelevance;
  if (name == "newest") return Order::kNewest;
  if (name == "oldest") return Order::kOldest;
  throw std::invalid_argument("hits are ordered by relevance, newest or oldest");
}

int number_of(PyObject* name, int known) {
  for (int i = 0; i < known; ++i) {
    if (name == interned[i]) return i;
  }
  for (int i = 0; i < known; ++i) {
    if (PyUnicode_CompareWithASCIIString(name, kNames[i]) == 0) return i;
  }
  PyErr_SetString(PyExc_TypeError, "there is an unknown keyword argument");
  throw PythonError();
}

}  // namespace

Keywords::Keywords(PyObject* names, PyObject* const* values, int known) {
  const Py_ssize_t count = names == nullptr ? 0 : PyTuple_Size(names);
  for (Py_ssize_t i = 0; i < count; ++i) {
    values_[number_of(PyTuple_GetItem(names, i), known)] = values[i];
  }
}

uint32_t Keywords::amount(Name name, uint32_t usual) const {
  PyObject* value = values_[name];
  if (value == nullptr) return usual;
  const Py_ssize_t number = PyLong_AsSsize_t(value);
  if (number == -1 && PyErr_Occurred() != nullptr) throw PythonError();
  return amount_of(number);
}

Page Keywords::page() const {
  Page page;
  page.limit = amount(kLimit, page.limit);
  page.offset = amount(kOffset, page.offset);
  PyObject* order = values_[kOrder];
  if (order != nullptr) page.order = order_of(utf8(order));
  PyObject* count = values_[kCount];
  if (count != nullptr) {
    const int truth = PyObject_IsTrue(count);
    require(truth);
    page.count = truth != 0;
  }
  return page;
}

std::optional<double> Keywords::seconds() const {
  return seconds_of(values_[kTimeout]);
}

CancellationFlag Keywords::flag() const { return flag_of(values_[kCancellation]); }

uint32_t amount_of(Py_ssize_t number) {
  if (number < 0 || number > 0x7FFFFFFF) {
    throw std::invalid_argument("a number is below 0, or too large");
  }
  return static_cast<uint32_t>(number);
}

std::optional<double> seconds_of(PyObject* object) {
  if (object == nullptr || object == Py_None) return std::nullopt;
  const double seconds = PyFloat_AsDouble(object);
  if (seconds == -1.0 && PyErr_Occurred() != nullptr) throw PythonError();
  if (std::isnan(seconds)) throw std::invalid_argument("a time limit is no number");
  return std::max(seconds, 0.0);
}

Object text_from(const std::string& bytes) {
  return Object::made(PyUnicode_DecodeUTF8(
      bytes.data(), static_cast<Py_ssize_t>(bytes.size()), "replace"));
}

void set_item(const Object& tuple, Py_ssize_t at, Object item) {
  require(PyTuple_SetItem(tuple.get(), at, item.release()));
}

Object tuple_type_from(PyObject* type) {
  if (type == nullptr || type == Py_None) return Object();
  if (!PyType_Check(type) ||
      PyType_IsSubtype(reinterpret_cast<PyTypeObject*>(type), &PyTuple_Type) == 0) {
    PyErr_SetString(PyExc_TypeError, "hits are of a subclass of tuple");
    throw PythonError();
  }
  return Object::borrowed(type);
}

Object new_tuple(const Object& type, Py_ssize_t size) {
  if (!type) return Object::made(PyTuple_New(size));
  // What the class itself would do, without a call of Python.
  auto* of = reinterpret_cast<PyTypeObject*>(type.get());
  auto allocate = reinterpret_cast<allocfunc>(PyType_GetSlot(of, Py_tp_alloc));
  return Object::made(allocate(of, size));
}

Object hits_from(const std::vector<Hit>& hits, const Object& type) {
  Object page = Object::made(PyTuple_New(static_cast<Py_ssize_t>(hits.size())));
  Py_ssize_t at = 0;
  for (const Hit& hit : hits) {
    Object tuple = new_tuple(type, type ? 2 : 4);
    set_item(tuple, 0, text_from(hit.key));
    set_item(tuple, 1,
             Object::made(PyFloat_FromDouble(static_cast<double>(hit.score))));
    if (!type) {
      set_item(tuple, 2, Object::made(PyLong_FromUnsignedLong(hit.leaf)));
      set_item(tuple, 3, Object::made(PyLong_FromUnsignedLong(hit.document)));
    }
    set_item(page, at++, std::move(tuple));
  }
  return page;
}

Object total_from(const std::optional<uint64_t>& total) {
  if (!total) return Object::borrowed(Py_None);
  return Object::made(PyLong_FromUnsignedLongLong(*total));
}

Object texts_from(const std::vector<std::string>& texts) {
  Object list = Object::made(PyList_New(0));
  for (const std::string& text : texts) {
    require(PyList_Append(list.get(), text_from(text).get()));
  }
  return list;
}

void make_keyword_names() {
  for (int i = 0; i < Keywords::kAll; ++i) {
    if (interned[i] != nullptr) continue;
    interned[i] = PyUnicode_InternFromString(kNames[i]);
    if (interned[i] == nullptr) throw PythonError();
  }
}

}  // namespace searchkit
