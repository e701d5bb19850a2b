// What other bindings need of the Python type Searcher.
#pragma once

#include "python.hpp"
#include "search.hpp"

namespace searchkit {

// A searcher, and the class of its hits: a subclass of tuple with two items, id and
// score; nothing for plain tuples that say where the document is, too.
struct PythonSearcher {
  Searcher searcher;
  Object hit_type;
};

// What is in a Python object, which owns it.  Throws PythonError with TypeError set
// where the object is none.
PythonSearcher& python_searcher_of(PyObject* object);
inline Searcher& searcher_of(PyObject* object) {
  return python_searcher_of(object).searcher;
}

}  // namespace searchkit
