// The Python type ValueMaker.
#include <stdexcept>

#include "boxes.hpp"
#include "values.hpp"

namespace searchkit {

PyTypeObject* class_of(PyObject* object, PyTypeObject* base) {
  if (PyType_Check(object) == 0 ||
      PyType_IsSubtype(reinterpret_cast<PyTypeObject*>(object), base) == 0) {
    PyErr_SetString(PyExc_TypeError, "a class is needed");
    throw PythonError();
  }
  return reinterpret_cast<PyTypeObject*>(object);
}

ValueMaker::ValueMaker(PyObject* kind, PyObject* fields)
    : kind_(Object::borrowed(kind)) {
  class_of(kind, &PyBaseObject_Type);
  if (PyTuple_Check(fields) == 0) {
    PyErr_SetString(PyExc_TypeError, "the names of fields are a tuple");
    throw PythonError();
  }
  const Py_ssize_t count = PyTuple_Size(fields);
  for (Py_ssize_t at = 0; at < count; ++at) {
    fields_.push_back(Object::borrowed(PyTuple_GetItem(fields, at)));
  }
}

Object ValueMaker::make(PyObject* const* values) const {
  auto* const kind = reinterpret_cast<PyTypeObject*>(kind_.get());
  Object made = Object::made(PyType_GenericAlloc(kind, 0));
  for (const Object& field : fields_) {
    // The class itself refuses assignments.
    require(PyObject_GenericSetAttr(made.get(), field.get(), *values++));
  }
  return made;
}

namespace {

int maker_init(PyObject* self, PyObject* args, PyObject*) {
  return guarded_status([&] {
    PyObject *kind = nullptr, *fields = nullptr;
    if (!PyArg_ParseTuple(args, "OO", &kind, &fields)) throw PythonError();
    reinterpret_cast<Box<ValueMaker>*>(self)->value =
        std::make_unique<ValueMaker>(kind, fields);
  });
}

PyObject* maker_make(PyObject* self, PyObject* const* values, Py_ssize_t count) {
  return guarded([&] {
    const ValueMaker& maker = unboxed<ValueMaker>(self);
    if (static_cast<size_t>(count) != maker.size()) {
      PyErr_SetString(PyExc_TypeError, "there are other numbers of fields and values");
      throw PythonError();
    }
    return maker.make(values).release();
  });
}

PyMethodDef maker_methods[] = {
    {"make",
     reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(maker_make)),
     METH_FASTCALL, "Return an object with these values of its fields."},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot maker_slots[] = {
    {Py_tp_doc, const_cast<char*>("Makes objects of a class of values.")},
    {Py_tp_new, slot_of(new_box<ValueMaker>)},
    {Py_tp_init, slot_of(maker_init)},
    {Py_tp_dealloc, slot_of(delete_box<ValueMaker>)},
    {Py_tp_methods, maker_methods},
    {0, nullptr},
};

}  // namespace

void add_values(PyObject* module) {
  add_box_type<ValueMaker>(module, "searchkit.native._native.ValueMaker", maker_slots);
}

}  // namespace searchkit
