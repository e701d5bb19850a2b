// What bindings read from Python's objects, and hand back.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "python.hpp"

namespace searchkit {

inline uint32_t number_of(PyObject* object) {
  const unsigned long long value = PyLong_AsUnsignedLongLong(object);
  if (value == static_cast<unsigned long long>(-1) && PyErr_Occurred() != nullptr) {
    throw PythonError();
  }
  if (value > UINT32_MAX) throw std::invalid_argument("a number has over 32 bits");
  return static_cast<uint32_t>(value);
}

inline std::string_view bytes_of(PyObject* object) {
  char* data = nullptr;
  Py_ssize_t size = 0;
  require(PyBytes_AsStringAndSize(object, &data, &size));
  return {data, static_cast<size_t>(size)};
}

inline Object item_of(PyObject* sequence, Py_ssize_t index) {
  return Object::made(PySequence_GetItem(sequence, index));
}

inline Py_ssize_t length_of_sequence(PyObject* sequence) {
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

inline std::vector<uint32_t> numbers_of(PyObject* sequence) {
  const Items items(sequence);
  std::vector<uint32_t> numbers;
  numbers.reserve(static_cast<size_t>(items.size()));
  for (Py_ssize_t i = 0; i < items.size(); ++i) numbers.push_back(number_of(items[i]));
  return numbers;
}

inline PyObject* bytes_from(std::string_view text) {
  return PyBytes_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size()));
}

inline Object tuple_of(std::initializer_list<PyObject*> owned) {
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

}  // namespace searchkit
