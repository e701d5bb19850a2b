// What the Python functions that search share: their keywords, and what they return.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "python.hpp"
#include "search.hpp"

namespace searchkit {

// Keyword arguments of a call, which are matched by hand: PyArg_ParseTupleAndKeywords
// takes longer than many a search.
class Keywords {
 public:
  enum Name {
    kLimit,
    kOffset,
    kOrder,
    kCount,
    kTimeout,
    kCancellation,
    kProximity,
    kMaxExpansions,
    kAll,  // how many there are
  };

  // Of a function that knows the first `known` names.  Throws PythonError with
  // TypeError set where there are others.
  Keywords(PyObject* names, PyObject* const* values, int known);

  // The value with a name, borrowed; nullptr where there is none.
  PyObject* operator[](Name name) const { return values_[name]; }
  // All of these throw PythonError or std::invalid_argument for what is none.
  uint32_t amount(Name name, uint32_t usual) const;
  Page page() const;
  std::optional<double> seconds() const;
  CancellationFlag flag() const;

 private:
  PyObject* values_[kAll] = {};
};

// A number of 0 or more.  Throws std::invalid_argument.
uint32_t amount_of(Py_ssize_t number);
// Seconds, of a number; nothing for None and nullptr.
std::optional<double> seconds_of(PyObject* object);
// The flag of a Cancellation; nullptr for None and nullptr.
CancellationFlag flag_of(PyObject* object);

// Text that was UTF-8 when it was indexed.
Object text_from(const std::string& bytes);
void set_item(const Object& tuple, Py_ssize_t at, Object item);

// A class that named tuples are of: a subclass of tuple.  Nothing for None and nullptr;
// throws PythonError with TypeError set for anything else.
Object tuple_type_from(PyObject* type);
// A tuple of a class, or a plain one where the class is nothing; its items are not set.
Object new_tuple(const Object& type, Py_ssize_t size);

// The keys and scores of hits, as objects of a class with these two items; as plain
// tuples that say where the document is, too, where the class is nothing.
Object hits_from(const std::vector<Hit>& hits, const Object& type);
Object total_from(const std::optional<uint64_t>& total);
Object texts_from(const std::vector<std::string>& texts);

// Before the first call; may be called again.
void make_keyword_names();

}  // namespace searchkit
