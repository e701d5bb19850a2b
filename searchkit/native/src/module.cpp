// The extension module searchkit.native._native.
#include "python.hpp"

#include <cerrno>
#include <new>

#include "damage.hpp"

namespace searchkit {

namespace {

void raise_damage(const Damage& damage) {
  Object module(PyImport_ImportModule("searchkit.errors"));
  if (!module) return;
  Object kind(PyObject_GetAttrString(module.get(), "IndexDamagedError"));
  if (!kind) return;
  Object error(
      PyObject_CallFunction(kind.get(), "ss", damage.path.c_str(), damage.what()));
  if (error) PyErr_SetObject(kind.get(), error.get());
}

}  // namespace

void set_python_error() noexcept {
  try {
    throw;
  } catch (const PythonError&) {
  } catch (const Damage& damage) {
    raise_damage(damage);
  } catch (const SystemError& error) {
    errno = error.number;
    PyErr_SetFromErrnoWithFilename(PyExc_OSError, error.path.c_str());
  } catch (const Interrupted& stop) {
    PyErr_SetString(PyExc_TimeoutError, stop.what());
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  } catch (const std::invalid_argument& error) {
    PyErr_SetString(PyExc_ValueError, error.what());
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_RuntimeError, error.what());
  } catch (...) {
    PyErr_SetString(PyExc_RuntimeError, "an unknown failure of the extension");
  }
}

}  // namespace searchkit

static int execute(PyObject* module) {
  return searchkit::guarded_status([&] {
    searchkit::add_analysis(module);
    searchkit::add_segments(module);
    searchkit::add_postings(module);
    searchkit::add_builders(module);
    searchkit::add_search(module);
    searchkit::add_prepared_searches(module);
    searchkit::add_bound_plans(module);
    searchkit::add_snippets(module);
    searchkit::add_rows(module);
    searchkit::add_values(module);
  });
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, reinterpret_cast<void*>(execute)},
    {0, nullptr},
};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    "_native",
    "Compiled analysis, segments and searching; see searchkit.native.",
    0,
    nullptr,
    slots,
    nullptr,
    nullptr,
    nullptr,
};

PyMODINIT_FUNC PyInit__native() { return PyModuleDef_Init(&definition); }
