#include "search_plan_reader.hpp"

#include <stdexcept>

namespace searchkit {

namespace {

// Items of a tuple or list; borrowed from it.
class Items {
 public:
  explicit Items(PyObject* object) : object_(object), is_tuple_(PyTuple_Check(object)) {
    if (!is_tuple_ && !PyList_Check(object)) {
      throw std::invalid_argument("a plan consists of tuples");
    }
  }
  Py_ssize_t size() const {
    return is_tuple_ ? PyTuple_Size(object_) : PyList_Size(object_);
  }
  PyObject* operator[](Py_ssize_t at) const {
    PyObject* item =
        is_tuple_ ? PyTuple_GetItem(object_, at) : PyList_GetItem(object_, at);
    if (item == nullptr) throw PythonError();
    return item;
  }
  void expect(Py_ssize_t least, Py_ssize_t most) const {
    if (size() < least || size() > most) {
      throw std::invalid_argument("a node of a plan has too few or too many items");
    }
  }

 private:
  PyObject* object_;
  bool is_tuple_;
};

std::string_view name_of(PyObject* object) {
  if (!PyUnicode_Check(object)) {
    throw std::invalid_argument("a node of a plan begins with the name of its kind");
  }
  return utf8(object);
}

double real_number(PyObject* object) {
  const double value = PyFloat_AsDouble(object);
  if (value == -1.0 && PyErr_Occurred() != nullptr) throw PythonError();
  return value;
}

float weight_of(PyObject* object) {
  const double value = real_number(object);
  if (!(value >= 0 && value <= static_cast<double>(kMostWeight))) {
    throw std::invalid_argument("a weight is below 0, too large, or no number");
  }
  return static_cast<float>(value);
}

uint32_t small_number(PyObject* object) {
  const long value = PyLong_AsLong(object);
  if (value == -1 && PyErr_Occurred() != nullptr) throw PythonError();
  if (value < 0 || value > 0x7FFFFFFF) {
    throw std::invalid_argument("a number of a plan is below 0, or too large");
  }
  return static_cast<uint32_t>(value);
}

bool truth_of(PyObject* object) {
  const int truth = PyObject_IsTrue(object);
  require(truth);
  return truth != 0;
}

class Reader {
 public:
  Plan read(PyObject* object, uint32_t depth) {
    if (depth > kMostPlanDepth) {
      throw std::invalid_argument("a plan is nested too deeply");
    }
    if (++nodes_ > kMostPlanNodes) {
      throw std::invalid_argument("a plan has too many nodes");
    }
    const Items items(object);
    items.expect(1, 8);
    const std::string_view kind = name_of(items[0]);
    Plan plan;
    if (kind == "none" || kind == "all") {
      items.expect(1, 1);
      plan.kind = kind == "all" ? PlanKind::kAll : PlanKind::kNone;
    } else if (kind == "term") {
      items.expect(4, 4);
      plan.kind = PlanKind::kTerm;
      plan.field = read_term(items[1]);
      plan.terms.push_back(term(items[2]));
      plan.weight = weight_of(items[3]);
    } else if (kind == "phrase") {
      items.expect(5, 5);
      plan.kind = PlanKind::kPhrase;
      plan.field = read_term(items[1]);
      plan.terms = terms(items[2]);
      plan.weight = weight_of(items[3]);
      plan.slop = small_number(items[4]);
      if (plan.slop == 0) throw std::invalid_argument("the slop of a phrase is 0");
    } else if (kind == "and" || kind == "or") {
      items.expect(2, 2);
      plan.kind = kind == "and" ? PlanKind::kAnd : PlanKind::kOr;
      const Items children(items[1]);
      for (Py_ssize_t i = 0; i < children.size(); ++i) {
        plan.children.push_back(read(children[i], depth + 1));
      }
    } else if (kind == "not") {
      items.expect(2, 2);
      plan.kind = PlanKind::kNot;
      plan.children.push_back(read(items[1], depth + 1));
    } else if (kind == "constant" || kind == "boost") {
      items.expect(3, 3);
      plan.kind = kind == "boost" ? PlanKind::kBoost : PlanKind::kConstant;
      plan.weight = weight_of(items[1]);
      plan.children.push_back(read(items[2], depth + 1));
    } else if (kind == "best") {
      items.expect(4, 4);
      plan.kind = PlanKind::kBest;
      plan.field = read_term(items[1]);
      plan.weight = weight_of(items[2]);
      read_groups(items[3], plan);
    } else {
      plan.kind = PlanKind::kTerms;
      plan.pattern = read_pattern(object, plan.field);
    }
    return plan;
  }

