// Writing the stored fields of documents as lines of JSON.
//
// This is the form of searchkit.engines.whoosh.stored for the values that articles
// have; whatever else a document stores is written there.
#pragma once

#include "python.hpp"

#include <string>
#include <vector>

#include "buffer.hpp"

namespace searchkit {

class JsonLines {
 public:
  // `names` is a tuple of strings.
  explicit JsonLines(PyObject* names);

  // Appends a document as a line: a tuple of its values, each a string or a boolean, of
  // the first names, in this order.  Returns false, and leaves `out` as it was, where
  // anything is of another type.  Half code points are written as if they were whole.
  // Used with the GIL.
  bool append(PyObject* values, Buffer<uint8_t>& out) const;

 private:
  std::vector<std::string> names_;  // quoted, with what stands before and behind them
};

}  // namespace searchkit
