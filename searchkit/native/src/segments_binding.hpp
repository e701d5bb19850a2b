// The Python types of segments and posting lists, for other bindings.
#pragma once

#include <memory>

#include "python.hpp"
#include "segment.hpp"

namespace searchkit {

// The segment in a _native.Segment; throws PythonError with TypeError set for any other
// object.
std::shared_ptr<const Segment> segment_of(PyObject* object);

// A _native.PostingCursor on the first document of a posting list.
Object posting_cursor(std::shared_ptr<const Segment> segment, const Field& field,
                      const TermEntry& entry);

}  // namespace searchkit
