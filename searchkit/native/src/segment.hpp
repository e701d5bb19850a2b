// A segment file, mapped into memory for reading.  Nothing in it is believed: whatever
// is read from the file is compared with the bounds of its section before it is used,
// and Damage is thrown where it does not fit.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "format.hpp"

namespace searchkit {

// Bytes of the file; `data` may be read kPadding bytes beyond `size`.
struct Section {
  const uint8_t* data = nullptr;
  uint64_t size = 0;
};

// One entry of a term dictionary.  Valid as long as its segment.
struct TermEntry {
  uint32_t number = kNone;           // in the order of the field's terms
  uint32_t document_frequency = 0;   // 1 or more
  uint64_t frequency = 0;            // occurrences; equal to the above without kFrequencies
  Section postings;                  // of this term alone
  Section positions;
};

struct Field {
  std::string name;
  uint32_t flags = 0;
  uint32_t terms = 0;
  uint32_t documents = 0;
  uint32_t bound_rows = 0;
  uint64_t total_length = 0;
  uint64_t posting_count = 0;
  Section term_blocks, term_data, postings, positions, bounds;
  const uint8_t* length_codes = nullptr;    // one a document, where kLengths is set
  const uint8_t* length_values = nullptr;   // u32 a document, unaligned
  const uint8_t* keys = nullptr;            // u32 a document, where kKey is set

  bool has(FieldFlag flag) const { return (flags & flag) != 0; }
  // Mean length where it is not 0, exact; 0 where no document has one.
  double mean_length() const {
    return documents ? static_cast<double>(total_length) / documents : 0.0;
  }
};

class Segment;

// Walks over the terms of a field in order of their bytes.
class TermCursor {
 public:
  TermCursor(const Segment& segment, const Field& field);
  // Moves to the first term; valid() is false where there is none.
  void first();
  // Moves to the first term that is not before `text`, in either direction.
  void seek(std::string_view text);
  // Moves to the term with this number, which is less than field.terms.
  void move_to(uint32_t number);
  void next();
  bool valid() const { return entry_.number < field_->terms; }
  // Holds until the cursor moves.
  std::string_view text() const { return {room_.data(), size_}; }
  const TermEntry& entry() const { return entry_; }

 private:
  void open_block(uint32_t block);
  void read_entry();
  void walk_to(std::string_view text);
  std::string_view first_of(uint32_t block) const;

  const Segment* segment_;
  const Field* field_;
  const uint8_t* at_ = nullptr;
  const uint8_t* end_ = nullptr;
  uint64_t postings_at_ = 0, positions_at_ = 0;
  std::string room_;  // the text, and what is left of longer ones
  size_t size_ = 0;   // of the text
  uint64_t shared_ = 0;  // bytes of the text that are those of the term before
  TermEntry entry_;
};

class Segment {
 public:
  // Maps the file and checks header and directory.  Throws Damage or SystemError.
  explicit Segment(const std::string& path);
  ~Segment();
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  const std::string& path() const { return path_; }
  uint32_t documents() const { return header_.documents; }
  uint32_t window_shift() const { return header_.window_shift; }
  // Windows of the segment: documents() divided by the size of one, rounded up.
  uint32_t windows() const;
  uint32_t dense_minimum() const { return header_.dense_minimum; }

  const std::vector<Field>& fields() const { return fields_; }
  // The field with this name; nullptr where the segment has none.
  const Field* field(std::string_view name) const;
  // The entry of a term; nothing where there is none.
  std::optional<TermEntry> find(const Field& field, std::string_view term) const;
  // The text of a term by its number, which is less than field.terms.
  std::string term_text(const Field& field, uint32_t number) const;

  // Numbers of a column, u32 a document, unaligned; nullptr where there is none.
  const uint8_t* column(std::string_view name) const;
  std::vector<std::string> column_names() const;

  uint32_t stored_block() const { return header_.stored_block; }
  Section stored(uint32_t block) const;

  // Compares every section with its checksum.  Throws Damage.
  void verify() const;
  // The same for the term dictionary of one of its fields.
  void verify_terms(const Field& field) const;

  [[noreturn]] void damaged(const char* what) const;

 private:
  friend class TermCursor;
  struct ColumnData {
    std::string name;
    const uint8_t* values;
  };

  void open();
  void open_fields();
  void open_columns();
  void verify(const SectionRecord& record) const;
  Section section(SectionKind kind, uint32_t number, uint64_t expected = UINT64_MAX,
                  bool required = true) const;

  std::string path_;
  const uint8_t* base_ = nullptr;
  uint64_t size_ = 0;
  Header header_{};
  std::vector<SectionRecord> directory_;
  std::vector<Field> fields_;
  std::vector<ColumnData> columns_;
  Section stored_, stored_offsets_;
};

}  // namespace searchkit
