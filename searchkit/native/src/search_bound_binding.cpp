// The Python type BoundPlan.
#include <cmath>
#include <stdexcept>

#include "boxes.hpp"
#include "search_binding.hpp"
#include "search_bound.hpp"
#include "search_calls.hpp"
#include "search_plan_reader.hpp"

namespace searchkit {

namespace {

// A plan, and the searcher whose snapshot it is for.
struct OwnedPlan {
  OwnedPlan(PyObject* owner, Plan read, std::vector<ProximityPair> pairs, size_t most)
      : searcher(Object::borrowed(owner)),
        plan(searcher_of(owner).snapshot(), std::move(read), std::move(pairs),
             most) {}
  const Object searcher;
  BoundPlan plan;
};

uint32_t leaf_of(const BoundPlan& plan, Py_ssize_t segment) {
  const uint32_t leaf = amount_of(segment);
  if (leaf >= plan.snapshot().leaves().size()) {
    PyErr_SetString(PyExc_IndexError, "the snapshot has fewer segments");
    throw PythonError();
  }
  return leaf;
}

int bound_init(PyObject* self, PyObject* args, PyObject*) {
  return guarded_status([&] {
    PyObject *searcher = nullptr, *plan = nullptr, *proximity = nullptr;
    Py_ssize_t expansions = 0;
    if (!PyArg_ParseTuple(args, "OOOn", &searcher, &plan, &proximity, &expansions)) {
      throw PythonError();
    }
    auto& value = reinterpret_cast<Box<OwnedPlan>*>(self)->value;
    if (value) throw std::invalid_argument("a plan is bound once");
    value = std::make_unique<OwnedPlan>(searcher, read_plan(plan),
                                       read_proximity(proximity),
                                       amount_of(expansions));
  });
}

Object list_of(size_t size) {
  return Object::made(PyList_New(static_cast<Py_ssize_t>(size)));
}

// best(segment, count, offset, least)
PyObject* bound_best(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  return guarded([&]() -> PyObject* {
    if (count != 4) {
      PyErr_SetString(PyExc_TypeError, "segment, count, offset and least are needed");
      throw PythonError();
    }
    Py_ssize_t numbers[3];
    for (int i = 0; i < 3; ++i) {
      numbers[i] = PyLong_AsSsize_t(args[i]);
      if (numbers[i] == -1 && PyErr_Occurred() != nullptr) throw PythonError();
    }
    const double least = PyFloat_AsDouble(args[3]);
    if (least == -1.0 && PyErr_Occurred() != nullptr) throw PythonError();
    BoundPlan& plan = unboxed<OwnedPlan>(self).plan;
    const uint32_t leaf = leaf_of(plan, numbers[0]);
    const uint32_t wanted = amount_of(numbers[1]), offset = amount_of(numbers[2]);
    // Rounded down, so that nothing above `least` is lost.
    const float floor = std::nextafterf(static_cast<float>(least), 0);
    std::vector<Hit> hits;
    {
      const WithoutGil others_run;
      hits = plan.best(leaf, wanted, offset, floor);
    }
    const Object documents = list_of(hits.size()), scores = list_of(hits.size());
    auto at = static_cast<Py_ssize_t>(0);
    for (const Hit& hit : hits) {
      require(PyList_SetItem(
          documents.get(), at,
          Object::made(PyLong_FromUnsignedLong(hit.document)).release()));
      require(PyList_SetItem(
          scores.get(), at,
          Object::made(PyFloat_FromDouble(static_cast<double>(hit.score))).release()));
      ++at;
    }
    return PyTuple_Pack(2, documents.get(), scores.get());
  });
}

PyObject* bound_documents(PyObject* self, PyObject* segment) {
  return guarded([&]() -> PyObject* {
    const Py_ssize_t number = PyLong_AsSsize_t(segment);
    if (number == -1 && PyErr_Occurred() != nullptr) throw PythonError();
    BoundPlan& plan = unboxed<OwnedPlan>(self).plan;
    const uint32_t leaf = leaf_of(plan, number);
    std::vector<uint32_t> found;
    {
      const WithoutGil others_run;
      found = plan.documents(leaf);
    }
    return PyBytes_FromStringAndSize(reinterpret_cast<const char*>(found.data()),
                                     static_cast<Py_ssize_t>(found.size() * 4));
  });
}

PyObject* bound_any(PyObject* self, PyObject* segment) {
  return guarded([&]() -> PyObject* {
    const Py_ssize_t number = PyLong_AsSsize_t(segment);
    if (number == -1 && PyErr_Occurred() != nullptr) throw PythonError();
    BoundPlan& plan = unboxed<OwnedPlan>(self).plan;
    const uint32_t leaf = leaf_of(plan, number);
    bool found = false;
    {
      const WithoutGil others_run;
      found = plan.any(leaf);
    }
    return PyBool_FromLong(found);
  });
}

PyMethodDef bound_methods[] = {
    {"best",
     reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(bound_best)),
     METH_FASTCALL, nullptr},
    {"documents", bound_documents, METH_O, nullptr},
    {"any", bound_any, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

void add_bound_plans(PyObject* module) {
  PyType_Slot slots[] = {
      {Py_tp_new, slot_of(new_box<OwnedPlan>)},
      {Py_tp_dealloc, slot_of(delete_box<OwnedPlan>)},
      {Py_tp_init, slot_of(bound_init)},
      {Py_tp_doc, const_cast<char*>("Runs one plan on segment after segment.")},
      {Py_tp_methods, bound_methods},
      {0, nullptr},
  };
  add_box_type<OwnedPlan>(module, "searchkit.native._native.BoundPlan", slots);
}

}  // namespace searchkit
