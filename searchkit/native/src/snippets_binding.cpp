// The Python types MatchFinder and SnippetChooser.
#include <memory>
#include <stdexcept>

#include "boxes.hpp"
#include "snippet_choose.hpp"
#include "values.hpp"

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

// Makes the values that Python is given.  Calling their classes would take longer than
// choosing what goes into them.
class ResultMaker {
 public:
  // `snippet` is searchkit.hits.Snippet, `span` searchkit.spans.Span.
  ResultMaker(PyObject* snippet, PyObject* span)
      : snippet_(snippet, fields_of_snippets().get()),
        span_(class_of(span, &PyTuple_Type)),
        kept_(Object::borrowed(span)) {}

  Object span(const Stretch& stretch) const {
    Object made = Object::made(PyType_GenericAlloc(span_, 2));
    require(PyTuple_SetItem(made.get(), 0, number(stretch.start).release()));
    require(PyTuple_SetItem(made.get(), 1, number(stretch.end).release()));
    return made;
  }

  Object spans(const std::vector<Stretch>& stretches) const {
    return tuple_of_each(stretches, [&](const Stretch& each) { return span(each); });
  }

  Object snippet(const CodePoints& text, const Quotation& quotation) const {
    const Object values[] = {
        text.cut(quotation.span),
        span(quotation.span),
        spans(quotation.highlights),
        Object::made(PyBool_FromLong(quotation.cut_start)),
        Object::made(PyBool_FromLong(quotation.cut_end)),
    };
    PyObject* const borrowed[] = {values[0].get(), values[1].get(), values[2].get(),
                                  values[3].get(), values[4].get()};
    return snippet_.make(borrowed);
  }

  Object snippets(const CodePoints& text,
                  const std::vector<Quotation>& quotations) const {
    return tuple_of_each(quotations,
                         [&](const Quotation& each) { return snippet(text, each); });
  }

 private:
  static Object fields_of_snippets() {
    return Object::made(Py_BuildValue("(sssss)", "text", "span", "highlights",
                                      "cut_start", "cut_end"));
  }

  template <class Values, class Make>
  static Object tuple_of_each(const Values& values, Make&& make) {
    Object tuple = Object::made(PyTuple_New(static_cast<Py_ssize_t>(values.size())));
    Py_ssize_t at = 0;
    for (const auto& value : values) {
      require(PyTuple_SetItem(tuple.get(), at++, make(value).release()));
    }
    return tuple;
  }

  ValueMaker snippet_;
  PyTypeObject* span_;
  Object kept_;
};

// What a SnippetChooser of Python's is.
class Quoter {
 public:
  Quoter(SnippetChooser made_chooser, ResultMaker made_results)
      : chooser(std::move(made_chooser)), results(std::move(made_results)) {}

  // Reads targets; the same tuple, as all hits of a query have it, only once.  They are
  // the caller's: other threads may come while a Python function is asked.
  std::shared_ptr<const std::vector<Target>> targets(PyObject* tuple) {
    if (tuple != given_.get()) {
      if (PyTuple_Check(tuple) == 0) {
        PyErr_SetString(PyExc_TypeError, "targets are a tuple");
        throw PythonError();
      }
      targets_ = std::make_shared<const std::vector<Target>>(targets_of(tuple));
      given_ = Object::borrowed(tuple);
    }
    return targets_;
  }

  SnippetChooser chooser;
  ResultMaker results;

 private:
  Object given_;
  std::shared_ptr<const std::vector<Target>> targets_;
};

// --- MatchFinder ----------------------------------------------------------------

int finder_init(PyObject* self, PyObject* args, PyObject*) {
  return guarded_status([&] {
    PyObject *analyzer = nullptr, *words = nullptr, *sequences = nullptr,
             *prefixes = nullptr, *fuzzies = nullptr;
    int keeps_beginnings = 0;
    if (!PyArg_ParseTuple(args, "OpOOOO", &analyzer, &keeps_beginnings, &words,
                          &sequences, &prefixes, &fuzzies)) {
      throw PythonError();
    }
    auto finder = std::make_unique<MatchFinder>(analyzer, keeps_beginnings != 0);
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
    unboxed<MatchFinder>(self).find(CodePoints(text), found);
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
    PyObject *kinds = nullptr, *comparable = nullptr, *folded_alone = nullptr,
             *before_names = nullptr, *anywhere = nullptr, *openers = nullptr,
             *snippet = nullptr, *span = nullptr;
    if (!PyArg_ParseTuple(args, "OOOOOOOO", &kinds, &comparable, &folded_alone,
                          &before_names, &anywhere, &openers, &snippet, &span)) {
      throw PythonError();
    }
    SentenceCutter sentences(
        callable(kinds),
        SentenceWords{words_of(before_names), words_of(anywhere), words_of(openers)});
    reinterpret_cast<Box<Quoter>*>(self)->value.reset(
        new Quoter{SnippetChooser(std::move(sentences), callable(comparable),
                                  callable(folded_alone)),
                   ResultMaker(snippet, span)});
  });
}

