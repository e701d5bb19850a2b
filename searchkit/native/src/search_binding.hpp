// What other bindings need of the Python type Searcher.
#pragma once

#include "python.hpp"
#include "search.hpp"

namespace searchkit {

// The searcher in a Python object, which owns it.  Throws PythonError with TypeError
// set where the object is none.
Searcher& searcher_of(PyObject* object);

}  // namespace searchkit
