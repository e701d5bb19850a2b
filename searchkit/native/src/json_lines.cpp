#include "json_lines.hpp"

#include <string_view>

namespace searchkit {

namespace {

void put(Buffer<uint8_t>& out, std::string_view text) {
  out.append(reinterpret_cast<const uint8_t*>(text.data()), text.size());
}

// Whether a byte may not stand in a JSON string as it is.
bool is_escaped(unsigned char byte) {
  return byte < 0x20 || byte == '"' || byte == '\\';
}

void append_escape(Buffer<uint8_t>& out, unsigned char byte) {
  constexpr std::string_view plain = "\"\\\b\f\n\r\t", names = "\"\\bfnrt";
  constexpr char digits[] = "0123456789abcdef";
  const size_t at = plain.find(static_cast<char>(byte));
  if (at != plain.npos) {
    put(out, {"\\", 1});
    put(out, names.substr(at, 1));
    return;
  }
  put(out, "\\u00");
  out.push_back(static_cast<uint8_t>(digits[byte >> 4]));
  out.push_back(static_cast<uint8_t>(digits[byte & 15]));
}

void append_quoted(Buffer<uint8_t>& out, PyObject* text) {
  Py_ssize_t size = 0;
  const char* data = PyUnicode_AsUTF8AndSize(text, &size);
  Object bytes;
  if (data == nullptr) {
    if (PyErr_ExceptionMatches(PyExc_UnicodeEncodeError) == 0) throw PythonError();
    PyErr_Clear();
    bytes = Object::made(PyUnicode_AsEncodedString(text, "utf-8", "surrogatepass"));
    char* content = nullptr;
    require(PyBytes_AsStringAndSize(bytes.get(), &content, &size));
    data = content;
  }
  const std::string_view content(data, static_cast<size_t>(size));
  out.push_back('"');
  size_t begin = 0;
  for (size_t at = 0; at < content.size(); ++at) {
    const auto byte = static_cast<unsigned char>(content[at]);
    if (!is_escaped(byte)) continue;
    put(out, content.substr(begin, at - begin));
    append_escape(out, byte);
    begin = at + 1;
  }
  put(out, content.substr(begin));
  out.push_back('"');
}

}  // namespace

JsonLines::JsonLines(PyObject* names) {
  if (PyTuple_Check(names) == 0) {
    PyErr_SetString(PyExc_TypeError, "the names of fields are a tuple");
    throw PythonError();
  }
  const Py_ssize_t count = PyTuple_Size(names);
  for (Py_ssize_t at = 0; at < count; ++at) {
    Buffer<uint8_t> quoted;
    quoted.push_back(at == 0 ? '{' : ',');
    append_quoted(quoted, PyTuple_GetItem(names, at));
    quoted.push_back(':');
    names_.emplace_back(reinterpret_cast<const char*>(quoted.data()), quoted.size());
  }
}

bool JsonLines::append(PyObject* values, Buffer<uint8_t>& out) const {
  const Py_ssize_t count = PyTuple_CheckExact(values) != 0 ? PyTuple_Size(values) : -1;
  if (count < 0 || static_cast<size_t>(count) > names_.size()) return false;
  const size_t before = out.size();
  for (Py_ssize_t at = 0; at < count; ++at) {
    put(out, names_[static_cast<size_t>(at)]);
    PyObject* const value = PyTuple_GetItem(values, at);
    if (PyUnicode_CheckExact(value) != 0) {
      append_quoted(out, value);
    } else if (value == Py_True || value == Py_False) {
      put(out, value == Py_True ? "true" : "false");
    } else {
      out.truncate(before);
      return false;
    }
  }
  put(out, count == 0 ? "{}\n" : "}\n");
  return true;
}

}  // namespace searchkit
