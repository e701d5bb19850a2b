// The Python type PreparedSearch.
#include <atomic>
#include <memory>
#include <stdexcept>

#include "boxes.hpp"
#include "damage.hpp"
#include "search_binding.hpp"
#include "search_calls.hpp"
#include "search_plan_reader.hpp"

namespace searchkit {

namespace {

// A plan that was read, for any number of searches on one snapshot.  Which terms there
// are, and their weights, is found out by the first search that comes to its end with
// that, and kept; but not what patterns stand for, which may be much.
class PreparedSearch {
 public:
  PreparedSearch(PyObject* searcher, PyObject* plan, PyObject* proximity,
                 uint32_t max_expansions, PyObject* matches, PyObject* cut)
      : owner_(Object::borrowed(searcher)),
        bound_(python_searcher_of(searcher)),
        matches_(tuple_type_from(matches)),
        cut_(cut == nullptr ? Object() : Object::borrowed(cut)),
        nothing_cut_(Object::made(PyTuple_New(0))),
        plan_(read_plan(plan)),
        max_expansions_(max_expansions) {
    if (proximity != nullptr) proximity_ = read_proximity(proximity);
  }
  ~PreparedSearch() { delete query_.load(); }
  PreparedSearch(const PreparedSearch&) = delete;
  PreparedSearch& operator=(const PreparedSearch&) = delete;

  Object search(const Page& page, Stop& stop) {
    SearchResult result;
    {
      const WithoutGil others_run;
      const Query* query = query_.load(std::memory_order_acquire);
      std::unique_ptr<const Query> own;
      if (query == nullptr) {
        own = std::make_unique<const Query>(bound_.searcher.snapshot(), plan_,
                                            proximity_, max_expansions_, stop);
        query = own.get();
      }
      result = bound_.searcher.search(*query, page, stop);
      if (own && !own->has_patterns()) keep(std::move(own));
    }
    Object found = new_tuple(matches_, 3);
    set_item(found, 0, total_from(result.total));
    set_item(found, 1, hits_from(result.hits, bound_.hit_type));
    set_item(found, 2, cut_from(result.cut_patterns));
    return found;
  }

 private:
  // Many threads may come with one; the first is kept.
  void keep(std::unique_ptr<const Query> query) {
    const Query* none = nullptr;
    if (query_.compare_exchange_strong(none, query.get())) query.release();
  }

  Object cut_from(const std::vector<std::string>& patterns) const {
    if (!cut_ || cut_.get() == Py_None) {
      if (patterns.empty()) return nothing_cut_;
      return Object::made(PySequence_Tuple(texts_from(patterns).get()));
    }
    const Object texts = texts_from(patterns);
    return Object::made(
        PyObject_CallFunctionObjArgs(cut_.get(), texts.get(), nullptr));
  }

  const Object owner_;  // of the searcher
  PythonSearcher& bound_;
  const Object matches_, cut_, nothing_cut_;
  const Plan plan_;
  std::vector<ProximityPair> proximity_;
  const uint32_t max_expansions_;
  std::atomic<const Query*> query_{nullptr};  // refers to the plan and the snapshot
};

// Raises one of searchkit's own exceptions.
[[noreturn]] void raise(const char* name, Object argument) {
  const Object module = Object::made(PyImport_ImportModule("searchkit.errors"));
  const Object kind = Object::made(PyObject_GetAttrString(module.get(), name));
  const Object error = Object::made(
      PyObject_CallFunctionObjArgs(kind.get(), argument.get(), nullptr));
  PyErr_SetObject(kind.get(), error.get());
  throw PythonError();
}

int prepared_init(PyObject* self, PyObject* args, PyObject* keywords) {
  return guarded_status([&] {
    static const char* names[] = {"searcher", "plan",    "proximity", "max_expansions",
                                  "matches",  "cut",     nullptr};
    PyObject *searcher = nullptr, *plan = nullptr, *proximity = nullptr;
    PyObject *matches = nullptr, *cut = nullptr;
    Py_ssize_t expansions = 2000;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "OO|$OnOO",
                                     const_cast<char**>(names), &searcher, &plan,
                                     &proximity, &expansions, &matches, &cut)) {
      throw PythonError();
    }
    auto& value = reinterpret_cast<Box<PreparedSearch>*>(self)->value;
    // A search in another thread may be using it.
    if (value) throw std::invalid_argument("a search is prepared once");
    value = std::make_unique<PreparedSearch>(searcher, plan, proximity,
                                             amount_of(expansions), matches, cut);
  });
}

PyObject* prepared_search(PyObject* self, PyObject* const* args, Py_ssize_t count,
                          PyObject* names) {
  return guarded([&] {
    const Keywords keywords(names, args + count, Keywords::kProximity);
    if (count != 0 || keywords[Keywords::kLimit] == nullptr) {
      PyErr_SetString(PyExc_TypeError, "a search takes keywords, and needs a limit");
      throw PythonError();
    }
    try {
      Stop stop(keywords.flag(), keywords.seconds());
      return unboxed<PreparedSearch>(self).search(keywords.page(), stop).release();
    } catch (const Interrupted&) {
      raise("SearchTimeoutError",
            Object::made(PyFloat_FromDouble(keywords.seconds().value_or(0))));
    } catch (const std::invalid_argument& error) {
      raise("QueryTreeError", text_from(error.what()));
    }
  });
}

PyMethodDef prepared_methods[] = {
    {"search",
     reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(prepared_search)),
     METH_FASTCALL | METH_KEYWORDS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

void add_prepared_searches(PyObject* module) {
  PyType_Slot slots[] = {
      {Py_tp_new, slot_of(new_box<PreparedSearch>)},
      {Py_tp_dealloc, slot_of(delete_box<PreparedSearch>)},
      {Py_tp_init, slot_of(prepared_init)},
      {Py_tp_doc, const_cast<char*>("A plan made ready for a searcher.")},
      {Py_tp_methods, prepared_methods},
      {0, nullptr},
  };
  add_box_type<PreparedSearch>(module, "searchkit.native._native.PreparedSearch",
                               slots);
}

}  // namespace searchkit
