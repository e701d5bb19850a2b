// The Python functions row_checksum, for the rows of a catalog, and
// encodes_without_nul, for texts that come into one.
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string>

#include "crc32.hpp"
#include "python.hpp"
#include "sentences.hpp"

namespace searchkit {

namespace {

uint32_t checksum_of(std::string_view bytes, uint32_t before) {
  return crc32(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), before);
}

// Goes on with the text that str() gives for a value.
uint32_t checksum_of_text(PyObject* value, uint32_t before) {
  if (PyLong_CheckExact(value) != 0) {
    int overflow = 0;
    const long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
    char digits[24];
    if (overflow == 0) {
      const char* end = std::to_chars(digits, digits + sizeof digits, number).ptr;
      return checksum_of({digits, static_cast<size_t>(end - digits)}, before);
    }
  }
  const Object text = Object::made(PyObject_Str(value));
  Py_ssize_t size = 0;
  if (const char* bytes = PyUnicode_AsUTF8AndSize(text.get(), &size)) {
    return checksum_of({bytes, static_cast<size_t>(size)}, before);
  }
  PyErr_Clear();
  return checksum_of(lenient_utf8(text.get()), before);
}

PyObject* row_checksum(PyObject*, PyObject* const* values, Py_ssize_t count) {
  return guarded([&] {
    if (count < 1) {
      PyErr_SetString(PyExc_TypeError, "a row has a body");
      throw PythonError();
    }
    uint32_t sum = 0;
    for (Py_ssize_t at = 0; at + 1 < count; ++at) {
      if (at > 0) sum = checksum_of({"\0", 1}, sum);
      sum = checksum_of_text(values[at], sum);
    }
    char* body = nullptr;
    Py_ssize_t size = 0;
    require(PyBytes_AsStringAndSize(values[count - 1], &body, &size));
    sum = checksum_of({body, static_cast<size_t>(size)}, sum);
    return PyLong_FromUnsignedLong(sum);
  });
}

PyObject* encodes_without_nul(PyObject*, PyObject* text) {
  return guarded([&] {
    // The string keeps its UTF-8 form, which whatever is done next with it needs.
    Py_ssize_t size = 0;
    const char* bytes = PyUnicode_AsUTF8AndSize(text, &size);
    if (bytes == nullptr) {
      if (PyErr_ExceptionMatches(PyExc_UnicodeEncodeError) == 0) throw PythonError();
      PyErr_Clear();
      return PyBool_FromLong(0);
    }
    return PyBool_FromLong(std::memchr(bytes, 0, static_cast<size_t>(size)) == nullptr);
  });
}

PyMethodDef functions[] = {
    {"row_checksum", reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(row_checksum)),
     METH_FASTCALL, "Return the checksum of a row of the catalog."},
    {"encodes_without_nul", encodes_without_nul, METH_O,
     "Tell whether UTF-8 can hold a text, and it has no NUL."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

void add_rows(PyObject* module) { require(PyModule_AddFunctions(module, functions)); }

}  // namespace searchkit
