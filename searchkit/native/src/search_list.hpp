// A posting list as a search sees it: each block is decoded when it is first needed,
// and then kept, since windows of documents are looked at in any order.
//
// A posting is named by its number in the list; that of document number, frequency and
// share are arrays.  The *share* of a posting is its part of BM25 that depends on the
// document, f / (f + norm), in 0 to 1.
#pragma once

#include <algorithm>

#include "postings.hpp"
#include "search_scratch.hpp"
#include "search_snapshot.hpp"

namespace searchkit {

// Document numbers from `begin` to before `end`.
struct Range {
  uint32_t begin, end;
  uint32_t size() const { return end - begin; }
};

// Postings from `begin` to before `end`.
struct Span {
  uint32_t begin, end;
  uint32_t size() const { return end - begin; }
};

// Document numbers fit in signed numbers, which are faster to compare.
typedef int32_t SignedLanes __attribute__((vector_size(16)));
// In the place of documents behind the last one of a list; no segment has so many.
constexpr uint32_t kBehindAll = 0x7FFFFFFF;

// The bound of a window without matches.
constexpr float kNoMatch = -__builtin_inff();

class DecodedList {
 public:
  // Memory comes from the scratch of the search, which has to last as long.  For
  // `is_checked` see PostingList.
  DecodedList(const Segment& segment, const Field& field, const TermEntry& entry,
              const FieldStatistics& statistics, Scratch& scratch,
              bool is_checked = false);

  uint32_t size() const { return size_; }
  bool has_row() const { return list_.bounds() != nullptr; }
  const PostingList& postings() const { return list_; }

  // The postings of a range, with their documents.
  Span within(Range range);
  // Calls `visit` with each of them and its document, ascending; faster where there are
  // few of them.
  template <class Visit>
  void each_within(Range range, Visit&& visit) {
    uint32_t block = block_for(range.begin);
    if (block == blocks_) return;
    need_documents(block);
    uint32_t posting = first_not_before(block, range.begin);
    for (;;) {
      const uint32_t end = std::min(size_, (block + 1) * kBlock);
      for (; posting < end; ++posting) {
        const uint32_t document = documents_[posting];
        if (document >= range.end) return;
        visit(posting, document);
      }
      if (++block == blocks_) return;
      need_documents(block);
    }
  }
  // The posting of a document; kNone where it has none.
  uint32_t find(uint32_t document) {
    const uint32_t block = block_for(document);
    if (block == blocks_) return kNone;
    need_documents(block);
    const uint32_t posting = first_not_before(block, document);
    return documents_[posting] == document ? posting : kNone;
  }
  // Finds postings of `count` ascending documents.  Writes, for each that has one,
  // which it is among the documents, and its posting; returns how many there are.
  // There is room for one more than `count`.
  uint32_t locate(const uint32_t* documents, uint32_t count, uint32_t* which,
                  uint32_t* where);

  // The same, faster for a few documents.
  uint32_t locate_few(const uint32_t* documents, uint32_t count, uint32_t* which,
                      uint32_t* where) {
    return seek_each(documents, 0, count, which, where);
  }

  // Arrays by posting.  Documents are there for what was found or lies within a range
  // that was asked for; frequencies and shares are, after need_…().
  const uint32_t* documents() const { return documents_; }
  const uint32_t* frequencies() const { return frequencies_; }
  const float* shares() const { return shares_; }
  void need_frequencies(Span span);
  void need_shares(Span span);
  // Of one posting that was found.
  uint32_t frequency(uint32_t posting) {
    const uint32_t block = posting / kBlock;
    if ((states_[block] & kHasFrequencies) == 0) decode_frequencies(block);
    return frequencies_[posting];
  }
  float share(uint32_t posting) {
    if (has_all_shares_) return shares_[posting];
    return share_of(frequency(posting), documents_[posting]);
  }
  // The same, faster where few postings of a block are asked for.
  uint32_t frequency_alone(uint32_t posting) {
    uint8_t& state = states_[posting / kBlock];
    if ((state & kHasFrequencies) == 0) {
      if (state < kOneByOne) {
        state += kOne;
        return list_.frequency(posting / kBlock, posting % kBlock);
      }
      decode_frequencies(posting / kBlock);
    }
    return frequencies_[posting];
  }
  float share_alone(uint32_t posting) {
    if (has_all_shares_) return shares_[posting];
    return share_of(frequency_alone(posting), documents_[posting]);
  }
  // Writes the shares of `count` ascending postings that were found.
  void shares_of(const uint32_t* postings, uint32_t count, float* out);
  // What any frequency in any document would make.
  float share_of(uint32_t frequency, uint32_t document) const {
    return share_with(norm(document), frequency);
  }
  // What a frequency makes with a norm.
  static float share_with(float norm, uint32_t frequency) {
    const float times = as_float(frequency);
    return times / (times + norm);
  }

