// The Python type _native.Analyzer.
#include "python.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "analyzer.hpp"

namespace searchkit {

namespace {

// What a call of tokens() or terms() hands out, made once for each number.
struct Strings {
  std::vector<Object> terms;
  std::vector<Object> words;
  std::vector<Object> pairs;  // (term, word), by the number of the word
  uint64_t generation = 0;

  void forget() {
    // Dropping an object may run anything, even another call: let go of all first.
    const Strings before = std::exchange(*this, Strings());
  }

  // An estimate: a string of a word takes about 56 bytes, a pair 72.
  size_t memory() const {
    const size_t slots = terms.capacity() + words.capacity() + pairs.capacity();
    return slots * sizeof(Object) + (terms.size() + words.size()) * 56 +
           pairs.size() * 72;
  }
};

struct State {
  State(Object analyse, Object stem, std::vector<std::string> possessives,
        CharacterClasses classes)
      : analyzer(std::move(analyse), std::move(stem), std::move(possessives),
                 std::move(classes)) {}
  Analyzer analyzer;
  Strings strings;
};

struct AnalyzerObject {
  PyObject_HEAD
  State* state;
};

// Made once and kept: whoever imports the module again gets the same type.
PyObject* analyzer_type = nullptr;

State& state_of(PyObject* self) {
  return *reinterpret_cast<AnalyzerObject*>(self)->state;
}

std::vector<CharacterRange> ranges_of(PyObject* sequence) {
  const Object items = Object::made(PySequence_Tuple(sequence));
  const Py_ssize_t count = PyTuple_Size(items.get());
  std::vector<CharacterRange> ranges;
  ranges.reserve(static_cast<size_t>(count));
  for (Py_ssize_t at = 0; at < count; ++at) {
    const Object pair =
        Object::made(PySequence_Tuple(PyTuple_GetItem(items.get(), at)));
    unsigned int first = 0;
    unsigned int last = 0;
    if (PyArg_ParseTuple(pair.get(), "II:range", &first, &last) == 0) {
      throw PythonError();
    }
    ranges.push_back({first, last});
  }
  return ranges;
}

std::vector<std::string> texts_of(PyObject* sequence) {
  const Object items = Object::made(PySequence_Tuple(sequence));
  std::vector<std::string> texts;
  for (Py_ssize_t at = 0; at < PyTuple_Size(items.get()); ++at) {
    texts.emplace_back(utf8(PyTuple_GetItem(items.get(), at)));
  }
  return texts;
}

// The string of a number, made when it is first asked for; borrowed.
PyObject* string_of(std::vector<Object>& made, const Vocabulary& vocabulary,
                    uint32_t number) {
  if (number >= made.size()) made.resize(vocabulary.size());
  Object& string = made[number];
  if (!string) {
    const std::string_view text = vocabulary[number];
    string = Object::made(PyUnicode_FromStringAndSize(
        text.data(), static_cast<Py_ssize_t>(text.size())));
  }
  return string.get();
}

// The strings of an analyzer, of numbers that hold.
Strings& strings_of(State& state) {
  if (state.strings.generation != state.analyzer.generation()) {
    state.strings.forget();
    state.strings.generation = state.analyzer.generation();
  }
  return state.strings;
}

void append(const Object& list, PyObject* item) {
  require(PyList_Append(list.get(), item));
}

PyObject* new_analyzer(PyTypeObject* type, PyObject* arguments, PyObject* keywords) {
  return guarded([&]() -> PyObject* {
    static const char* const names[] = {
        "analyse", "words", "decimals", "marks", "stem", "possessives", nullptr};
    PyObject* analyse = nullptr;
    PyObject* words = nullptr;
    PyObject* decimals = nullptr;
    PyObject* marks = nullptr;
    PyObject* stem = nullptr;
    PyObject* possessives = nullptr;
    if (PyArg_ParseTupleAndKeywords(arguments, keywords, "OOOO|OO:Analyzer",
                                    const_cast<char**>(names), &analyse, &words,
                                    &decimals, &marks, &stem, &possessives) == 0) {
      throw PythonError();
    }
    if (PyCallable_Check(analyse) == 0) {
      PyErr_SetString(PyExc_TypeError, "analyse is no function");
      throw PythonError();
    }
    auto state = std::make_unique<State>(
        Object::borrowed(analyse),
        stem == nullptr || stem == Py_None ? Object() : Object::borrowed(stem),
        possessives == nullptr ? std::vector<std::string>() : texts_of(possessives),
        CharacterClasses(ranges_of(words), ranges_of(decimals), ranges_of(marks)));
    const auto allocate =
        reinterpret_cast<allocfunc>(PyType_GetSlot(type, Py_tp_alloc));
    Object self = Object::made(allocate(type, 0));
    reinterpret_cast<AnalyzerObject*>(self.get())->state = state.release();
    return self.release();
  });
}

int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  const State* state = reinterpret_cast<AnalyzerObject*>(self)->state;
  if (state != nullptr) Py_VISIT(state->analyzer.analyse());
  return 0;
}

int clear_references(PyObject* self) {
  State* state = reinterpret_cast<AnalyzerObject*>(self)->state;
  if (state != nullptr) state->analyzer.drop_analyse();
  return 0;
}

void deallocate(PyObject* self) {
  PyObject_GC_UnTrack(self);
  PyTypeObject* type = Py_TYPE(self);
  delete std::exchange(reinterpret_cast<AnalyzerObject*>(self)->state, nullptr);
  const auto release = reinterpret_cast<freefunc>(PyType_GetSlot(type, Py_tp_free));
  release(self);
  Py_DECREF(type);
}

PyObject* tokens(PyObject* self, PyObject* text) {
  return guarded([&] {
    State& state = state_of(self);
    const Utf8Text source(text);
    Strings& strings = strings_of(state);
    Analyzer& analyzer = state.analyzer;
    const Object found = Object::made(PyList_New(0));
    size_t position = 0;
    analyzer.each_token(source.view(), [&](uint32_t term, uint32_t word, size_t start,
                                           size_t end) {
      const Object token = Object::made(PyTuple_New(5));
      const auto put = [&](Py_ssize_t at, Object item) {
        require(PyTuple_SetItem(token.get(), at, item.release()));
      };
      put(0, Object::borrowed(string_of(strings.terms, analyzer.terms(), term)));
      put(1, Object::borrowed(string_of(strings.words, analyzer.words(), word)));
      put(2, Object::made(PyLong_FromSize_t(position++)));
      put(3, Object::made(PyLong_FromSize_t(start)));
      put(4, Object::made(PyLong_FromSize_t(end)));
      append(found, token.get());
    });
    return Object(found).release();
  });
}

PyObject* terms(PyObject* self, PyObject* text) {
  return guarded([&] {
    State& state = state_of(self);
    const Utf8Text source(text);
    Strings& strings = strings_of(state);
    Analyzer& analyzer = state.analyzer;
    const Object found = Object::made(PyList_New(0));
    analyzer.each_term(source.view(), [&](uint32_t term, uint32_t word) {
      PyObject* term_string = string_of(strings.terms, analyzer.terms(), term);
      if (word >= strings.pairs.size()) strings.pairs.resize(analyzer.words().size());
      Object& pair = strings.pairs[word];
      // A word has one term, if the function is one; look, rather than trust it.
      if (!pair || PyTuple_GetItem(pair.get(), 0) != term_string) {
        PyObject* word_string = string_of(strings.words, analyzer.words(), word);
        pair = Object::made(PyTuple_Pack(2, term_string, word_string));
      }
      append(found, pair.get());
    });
    return Object(found).release();
  });
}

PyObject* memory(PyObject* self, PyObject*) {
  return guarded([&] {
    const State& state = state_of(self);
    return PyLong_FromSize_t(state.analyzer.memory() + state.strings.memory());
  });
}

PyObject* clear(PyObject* self, PyObject*) {
  return guarded([&] {
    State& state = state_of(self);
    state.analyzer.clear();
    strings_of(state);
    return Object::borrowed(Py_None).release();
  });
}

PyMethodDef methods[] = {
    {"tokens", tokens, METH_O,
     "Return (term, word, position, start, end) of each token of a text."},
    {"terms", terms, METH_O, "Return (term, word) of each token of a text."},
    {"memory", memory, METH_NOARGS, "Return the bytes held, about."},
    {"clear", clear, METH_NOARGS, "Forget every surface; numbers start anew."},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot slots[] = {
    {Py_tp_doc, const_cast<char*>("Finds tokens, and remembers what they consist of.")},
    {Py_tp_new, reinterpret_cast<void*>(new_analyzer)},
    {Py_tp_dealloc, reinterpret_cast<void*>(deallocate)},
    {Py_tp_traverse, reinterpret_cast<void*>(traverse)},
    {Py_tp_clear, reinterpret_cast<void*>(clear_references)},
    {Py_tp_methods, methods},
    {0, nullptr},
};

PyType_Spec specification = {
    "searchkit.native._native.Analyzer",
    sizeof(AnalyzerObject),
    0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    slots,
};

}  // namespace

Analyzer& analyzer_of(PyObject* object) {
  auto* type = reinterpret_cast<PyTypeObject*>(analyzer_type);
  if (type == nullptr || PyObject_TypeCheck(object, type) == 0) {
    PyErr_SetString(PyExc_TypeError, "an analyzer of searchkit.native is required");
    throw PythonError();
  }
  return state_of(object).analyzer;
}

void add_analysis(PyObject* module) {
  if (analyzer_type == nullptr) {
    analyzer_type = Object::made(PyType_FromSpec(&specification)).release();
  }
  require(PyModule_AddObjectRef(module, "Analyzer", analyzer_type));
}

}  // namespace searchkit