// The matches that were given, and those that the finder finds, if there is one.
std::vector<Match> all_matches(const CodePoints& text, PyObject* finder,
                               PyObject* given, size_t targets) {
  std::vector<Match> matches = matches_of(given, targets);
  if (finder != Py_None) {
    MatchFinder& in_tokens = finder_of(finder);
    if (in_tokens.targets() > targets) {
      throw std::invalid_argument("the finder has more targets");
    }
    in_tokens.find(text, matches);
  }
  return matches;
}

struct Wanted {
  Py_ssize_t count = 0;
  long long size = 0;

  // Throws where no snippets can be made with them.
  void check() const {
    // Sums of a size and a place in a text must not overflow.
    constexpr long long kMostSize = 1LL << 40;
    if (count < 1 || size < 1 || size > kMostSize) {
      throw std::invalid_argument("the count or the size of snippets is out of range");
    }
  }
};

Object snippets_of(Quoter& quoter, PyObject* text, PyObject* finder, PyObject* given,
                   PyObject* of, const Wanted& wanted) {
  wanted.check();
  const CodePoints points(text);
  const std::shared_ptr<const std::vector<Target>> targets = quoter.targets(of);
  return quoter.results.snippets(
      points, quoter.chooser.choose(
                  points, all_matches(points, finder, given, targets->size()), *targets,
                  static_cast<size_t>(wanted.count), wanted.size));
}

Object highlights_of(const Quoter& quoter, PyObject* text, PyObject* finder,
                     PyObject* given) {
  const CodePoints points(text);
  return quoter.results.spans(SnippetChooser::highlights(
      points, all_matches(points, finder, given, SIZE_MAX)));
}

PyObject* chooser_highlights(PyObject* self, PyObject* args) {
  return guarded([&] {
    PyObject *text = nullptr, *finder = nullptr, *given = nullptr;
    if (!PyArg_ParseTuple(args, "OOO", &text, &finder, &given)) throw PythonError();
    return highlights_of(unboxed<Quoter>(self), text, finder, given).release();
  });
}

PyObject* chooser_choose(PyObject* self, PyObject* args) {
  return guarded([&] {
    PyObject *text = nullptr, *given = nullptr, *of = nullptr, *finder = nullptr;
    Wanted wanted;
    if (!PyArg_ParseTuple(args, "OOOOnL", &text, &finder, &given, &of, &wanted.count,
                          &wanted.size)) {
      throw PythonError();
    }
    return snippets_of(unboxed<Quoter>(self), text, finder, given, of, wanted)
        .release();
  });
}

PyObject* chooser_quote(PyObject* self, PyObject* args) {
  return guarded([&] {
    PyObject *title = nullptr, *body = nullptr, *in_title = nullptr, *in_body = nullptr,
             *of = nullptr;
    Wanted wanted;
    if (!PyArg_ParseTuple(args, "OOOOOnL", &title, &body, &in_title, &in_body, &of,
                          &wanted.count, &wanted.size)) {
      throw PythonError();
    }
    Quoter& quoter = unboxed<Quoter>(self);
    const Object none = Object::made(PyTuple_New(0));
    return tuple_with(snippets_of(quoter, body, in_body, none.get(), of, wanted),
                      highlights_of(quoter, title, in_title, none.get()))
        .release();
  });
}

PyObject* chooser_sentences(PyObject* self, PyObject* text) {
  return guarded([&] {
    SentenceCutter& cutter = unboxed<Quoter>(self).chooser.sentences();
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
     "Return the snippets of a text."},
    {"quote", chooser_quote, METH_VARARGS,
     "Return the snippets of a body and the highlights of a title."},
    {"highlights", chooser_highlights, METH_VARARGS,
     "Return the spans of a text that answer a query."},
    {"sentences", chooser_sentences, METH_O,
     "Return (start, end) of each sentence of a text."},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot chooser_slots[] = {
    {Py_tp_doc, const_cast<char*>("Chooses the fragments that answer a query best.")},
    {Py_tp_new, slot_of(new_box<Quoter>)},
    {Py_tp_init, slot_of(chooser_init)},
    {Py_tp_dealloc, slot_of(delete_box<Quoter>)},
    {Py_tp_methods, chooser_methods},
    {0, nullptr},
};

}  // namespace

void add_snippets(PyObject* module) {
  finder_type = add_box_type<MatchFinder>(
      module, "searchkit.native._native.MatchFinder", finder_slots);
  add_box_type<Quoter>(module, "searchkit.native._native.SnippetChooser",
                               chooser_slots);
}

}  // namespace searchkit
