// Python types that hold a C++ value.
#pragma once

#include <memory>

#include "python.hpp"

namespace searchkit {

// A Python object with a T inside; T is empty until the initialiser has filled it.
template <class T>
struct Box {
  PyObject_HEAD
  std::unique_ptr<T> value;
};

template <class T>
PyObject* new_box(PyTypeObject* type, PyObject*, PyObject*) {
  auto allocate = reinterpret_cast<allocfunc>(PyType_GetSlot(type, Py_tp_alloc));
  PyObject* self = allocate(type, 0);
  if (self != nullptr) new (&reinterpret_cast<Box<T>*>(self)->value) std::unique_ptr<T>();
  return self;
}

template <class T>
void delete_box(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  using Value = std::unique_ptr<T>;
  reinterpret_cast<Box<T>*>(self)->value.~Value();
  auto release = reinterpret_cast<freefunc>(PyType_GetSlot(type, Py_tp_free));
  release(self);
  Py_DECREF(type);
}

// The value of an object of the right type; throws where __init__ was never called.
template <class T>
T& unboxed(PyObject* self) {
  auto& value = reinterpret_cast<Box<T>*>(self)->value;
  if (!value) {
    PyErr_SetString(PyExc_ValueError, "the object was not initialised");
    throw PythonError();
  }
  return *value;
}

// Makes an object of a type without calling __init__.
template <class T>
Object boxed(PyObject* type, std::unique_ptr<T> value) {
  Object self = Object::made(
      new_box<T>(reinterpret_cast<PyTypeObject*>(type), nullptr, nullptr));
  reinterpret_cast<Box<T>*>(self.get())->value = std::move(value);
  return self;
}

// Makes a type from its slots, which Py_tp_new and Py_tp_dealloc are added to, and adds
// it to the module.  Returns a reference that lasts as long as the process.
template <class T>
PyObject* add_box_type(PyObject* module, const char* name, PyType_Slot* slots) {
  PyType_Spec spec = {name, sizeof(Box<T>), 0, Py_TPFLAGS_DEFAULT, slots};
  PyObject* type = PyType_FromSpec(&spec);
  if (type == nullptr) throw PythonError();
  const char* dot = nullptr;
  for (const char* at = name; *at != '\0'; ++at) {
    if (*at == '.') dot = at + 1;
  }
  require(PyModule_AddObjectRef(module, dot, type));
  return type;
}

template <class T>
void* slot_of(T function) {
  return reinterpret_cast<void*>(function);
}

}  // namespace searchkit
