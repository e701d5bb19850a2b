// The Python type PostingCursor.
#include <algorithm>

#include "arguments.hpp"
#include "boxes.hpp"
#include "postings.hpp"
#include "segments_binding.hpp"

namespace searchkit {

namespace {

using SharedSegment = std::shared_ptr<const Segment>;

PyObject* posting_cursor_type = nullptr;

// Walks over a posting list, a block at a time.
class PostingCursor {
 public:
  PostingCursor(SharedSegment segment, const Field& field, const TermEntry& entry)
      : segment_(std::move(segment)), field_(&field), list_(*segment_, field, entry) {
    open(0);
  }

  bool active() const { return block_ < list_.blocks(); }
  // Behind the last one, a number that no document has.
  uint32_t document() const { return active() ? documents_[at_] : 0x7FFFFFFF; }
  uint32_t frequency() {
    need_frequencies();
    return frequencies_[at_];
  }
  // False where the cursor is still in the same block.
  bool next() {
    if (++at_ < size_) return false;
    open(block_ + 1);
    return true;
  }
  void skip_to(uint32_t document) {
    if (!active() || documents_[at_] >= document) return;
    if (list_.last(block_) < document) open(list_.find_block(document, block_));
    if (!active()) return;
    while (documents_[at_] < document) ++at_;
  }
  void next_block() { open(block_ + 1); }
  // Appends the current document and all behind it, and moves behind the last one.
  void take_rest(std::vector<uint32_t>& into) {
    while (active()) {
      into.insert(into.end(), documents_ + at_, documents_ + size_);
      open(block_ + 1);
    }
  }
  std::vector<uint32_t> positions() {
    need_frequencies();
    uint64_t before = 0;
    for (uint32_t i = 0; i < at_; ++i) before += frequencies_[i];
    list_.check_positions(block_, before + frequencies_[at_]);
    std::vector<uint32_t> found(frequencies_[at_]);
    list_.positions(block_, before, frequencies_[at_], found.data());
    return found;
  }
  uint32_t most_frequent() {
    need_frequencies();
    uint32_t most = 0;
    for (uint32_t i = 0; i < size_; ++i) most = std::max(most, frequencies_[i]);
    return most;
  }
  uint32_t shortest() const {
    if (field_->length_values == nullptr) return 0;
    uint32_t least = UINT32_MAX;
    for (uint32_t i = 0; i < size_; ++i) {
      const uint8_t* at = field_->length_values + uint64_t{documents_[i]} * 4;
      least = std::min(least, load<uint32_t>(at));
    }
    return least;
  }
  // From now on score() is idf * (f * factor / (f + norm)), with the norms of all
  // documents as f64 in a bytes object.  Throws std::invalid_argument where there are
  // more or fewer.
  void score_by(double idf, double factor, Object norms) {
    char* data = nullptr;
    Py_ssize_t size = 0;
    require(PyBytes_AsStringAndSize(norms.get(), &data, &size));
    if (static_cast<uint64_t>(size) != uint64_t{segment_->documents()} * 8) {
      throw std::invalid_argument("there is not one norm for each document");
    }
    idf_ = idf;
    factor_ = factor;
    norms_ = std::move(norms);
    norm_values_ = reinterpret_cast<const uint8_t*>(data);
  }
  // Of the current document, in the order of operations of Whoosh's formula.
  double score() {
    if (norm_values_ == nullptr) {
      throw std::invalid_argument("the cursor does not know how to score");
    }
    const double f = frequency();
    const double norm = load<double>(norm_values_ + uint64_t{document()} * 8);
    return idf_ * ((f * factor_) / (f + norm));
  }

 private:
  void open(uint32_t block) {
    block_ = block;
    at_ = 0;
    size_ = 0;
    has_frequencies_ = false;
    if (!active()) return;
    size_ = list_.block_size(block);
    list_.documents(block, documents_);
  }
  void need_frequencies() {
    if (has_frequencies_) return;
    list_.frequencies(block_, frequencies_);
    has_frequencies_ = true;
  }

