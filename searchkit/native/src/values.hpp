// Making objects of searchkit.values without a call of their classes.
#pragma once

#include <vector>

#include "python.hpp"

namespace searchkit {

// Makes objects of one class whose fields are slots, as its constructor does in three
// times as long.  Used with the GIL.
class ValueMaker {
 public:
  // `fields` is the tuple of their names.  Throws PythonError with TypeError set where
  // `kind` is no class.
  ValueMaker(PyObject* kind, PyObject* fields);

  size_t size() const { return fields_.size(); }

  // Takes as many values as there are fields, which the caller keeps.
  Object make(PyObject* const* values) const;

 private:
  Object kind_;
  std::vector<Object> fields_;
};

// The class that an object is; throws PythonError with TypeError set where it is none,
// or not derived from `base`.
PyTypeObject* class_of(PyObject* object, PyTypeObject* base);

}  // namespace searchkit
