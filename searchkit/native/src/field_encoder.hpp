// Encoding the posting lists of one field: term by term, in order of their bytes.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "buffer.hpp"
#include "file_writer.hpp"
#include "format.hpp"

namespace searchkit {

// What a field is, apart from its terms.
struct FieldSpec {
  std::string name;
  uint32_t flags = 0;
};

// Sizes that all fields of a segment share.
struct SegmentShape {
  explicit SegmentShape(uint32_t documents);
  uint32_t documents;
  uint32_t window_shift;
  uint32_t windows;
  uint32_t dense_minimum;
};

// The postings of a term in all documents, ascending.  `frequencies` is empty for
// fields without kFrequencies, `positions` (of all documents, one after the other) for
// fields without kPositions.
struct Postings {
  std::vector<uint32_t> documents;
  std::vector<uint32_t> frequencies;
  std::vector<uint32_t> positions;

  void clear() {
    documents.clear();
    frequencies.clear();
    positions.clear();
  }
};

// Numbers that are kept elsewhere, for as long as this is in use.
struct NumbersView {
  const uint32_t* data = nullptr;
  size_t size = 0;

  NumbersView() = default;
  NumbersView(const uint32_t* at, size_t count) : data(at), size(count) {}
  NumbersView(const std::vector<uint32_t>& numbers)
      : data(numbers.data()), size(numbers.size()) {}
  uint32_t operator[](size_t at) const { return data[at]; }
  const uint32_t* begin() const { return data; }
  const uint32_t* end() const { return data + size; }
};

// The postings of a term that are kept elsewhere.
struct PostingsView {
  NumbersView documents, frequencies, positions;

  PostingsView() = default;
  PostingsView(const Postings& postings)
      : documents(postings.documents),
        frequencies(postings.frequencies),
        positions(postings.positions) {}
};

class FieldEncoder {
 public:
  // `lengths` has the exact length of every document for fields with kLengths; it is
  // kept by reference.
  FieldEncoder(const FieldSpec& spec, const SegmentShape& shape,
               const std::vector<uint32_t>& lengths);

  // Hands over memory for positions, before the first term.
  void put_positions_into(Buffer<uint8_t>&& memory) { positions_ = std::move(memory); }

  // Adds the next term.  Throws std::invalid_argument where terms or documents are out
  // of order, there are none, frequencies or positions are missing, or the text is too
  // long.
  void add(std::string_view term, const PostingsView& postings);

  // Writes the sections of the field and returns its record.
  FieldRecord write(FileWriter& file, uint32_t number);

 private:
  // What a block has of documents and frequencies, as it is packed.
  struct BlockNumbers {
    BlockNumbers(const PostingsView& postings, size_t start, uint32_t flags);
    void pack(Buffer<uint8_t>& out) const;

    uint32_t gaps[kBlock], frequencies[kBlock];  // the latter less 1
    size_t size;
    uint8_t document_bits, frequency_bits = 0;
  };

  uint64_t checked_total(const PostingsView& postings) const;
  void encode(const PostingsView& postings);
  void put_positions(const PostingsView& postings, size_t first, size_t count,
                     BlockRecord& record);
  uint8_t bound(uint32_t frequency, uint8_t code) const;
  void add_bounds(const PostingsView& postings);

  static constexpr uint32_t kFew = 16;  // frequencies below are looked up

  const FieldSpec& spec_;
  const SegmentShape shape_;
  const std::vector<uint32_t>& lengths_;
  std::vector<uint8_t> length_codes_;
  std::vector<float> norms_;  // k1 * (1 - b + b * length / mean) by length code
  FieldRecord record_{};
  std::string last_term_;
  std::vector<uint64_t> term_blocks_;
  std::vector<uint8_t> bounds_;
  std::vector<uint8_t> few_bounds_;  // by length code, then frequency
  Buffer<uint8_t> terms_, postings_, positions_;
  std::vector<BlockRecord> records_;  // of the blocks of one term
  Buffer<uint8_t> block_data_;        // and their numbers
  std::vector<uint32_t> keys_;
};

}  // namespace searchkit