  SharedSegment segment_;
  const Field* field_;
  PostingList list_;
  uint32_t block_ = 0, at_ = 0, size_ = 0;
  bool has_frequencies_ = false;
  double idf_ = 0, factor_ = 0;
  Object norms_;                          // kept alive
  const uint8_t* norm_values_ = nullptr;  // in norms_; nullptr before score_by()
  uint32_t documents_[kBlock], frequencies_[kBlock];
};

PostingCursor& active_cursor(PyObject* self) {
  PostingCursor& cursor = unboxed<PostingCursor>(self);
  if (!cursor.active()) {
    throw std::invalid_argument("the cursor is behind the last document");
  }
  return cursor;
}

PyObject* postings_is_active(PyObject* self, PyObject*) {
  return guarded(
      [&] { return PyBool_FromLong(unboxed<PostingCursor>(self).active()); });
}

PyObject* postings_document(PyObject* self, PyObject*) {
  return guarded([&] {
    return PyLong_FromUnsignedLong(unboxed<PostingCursor>(self).document());
  });
}

PyObject* postings_frequency(PyObject* self, PyObject*) {
  return guarded(
      [&] { return PyLong_FromUnsignedLong(active_cursor(self).frequency()); });
}

PyObject* postings_next(PyObject* self, PyObject*) {
  return guarded([&] { return PyBool_FromLong(active_cursor(self).next()); });
}

PyObject* postings_next_block(PyObject* self, PyObject*) {
  return guarded([&]() -> PyObject* {
    active_cursor(self).next_block();
    Py_RETURN_NONE;
  });
}

PyObject* postings_skip_to(PyObject* self, PyObject* document) {
  return guarded([&]() -> PyObject* {
    unboxed<PostingCursor>(self).skip_to(number_of(document));
    Py_RETURN_NONE;
  });
}

PyObject* list_of(const std::vector<uint32_t>& numbers) {
  Object list = Object::made(PyList_New(static_cast<Py_ssize_t>(numbers.size())));
  for (size_t i = 0; i < numbers.size(); ++i) {
    Object number = Object::made(PyLong_FromUnsignedLong(numbers[i]));
    PyList_SetItem(list.get(), static_cast<Py_ssize_t>(i), number.release());
  }
  return list.release();
}

PyObject* postings_positions(PyObject* self, PyObject*) {
  return guarded([&] { return list_of(active_cursor(self).positions()); });
}

PyObject* postings_rest(PyObject* self, PyObject*) {
  return guarded([&] {
    std::vector<uint32_t> found;
    unboxed<PostingCursor>(self).take_rest(found);
    return list_of(found);
  });
}

PyObject* postings_most_frequent(PyObject* self, PyObject*) {
  return guarded(
      [&] { return PyLong_FromUnsignedLong(active_cursor(self).most_frequent()); });
}

PyObject* postings_shortest(PyObject* self, PyObject*) {
  return guarded([&] { return PyLong_FromUnsignedLong(active_cursor(self).shortest()); });
}

PyObject* postings_peaks(PyObject* self, PyObject*) {
  return guarded([&] {
    PostingCursor cursor(unboxed<PostingCursor>(self));
    uint32_t most = 0, least = UINT32_MAX;
    for (; cursor.active(); cursor.next_block()) {
      most = std::max(most, cursor.most_frequent());
      least = std::min(least, cursor.shortest());
    }
    return Py_BuildValue("II", most, least);
  });
}

PyObject* postings_score_by(PyObject* self, PyObject* args) {
  return guarded([&]() -> PyObject* {
    double idf = 0, factor = 0;
    PyObject* norms = nullptr;
    if (!PyArg_ParseTuple(args, "ddS", &idf, &factor, &norms)) throw PythonError();
    unboxed<PostingCursor>(self).score_by(idf, factor, Object::borrowed(norms));
    Py_RETURN_NONE;
  });
}

PyObject* postings_score(PyObject* self, PyObject*) {
  return guarded([&] { return PyFloat_FromDouble(active_cursor(self).score()); });
}

PyObject* postings_copy(PyObject* self, PyObject*) {
  return guarded([&] {
    return boxed(posting_cursor_type,
                 std::make_unique<PostingCursor>(unboxed<PostingCursor>(self)))
        .release();
  });
}

PyMethodDef postings_methods[] = {
    {"is_active", postings_is_active, METH_NOARGS, nullptr},
    {"document", postings_document, METH_NOARGS, nullptr},
    {"frequency", postings_frequency, METH_NOARGS, nullptr},
    {"next", postings_next, METH_NOARGS, nullptr},
    {"next_block", postings_next_block, METH_NOARGS, nullptr},
    {"skip_to", postings_skip_to, METH_O, nullptr},
    {"positions", postings_positions, METH_NOARGS, nullptr},
    {"rest", postings_rest, METH_NOARGS, nullptr},
    {"most_frequent", postings_most_frequent, METH_NOARGS, nullptr},
    {"shortest", postings_shortest, METH_NOARGS, nullptr},
    {"peaks", postings_peaks, METH_NOARGS, nullptr},
    {"score_by", postings_score_by, METH_VARARGS, nullptr},
    {"score", postings_score, METH_NOARGS, nullptr},
    {"copy", postings_copy, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot postings_slots[] = {
    {Py_tp_doc, const_cast<char*>("Walks over the documents of a posting list.")},
    {Py_tp_new, slot_of(new_box<PostingCursor>)},
    {Py_tp_dealloc, slot_of(delete_box<PostingCursor>)},
    {Py_tp_methods, postings_methods},
    {0, nullptr},
};

}  // namespace

Object posting_cursor(SharedSegment segment, const Field& field,
                      const TermEntry& entry) {
  return boxed(posting_cursor_type,
               std::make_unique<PostingCursor>(std::move(segment), field, entry));
}

void add_postings(PyObject* module) {
  posting_cursor_type = add_box_type<PostingCursor>(
      module, "searchkit.native._native.PostingCursor", postings_slots);
}

}  // namespace searchkit
