// The Python type of segments, for other bindings.
#pragma once

#include <memory>

#include "python.hpp"
#include "segment.hpp"

namespace searchkit {

// The segment in a _native.Segment; throws PythonError with TypeError set for any other
// object.
std::shared_ptr<const Segment> segment_of(PyObject* object);

}  // namespace searchkit
