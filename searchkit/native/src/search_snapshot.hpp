// The segments that a searcher sees, and counts over all of them.
//
// Documents that are deleted count in the statistics until their segment is merged, as
// they do on every engine.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "search_keys.hpp"
#include "search_near.hpp"
#include "search_newest.hpp"
#include "segment.hpp"

namespace searchkit {

constexpr float kK1 = 1.2f;
constexpr double kB = 0.75;

// The beginnings of a field's terms, so that looking one up touches the dictionary
// once.  They are read when a field has been asked often enough: whoever opens a
// snapshot for one query would wait for them in vain.
class TermFinder {
 public:
  TermFinder(const Segment& segment, const Field& field)
      : segment_(segment), field_(field) {}
  // The same as Segment::find().  Both may be called by many threads at once.
  std::optional<TermEntry> find(std::string_view term);
  // The same as TermCursor::seek() of a cursor of the field that is nowhere yet.
  void seek(TermCursor& cursor, std::string_view term);

 private:
  bool is_ready();
  void read();

  const Segment& segment_;
  const Field& field_;
  std::atomic<uint32_t> asked_{0};
  std::mutex reading_;
  std::atomic<bool> is_read_{false};
  std::vector<uint64_t> firsts_;  // of each block's first term, as a number that sorts
};

// A segment, and what of it a search needs.
struct Leaf {
  std::shared_ptr<const Segment> segment;
  std::vector<uint64_t> deleted;  // bits; empty where nothing is deleted
  uint32_t deleted_count = 0;
  std::vector<std::unique_ptr<TermFinder>> finders;  // by number of the field
  std::vector<std::unique_ptr<NearTerms>> near_terms;  // likewise
  const Field* key_field = nullptr;   // nullptr where it has none
  std::unique_ptr<KeyTexts> keys;
  const uint8_t* dates = nullptr;     // u32 a document, unaligned; or nullptr
  std::unique_ptr<NewestFirst> newest;

  bool is_deleted(uint32_t document) const {
    return deleted_count != 0 &&
           (deleted[document >> 6] >> (document & 63) & 1) != 0;
  }
  // Calls `visit` with each deleted document from `begin` to before `end`.
  template <class Visit>
  void each_deleted(uint32_t begin, uint32_t end, Visit&& visit) const {
    for (uint32_t word = begin / 64; uint64_t{word} * 64 < end; ++word) {
      for (uint64_t bits = deleted[word]; bits != 0; bits &= bits - 1) {
        const uint32_t at = word * 64 + static_cast<uint32_t>(__builtin_ctzll(bits));
        if (at >= begin && at < end) visit(at);
      }
    }
  }
  uint32_t date(uint32_t document) const {
    return dates == nullptr ? 0 : load<uint32_t>(dates + uint64_t{document} * 4);
  }
  // What finds terms of a field, which is one of the segment's own.
  TermFinder& finder(const Field& field) const { return *finders[number_of(field)]; }
  // What finds those of its terms that are near a word.
  NearTerms& near(const Field& field) const { return *near_terms[number_of(field)]; }
  size_t number_of(const Field& field) const {
    return static_cast<size_t>(&field - segment->fields().data());
  }
  // The entry of a term of such a field.
  std::optional<TermEntry> find(const Field& field, std::string_view term) const {
    return finder(field).find(term);
  }
  // Where the key of a document stands among the keys of the segment, from 1 on; 0 for
  // a document without one.
  uint32_t key(uint32_t document) const {
    if (key_field == nullptr) return 0;
    return load<uint32_t>(key_field->keys + uint64_t{document} * 4) + 1;
  }
  // Have memory fetched that key_text() reads: first the number of the key, then where
  // its text begins, then the text.
  void expect_key(uint32_t document) const;
  void expect_block(uint32_t document) const;
  void expect_text(uint32_t document) const;
  // The text of a key(); empty for 0.  Throws Damage.
  std::string key_text(uint32_t key) const;
};

// Statistics of a field over all segments.
struct FieldStatistics {
  bool has_lengths = false;
  uint64_t documents = 0;  // with a length above 0; for fields without, all documents
  double mean_length = 0;  // of those; 0 for fields without lengths
  // k1 * (1 - b + b * length / mean) for each code of a length; k1 without lengths.
  std::vector<float> norms;
};

class Snapshot {
 public:
  // Segments with the bitmaps of their deleted documents, the lowest bit first; an
  // empty one deletes nothing.  Throws std::invalid_argument where a bitmap has another
  // size.
  Snapshot(std::vector<std::shared_ptr<const Segment>> segments,
           const std::vector<std::string_view>& deleted, std::string_view key_field,
           std::string_view date_column);

  const std::vector<Leaf>& leaves() const { return leaves_; }
  // Of all segments, deleted ones as well.
  uint64_t documents() const { return documents_; }
  // Statistics of a field; of one that no segment has, those of no document.
  const FieldStatistics& field(std::string_view name) const;
  uint64_t document_frequency(std::string_view field, std::string_view term) const;
  // The inverse document frequency of a term in so many documents.
  double idf(const FieldStatistics& field, uint64_t document_frequency) const;

 private:
  void add_field(const std::string& name);

  std::vector<Leaf> leaves_;
  uint64_t documents_ = 0;
  std::map<std::string, FieldStatistics, std::less<>> fields_;
  FieldStatistics missing_;
};

}  // namespace searchkit
