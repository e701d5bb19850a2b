// What every binding needs of Python's C API: references that are counted, and
// C++ exceptions that become Python's.
#pragma once

#ifndef PY_SSIZE_T_CLEAN
#define PY_SSIZE_T_CLEAN
#endif
#include <Python.h>

#include <exception>
#include <string_view>
#include <utility>

namespace searchkit {

// A Python exception is set already; unwind to the binding.
struct PythonError : std::exception {
  const char* what() const noexcept override { return "a Python exception"; }
};

// An owned reference.
class Object {
 public:
  Object() = default;
  explicit Object(PyObject* owned) : object_(owned) {}
  Object(const Object& other) : object_(other.object_) { Py_XINCREF(object_); }
  Object(Object&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Object& operator=(Object other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Object() { Py_XDECREF(object_); }

  // Takes over a new reference; throws where the call that made it failed.
  static Object made(PyObject* owned) {
    if (owned == nullptr) throw PythonError();
    return Object(owned);
  }
  static Object borrowed(PyObject* object) {
    Py_XINCREF(object);
    return Object(object);
  }

  PyObject* get() const { return object_; }
  PyObject* release() { return std::exchange(object_, nullptr); }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  PyObject* object_ = nullptr;
};

// Throws where a call of the C API reported a failure by a number.
inline void require(int status) {
  if (status < 0) throw PythonError();
}

// The UTF-8 form of a string, owned by the string; throws for lone surrogates.
inline std::string_view utf8(PyObject* text) {
  Py_ssize_t size = 0;
  const char* bytes = PyUnicode_AsUTF8AndSize(text, &size);
  if (bytes == nullptr) throw PythonError();
  return {bytes, static_cast<size_t>(size)};
}

// Lets other Python threads run while it lives.
class WithoutGil {
 public:
  WithoutGil() : state_(PyEval_SaveThread()) {}
  ~WithoutGil() { PyEval_RestoreThread(state_); }
  WithoutGil(const WithoutGil&) = delete;
  WithoutGil& operator=(const WithoutGil&) = delete;

 private:
  PyThreadState* state_;
};

// Turns the exception in flight into Python's; call it in a catch block.
void set_python_error() noexcept;

// Runs a body that returns a PyObject*, and turns what it throws into Python's.
template <class Body>
PyObject* guarded(Body&& body) noexcept {
  try {
    return body();
  } catch (...) {
    set_python_error();
    return nullptr;
  }
}

// The same for functions that return a status, such as tp_init.
template <class Body>
int guarded_status(Body&& body) noexcept {
  try {
    body();
    return 0;
  } catch (...) {
    set_python_error();
    return -1;
  }
}

// Each adds its types and functions to the module.
void add_analysis(PyObject* module);
void add_segments(PyObject* module);
void add_postings(PyObject* module);
void add_builders(PyObject* module);
void add_search(PyObject* module);
void add_prepared_searches(PyObject* module);  // after add_search(), as those below
void add_bound_plans(PyObject* module);
void add_snippets(PyObject* module);
void add_rows(PyObject* module);
void add_values(PyObject* module);

}  // namespace searchkit
