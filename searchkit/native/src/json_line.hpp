// Writing the stored fields of a document as a line of JSON.
//
// This is the form of searchkit.engines.whoosh.stored for the values that articles
// have; whatever else a document stores is written there.
#pragma once

#include "python.hpp"

#include "buffer.hpp"

namespace searchkit {

// Appends a dictionary as one line without its line break: names are strings, values
// strings or booleans.  Returns false, and leaves `out` as it was, where anything is of
// another type.  Half code points are written as if they were whole.  Used with the GIL.
bool append_json_line(PyObject* values, Buffer<uint8_t>& out);

}  // namespace searchkit
