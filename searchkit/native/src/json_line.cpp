#include "json_line.hpp"

#include <string_view>

namespace searchkit {

namespace {

void append(Buffer<uint8_t>& out, std::string_view text) {
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
    append(out, {"\\", 1});
    append(out, names.substr(at, 1));
    return;
  }
  append(out, "\\u00");
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
    append(out, content.substr(begin, at - begin));
    append_escape(out, byte);
    begin = at + 1;
  }
  append(out, content.substr(begin));
  out.push_back('"');
}

}  // namespace

bool append_json_line(PyObject* values, Buffer<uint8_t>& out) {
  if (PyDict_CheckExact(values) == 0) return false;
  const size_t before = out.size();
  out.push_back('{');
  PyObject *name = nullptr, *value = nullptr;
  bool is_first = true;
  for (Py_ssize_t at = 0; PyDict_Next(values, &at, &name, &value) != 0;) {
    const bool is_text = PyUnicode_CheckExact(value) != 0;
    const bool is_flag = value == Py_True || value == Py_False;
    if (PyUnicode_CheckExact(name) == 0 || !(is_text || is_flag)) {
      out.truncate(before);
      return false;
    }
    if (!is_first) out.push_back(',');
    is_first = false;
    append_quoted(out, name);
    out.push_back(':');
    if (is_text) {
      append_quoted(out, value);
    } else {
      append(out, value == Py_True ? "true" : "false");
    }
  }
  out.push_back('}');
  return true;
}

}  // namespace searchkit
