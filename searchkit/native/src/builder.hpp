// Collecting documents in memory, and writing them as a segment.
//
// Documents come in one of two ways.  In bulk, each text is analysed here, and inverted
// when the segment is written.  Or only lengths and columns come with the documents, and
// the posting lists afterwards, in order, as Whoosh's own writer makes them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer.hpp"
#include "buffer.hpp"
#include "compact_numbers.hpp"
#include "field_encoder.hpp"
#include "vocabulary.hpp"

namespace searchkit {

struct BuilderField : FieldSpec {
  // The number of the field that takes the distinct words of this field's texts.
  std::optional<uint32_t> words_into;
};

// A term of a field without positions, and how often a document has it.
struct TermCount {
  uint32_t field;
  std::string_view term;
  uint32_t frequency;
};

class SegmentBuilder {
 public:
  // `analyzer` may be nullptr where no text is added; it is not to be cleared before
  // finish().
  SegmentBuilder(Analyzer* analyzer, std::vector<BuilderField> fields,
                 std::vector<std::string> columns, uint32_t stored_block);

  // Begins the next document; what follows is of it.  Returns its number.
  uint32_t begin_document();
  // Adds the tokens of a text to a field; more than one text are as one.
  void add_text(uint32_t field, std::string_view text);
  // Adds a term to a field without positions; each at most once in a document.
  void add_term(uint32_t field, std::string_view term, uint32_t frequency);
  // Takes up terms that many documents have together.  Returns the group's number.
  uint32_t share(const std::vector<TermCount>& terms);
  // Adds all terms of a group.
  void add_group(uint32_t group);
  void set_length(uint32_t field, uint32_t length);
  void set_column(uint32_t column, uint32_t value);

  // Adds the posting list of a field's next term, after all documents.
  void add_postings(uint32_t field, std::string_view term, const Postings& postings);

  // Adds the next blob of stored documents.
  void add_stored(const void* data, size_t size);

  uint32_t documents() const { return documents_; }
  uint32_t fields() const { return static_cast<uint32_t>(specs_.size()); }
  uint32_t groups() const { return static_cast<uint32_t>(group_ends_.size()); }
  uint32_t columns() const { return static_cast<uint32_t>(columns_.size()); }
  // Bytes that will be in use while the segment is written, about.
  size_t memory() const;

  // Writes the segment to a new file; nothing may be added afterwards.
  void finish(const std::string& path);

 private:
  struct Collected {
    Vocabulary vocabulary;  // of the field's own, where terms are not analysed
    const Vocabulary* terms_of = nullptr;
    bool takes_words = false;  // of texts of other fields, and no texts
    CompactNumbers terms;
    Buffer<uint32_t> frequencies;
    std::vector<uint64_t> starts;   // of each document in `terms`
    std::vector<uint32_t> lengths;  // of each document, for fields with kLengths
    std::vector<uint32_t> seen;     // by word: number of the last document with it + 1
    std::optional<FieldEncoder> encoder;
  };

  // The terms of a field in order of their bytes, and how often each was collected.
  struct TermOrder {
    std::vector<uint32_t> order;
    std::vector<uint32_t> counts;  // by the number of the term
    uint32_t longest = 0;          // most of them in a document
  };

  // A term of a group, by its number in the vocabulary of its field.
  struct Shared {
    uint32_t field, term, frequency;
  };

  Shared numbered(const TermCount& term);
  void add_numbered(const Shared& term);
  void use_vocabulary(uint32_t field, const Vocabulary& vocabulary);
  void add_words(Collected& words);
  FieldEncoder& encoder(uint32_t field);
  template <class Entry, class Make>
  Buffer<Entry> sorted_by_term(Collected& from, const TermOrder& terms, Make&& make);
  template <class Entry>
  void invert_positions(uint32_t field, const TermOrder& terms, uint32_t position_bits);
  void invert_frequencies(uint32_t field, const TermOrder& terms);
  void invert_documents(uint32_t field, const TermOrder& terms);
  void invert(uint32_t field);

  Analyzer* analyzer_;
  std::vector<BuilderField> specs_;
  std::vector<std::string> columns_;
  uint32_t stored_block_;
  uint32_t documents_ = 0;
  std::vector<std::unique_ptr<Collected>> collected_;
  std::vector<std::vector<uint32_t>> column_values_;
  Buffer<Shared> shared_;              // the terms of all groups, one after the other
  std::vector<uint32_t> group_ends_;  // where those of each group end
  Buffer<uint32_t> terms_, words_;  // of the text that is being added, by token
  // Memory of what was inverted already, for what comes next: pages that are there need
  // not be made anew.
  Buffer<uint32_t> spare_;
  Buffer<uint8_t> stored_;
  std::vector<uint64_t> stored_offsets_{0};
};

}  // namespace searchkit