 private:
  std::string term(PyObject* object) {
    if (++terms_ > kMostPlanTerms) {
      throw std::invalid_argument("a plan has too many terms");
    }
    return read_term(object);
  }
  std::vector<std::string> terms(PyObject* object) {
    const Items items(object);
    std::vector<std::string> all;
    for (Py_ssize_t i = 0; i < items.size(); ++i) all.push_back(term(items[i]));
    return all;
  }
  void read_groups(PyObject* object, Plan& plan) {
    const Items groups(object);
    for (Py_ssize_t i = 0; i < groups.size(); ++i) {
      const Items pair(groups[i]);
      pair.expect(2, 2);
      PlanGroup group;
      const double share = real_number(pair[0]);
      if (!(share > 0 && share <= 1)) {
        throw std::invalid_argument("the share of a group is not in 0 to 1");
      }
      group.share = share;
      group.terms = terms(pair[1]);
      plan.groups.push_back(std::move(group));
    }
  }

  uint32_t nodes_ = 0, terms_ = 0;
};

std::optional<std::string> end_of_range(PyObject* object) {
  if (object == Py_None) return std::nullopt;
  return read_term(object);
}

}  // namespace

std::string read_term(PyObject* object) {
  if (PyBytes_Check(object)) {
    char* data = nullptr;
    Py_ssize_t size = 0;
    require(PyBytes_AsStringAndSize(object, &data, &size));
    return std::string(data, static_cast<size_t>(size));
  }
  if (!PyUnicode_Check(object)) {
    throw std::invalid_argument("a term is a string or bytes");
  }
  Py_ssize_t size = 0;
  const char* text = PyUnicode_AsUTF8AndSize(object, &size);
  if (text != nullptr) return std::string(text, static_cast<size_t>(size));
  PyErr_Clear();
  const Object bytes =
      Object::made(PyUnicode_AsEncodedString(object, "utf-8", "surrogatepass"));
  return read_term(bytes.get());
}

TermsPattern read_pattern(PyObject* tuple, std::string& field) {
  const Items items(tuple);
  items.expect(3, 7);
  const std::string_view kind = name_of(items[0]);
  TermsPattern pattern;
  field = read_term(items[1]);
  if (kind == "range") {
    items.expect(6, 6);
    pattern.kind = TermsKind::kRange;
    pattern.first = end_of_range(items[2]);
    pattern.last = end_of_range(items[3]);
    pattern.includes_first = truth_of(items[4]);
    pattern.includes_last = truth_of(items[5]);
    return pattern;
  }
  pattern.text = read_term(items[2]);
  if (kind == "prefix" || kind == "wildcard") {
    items.expect(3, 3);
    pattern.kind = kind == "prefix" ? TermsKind::kPrefix : TermsKind::kWildcard;
  } else if (kind == "fuzzy") {
    items.expect(5, 6);
    pattern.kind = TermsKind::kFuzzy;
    pattern.distance = small_number(items[3]);
    pattern.prefix_length = small_number(items[4]);
    if (items.size() == 6) pattern.transpositions = truth_of(items[5]);
  } else {
    throw std::invalid_argument("a plan has no nodes of kind " + std::string(kind));
  }
  return pattern;
}

Plan read_plan(PyObject* object) { return simplified(Reader().read(object, 1)); }

std::vector<ProximityPair> read_proximity(PyObject* sequence) {
  std::vector<ProximityPair> pairs;
  const Items items(sequence);
  if (items.size() > static_cast<Py_ssize_t>(kMostPlanNodes)) {
    throw std::invalid_argument("there are too many pairs of terms");
  }
  for (Py_ssize_t i = 0; i < items.size(); ++i) {
    const Items pair(items[i]);
    pair.expect(4, 4);
    pairs.push_back({read_term(pair[0]), read_term(pair[1]), read_term(pair[2]),
                     weight_of(pair[3])});
  }
  return pairs;
}

}  // namespace searchkit
