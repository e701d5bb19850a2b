// The Python types MatchFinder and SnippetChooser.
#include <stdexcept>

#include "boxes.hpp"
#include "snippet_choose.hpp"

namespace searchkit {

namespace {

PyObject* finder_type = nullptr;

// --- arguments ------------------------------------------------------------------

Object tuple_of(PyObject* sequence) {
  return Object::made(PySequence_Tuple(sequence));
}

// Calls f(item) for each item of a sequence; items are borrowed.
template <class F>
void each_item(PyObject* sequence, F&& f) {
  const Object items = tuple_of(sequence);
  const Py_ssize_t count = PyTuple_Size(items.get());
  for (Py_ssize_t at = 0; at < count; ++at) f(PyTuple_GetItem(items.get(), at));
}

SentenceWords::Set words_of(PyObject* sequence) {
  SentenceWords::Set words;
  each_item(sequence, [&](PyObject* word) { words.emplace(utf8(word)); });
  return words;
}

Object callable(PyObject* object) {
  if (PyCallable_Check(object) == 0) {
    PyErr_SetString(PyExc_TypeError, "a function is needed");
    throw PythonError();
  }
  return Object::borrowed(object);
}

// The keys and weights that matches refer to.
std::vector<Target> targets_of(PyObject* sequence) {
  std::vector<Target> targets;
  each_item(sequence, [&](PyObject* item) {
    const Object pair = tuple_of(item);
    unsigned int key = 0;
    double weight = 0;
    if (!PyArg_ParseTuple(pair.get(), "Id:target", &key, &weight)) throw PythonError();
    targets.push_back({key, weight});
  });
  for (const Target& target : targets) {
    if (target.key >= targets.size()) {
      throw std::invalid_argument("keys are numbered from 0, below their targets");
    }
  }
  return targets;
}

std::vector<Match> matches_of(PyObject* sequence, size_t targets) {
  std::vector<Match> matches;
  each_item(sequence, [&](PyObject* item) {
    const Object triple = tuple_of(item);
    long long start = 0;
    long long end = 0;
    unsigned int target = 0;
    if (!PyArg_ParseTuple(triple.get(), "LLI:match", &start, &end, &target)) {
      throw PythonError();
    }
    if (target >= targets) throw std::invalid_argument("a match has no target");
    matches.push_back({start, end, target});
  });
  return matches;
}

// --- results --------------------------------------------------------------------

Object number(int64_t value) { return Object::made(PyLong_FromLongLong(value)); }

template <class... Items>
Object tuple_with(Items... items) {
  const Object tuple = Object::made(PyTuple_New(sizeof...(Items)));
  Py_ssize_t at = 0;
  (require(PyTuple_SetItem(tuple.get(), at++, items.release())), ...);
  return tuple;
}

template <class Values, class Make>
Object list_of(const Values& values, Make&& make) {
  const Object list = Object::made(PyList_New(static_cast<Py_ssize_t>(values.size())));
  Py_ssize_t at = 0;
  for (const auto& value : values) {
    require(PyList_SetItem(list.get(), at++, make(value).release()));
  }
  return list;
}

Object pair_of(const Stretch& stretch) {
  return tuple_with(number(stretch.start), number(stretch.end));
}

Object quotation_from(const Quotation& quotation) {
  return tuple_with(number(quotation.span.start), number(quotation.span.end),
                    list_of(quotation.highlights, pair_of),
                    Object::made(PyBool_FromLong(quotation.cut_start)),
                    Object::made(PyBool_FromLong(quotation.cut_end)));
}

// --- MatchFinder ----------------------------------------------------------------

int finder_init(PyObject* self, PyObject* args, PyObject*) {
  return guarded_status([&] {
    PyObject *analyzer = nullptr, *words = nullptr, *sequences = nullptr,
             *prefixes = nullptr, *fuzzies = nullptr;
    if (!PyArg_ParseTuple(args, "OOOOO", &analyzer, &words, &sequences, &prefixes,
                          &fuzzies)) {
      throw PythonError();
    }
    auto finder = std::make_unique<MatchFinder>(analyzer);
    // Calls f(what, target) for each pair of a sequence.
    const auto each_wanted = [](PyObject* sequence, auto&& f) {
      each_item(sequence, [&](PyObject* item) {
        const Object pair = tuple_of(item);
        PyObject* what = nullptr;
        unsigned int target = 0;
        if (!PyArg_ParseTuple(pair.get(), "OI", &what, &target)) throw PythonError();
        f(what, target);
      });
    };
    each_wanted(words, [&](PyObject* term, uint32_t target) {
      finder->add_word(utf8(term), target);
    });
    each_wanted(sequences, [&](PyObject* terms, uint32_t target) {
      const Object kept = tuple_of(terms);
      std::vector<std::string_view> texts;
      each_item(kept.get(), [&](PyObject* term) { texts.push_back(utf8(term)); });
      finder->add_sequence(texts, target);
    });
    each_wanted(prefixes, [&](PyObject* prefix, uint32_t target) {
      finder->add_prefix(Utf8Text(prefix).view(), target);
    });
    each_item(fuzzies, [&](PyObject* item) {
      const Object triple = tuple_of(item);
      PyObject* word = nullptr;
      unsigned int distance = 0, target = 0;
      if (!PyArg_ParseTuple(triple.get(), "OII", &word, &distance, &target)) {
        throw PythonError();
      }
      finder->add_fuzzy(Utf8Text(word).view(), distance, target);
    });
    reinterpret_cast<Box<MatchFinder>*>(self)->value = std::move(finder);
  });
}

PyObject* finder_find(PyObject* self, PyObject* text) {
  return guarded([&] {
    std::vector<Match> found;
    unboxed<MatchFinder>(self).find(text, found);
    return list_of(found, [](const Match& match) {
             return tuple_with(number(match.start), number(match.end),
                               number(match.target));
           }).release();
  });
}

MatchFinder& finder_of(PyObject* object) {
  const int is_finder = PyObject_IsInstance(object, finder_type);
  require(is_finder);
  if (is_finder == 0) {
    PyErr_SetString(PyExc_TypeError, "a MatchFinder is needed");
    throw PythonError();
  }
  return unboxed<MatchFinder>(object);
}

PyMethodDef finder_methods[] = {
    {"find", finder_find, METH_O,
     "Return (start, end, target) of each match in a text, in the order of their "
     "ends."},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot finder_slots[] = {
    {Py_tp_doc, const_cast<char*>("Finds what a query looks for in a text.")},
    {Py_tp_new, slot_of(new_box<MatchFinder>)},
    {Py_tp_init, slot_of(finder_init)},
    {Py_tp_dealloc, slot_of(delete_box<MatchFinder>)},
    {Py_tp_methods, finder_methods},
    {0, nullptr},
};

// --- SnippetChooser -------------------------------------------------------------

int chooser_init(PyObject* self, PyObject* args, PyObject*) {
  return guarded_status([&] {
    PyObject *kinds = nullptr, *comparable = nullptr, *before_names = nullptr,
             *anywhere = nullptr, *openers = nullptr;
    if (!PyArg_ParseTuple(args, "OOOOO", &kinds, &comparable, &before_names, &anywhere,
                          &openers)) {
      throw PythonError();
    }
    SentenceCutter sentences(
        callable(kinds),
        SentenceWords{words_of(before_names), words_of(anywhere), words_of(openers)});
    reinterpret_cast<Box<SnippetChooser>*>(self)->value =
        std::make_unique<SnippetChooser>(std::move(sentences), callable(comparable));
  });
}

PyObject* chooser_choose(PyObject* self, PyObject* args) {
  return guarded([&] {
    SnippetChooser& chooser = unboxed<SnippetChooser>(self);
    PyObject *text = nullptr, *given = nullptr, *of = nullptr, *finder = nullptr;
    Py_ssize_t count = 0;
    long long size = 0;
    if (!PyArg_ParseTuple(args, "OOOOnL", &text, &finder, &given, &of, &count, &size)) {
      throw PythonError();
    }
    // Sums of a size and a place in a text must not overflow.
    constexpr long long kMostSize = 1LL << 40;
    if (count < 1 || size < 1 || size > kMostSize) {
      throw std::invalid_argument("the count or the size of snippets is out of range");
    }
    const CodePoints points(text);
    const std::vector<Target> targets = targets_of(of);
    std::vector<Match> matches = matches_of(given, targets.size());
    if (finder != Py_None) {
      MatchFinder& in_tokens = finder_of(finder);
      if (in_tokens.targets() > targets.size()) {
        throw std::invalid_argument("the finder has more targets");
      }
      in_tokens.find(text, matches);
    }
    const std::vector<Quotation> chosen = chooser.choose(
        points, std::move(matches), targets, static_cast<size_t>(count), size);
    return list_of(chosen, quotation_from).release();
  });
}

PyObject* chooser_sentences(PyObject* self, PyObject* text) {
  return guarded([&] {
    SentenceCutter& cutter = unboxed<SnippetChooser>(self).sentences();
    const CodePoints points(text);
    const Object found = Object::made(PyList_New(0));
    std::vector<Stretch> cut;
    Stretch paragraph{};
    while (cutter.next_paragraph(points, paragraph.end, paragraph)) {
      cutter.cut(points, paragraph, cut);
      for (const Stretch& sentence : cut) {
        require(PyList_Append(found.get(), pair_of(sentence).get()));
      }
    }
    return Object(found).release();
  });
}

PyMethodDef chooser_methods[] = {
    {"choose", chooser_choose, METH_VARARGS,
     "Return (start, end, highlights, cut_start, cut_end) of each snippet."},
    {"sentences", chooser_sentences, METH_O,
     "Return (start, end) of each sentence of a text."},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot chooser_slots[] = {
    {Py_tp_doc, const_cast<char*>("Chooses the fragments that answer a query best.")},
    {Py_tp_new, slot_of(new_box<SnippetChooser>)},
    {Py_tp_init, slot_of(chooser_init)},
    {Py_tp_dealloc, slot_of(delete_box<SnippetChooser>)},
    {Py_tp_methods, chooser_methods},
    {0, nullptr},
};

}  // namespace

void add_snippets(PyObject* module) {
  finder_type = add_box_type<MatchFinder>(
      module, "searchkit.native._native.MatchFinder", finder_slots);
  add_box_type<SnippetChooser>(module, "searchkit.native._native.SnippetChooser",
                               chooser_slots);
}

}  // namespace searchkit
