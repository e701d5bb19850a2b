// Reading plans from their Python form.
#pragma once

#include <string>
#include <vector>

#include "plan.hpp"
#include "python.hpp"

namespace searchkit {

// A plan from nested tuples; _native.pyi lists the kinds.  Throws std::invalid_argument
// for whatever is no plan, or exceeds the limits of plan.hpp, and PythonError.
Plan read_plan(PyObject* object);

// Pairs of terms from a sequence of (field, left, right, weight).
std::vector<ProximityPair> read_proximity(PyObject* sequence);

// A pattern from a tuple (kind, field, ...) as in a plan; `field` is set as well.
TermsPattern read_pattern(PyObject* tuple, std::string& field);

// The bytes of a term: of a bytes object, or the UTF-8 form of a string.  Half a code
// point becomes bytes that no UTF-8 text has.
std::string read_term(PyObject* object);

}  // namespace searchkit