  // The positions of a posting that was found: as many as its frequency.
  PositionRun positions(uint32_t posting) {
    const uint32_t count = frequency(posting), block = posting / kBlock;
    return list_.position_run(block, frequencies_before(posting), count);
  }

  // Decodes the documents of all blocks.
  Span all();

  // An upper bound of the share in a window, without computing those of all; kNoMatch
  // where the row says that there is no posting.
  float share_bound(uint32_t window) const {
    const uint8_t* row = list_.bounds();
    if (row == nullptr) return most_share_;
    if (row[window] == 0) return kNoMatch;
    return row_counts_ ? std::min(row[window] * row_factor_, 1.0f) : 1.0f;
  }
  // Upper bounds of the share: over the segment, and for each window; kNoMatch for
  // windows without a posting.
  float most_share() const { return most_share_; }
  void share_bounds(float* out);
  // For each window, whether there is a posting: 0 or 1.
  void presence(uint8_t* out);

 private:
  // What was decoded of a block; above that, how many frequencies were read alone.
  enum State : uint8_t {
    kHasDocuments = 1,
    kHasFrequencies = 2,
    kOne = 4,
    kOneByOne = 16 * kOne,
  };

  static float as_float(uint32_t frequency) {
    // Converting signed numbers is faster; no document has 2**31 tokens.
    return static_cast<float>(static_cast<int32_t>(frequency & 0x7FFFFFFF));
  }
  float norm(uint32_t document) const {
    return norms_[codes_ == nullptr ? 0 : codes_[document]];
  }
  // The first block whose last document is not before `document`; blocks_ for none.
  uint32_t block_for(uint32_t document) {
    return document >= from_ && document <= to_ ? block_ : move_to_block(document);
  }
  uint32_t move_to_block(uint32_t document);
  void set_block(uint32_t block) {
    block_ = block;
    from_ = block == 0 ? 0 : list_.last(block - 1) + 1;
    to_ = list_.last(block);
  }
  void find_first_blocks();
  // The first posting of a block whose document is not before `document`, which is not
  // behind the last one.
  uint32_t first_not_before(uint32_t block, uint32_t document) const {
    const uint32_t* documents = documents_ + size_t{block} * kBlock;
    uint32_t at = 0;
#pragma GCC unroll 3
    for (uint32_t step = kBlock / 2; step >= 16; step /= 2) {
      at += (documents[at + step - 1] < document) * step;
    }
    // How many of the 16 that are left are before it, four at a time.
    const auto wanted = static_cast<int32_t>(document);
    const SignedLanes all = {wanted, wanted, wanted, wanted};
    SignedLanes before = {0, 0, 0, 0};
#pragma GCC unroll 4
    for (uint32_t i = 0; i < 16; i += 4) {
      SignedLanes here;
      std::memcpy(&here, documents + at + i, sizeof here);
      before -= here < all;
    }
    at += static_cast<uint32_t>(before[0] + before[1] + before[2] + before[3]);
    return block * kBlock + at;
  }
  void need_documents(uint32_t block) {
    if ((states_[block] & kHasDocuments) == 0) decode_documents(block);
  }
  void decode_documents(uint32_t block);
  void decode_frequencies(uint32_t block);
  uint32_t frequencies_before(uint32_t posting);
  uint32_t seek_each(const uint32_t* documents, uint32_t begin, uint32_t end,
                     uint32_t* which, uint32_t* where);
  uint32_t stream(const uint32_t* documents, uint32_t begin, uint32_t end,
                  uint32_t* which, uint32_t* where);

  uint32_t* documents_;
  PostingList list_;
  Scratch& scratch_;
  const uint8_t* codes_;  // nullptr where lengths do not matter
  const float* norms_;    // by code of a length
  uint32_t size_, blocks_;
  uint32_t segment_documents_, windows_, window_shift_;
  float row_factor_;  // what turns a byte of the row into a share
  bool row_counts_;   // the row was made for norms like these
  float most_share_;
  uint8_t* states_;
  uint32_t* frequencies_;
  float* shares_;
  bool has_all_shares_ = false;
  // By window, the first block that does not end before it; nullptr before
  // share_bounds(), and for lists without a row.
  uint32_t* first_blocks_ = nullptr;
  uint32_t summed_ = 0, sum_ = 0;  // the last answer of frequencies_before()
  uint32_t block_ = 0;           // where the last document was found,
  uint32_t from_ = 1, to_ = 0;   // and the documents that it covers
};

}  // namespace searchkit
