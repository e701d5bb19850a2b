// One posting list, decoded block by block.
//
// Layout of a list, in the bytes of TermEntry::postings:
//
//   df <= kBlock    u8 document_bits [u8 frequency_bits] [u8 position_bits], then the
//                   packed numbers of the one block
//   df > kBlock     u32 row of bounds, or kNone; a BlockRecord for each block; then the
//                   packed numbers, where the records say
//
// A full block has differences of documents less 1 (from the last document of the block
// before, or -1) in the layout of pack_block, then frequencies less 1 likewise.  A
// shorter block, the last one, has both as plain runs of bits.  Positions are absolute,
// as a run of bits of one width for each block.
#pragma once

#include "bitpack.hpp"
#include "segment.hpp"

namespace searchkit {

// The positions of one document, as they are packed: ascending, unless the file is
// damaged.
class PositionRun {
 public:
  PositionRun() = default;
  PositionRun(const uint8_t* data, uint64_t first_bit, uint32_t bits, uint32_t count)
      : data_(data), first_bit_(first_bit), bits_(bits), count_(count) {}

  uint32_t count() const { return count_; }
  // The position with a number below count().
  uint32_t operator[](uint32_t number) const {
    return read_bits(data_, first_bit_ + uint64_t{number} * bits_, bits_);
  }

 private:
  const uint8_t* data_ = nullptr;
  uint64_t first_bit_ = 0;
  uint32_t bits_ = 0, count_ = 0;
};

class PostingList {
 public:
  // Checks that all block records lie in the list and ascend.  Throws Damage.  The
  // documents of a list of a single block have to be read for that: they are written
  // to `single`, which has room for kBlock, unless it is nullptr.  The checks of a list
  // of several blocks are left out where the same list was made before.
  PostingList(const Segment& segment, const Field& field, const TermEntry& entry,
              uint32_t* single = nullptr, bool is_checked = false);

  uint32_t document_frequency() const { return count_; }
  uint32_t blocks() const { return blocks_; }
  uint32_t block_size(uint32_t block) const {
    return block + 1 < blocks_ ? kBlock : count_ - block * kBlock;
  }
  // The last document of a block; they ascend strictly, and are below documents().
  uint32_t last(uint32_t block) const {
    return records_ == nullptr
               ? single_last_
               : load<uint32_t>(records_ + block * sizeof(BlockRecord));
  }
  // The number of the first block whose last document is not before `document`;
  // blocks() where there is none.  `hint` is a block to start from.
  uint32_t find_block(uint32_t document, uint32_t hint) const;

  // Write block_size(block) documents, strictly ascending and below documents(), to
  // `out`, which has room for kBlock.  Throws Damage.
  void documents(uint32_t block, uint32_t* out) const;
  // The same for frequencies, each 1 or more; all 1 without kFrequencies.
  void frequencies(uint32_t block, uint32_t* out) const;
  // The frequency of the posting with a number below block_size(block), in less time
  // than for all of them.  Throws Damage.
  uint32_t frequency(uint32_t block, uint32_t number) const;
  // Write `count` positions of a document to `out`: those from number `first` on among
  // all positions of the block, which is the sum of the frequencies before.
  void positions(uint32_t block, uint64_t first, uint32_t count, uint32_t* out) const;

  // The same without unpacking them.
  PositionRun position_run(uint32_t block, uint64_t first, uint32_t count) const;

  // Throws Damage where a block has fewer than `count` positions.
  void check_positions(uint32_t block, uint64_t count) const;

  // Bounds for each window of the segment, one byte each, or nullptr where the term is
  // not frequent enough to have a row.  A byte q says that no document of the window
  // has f / (f + k1 * (1 - b + b * length / mean)) above q / 255, with the segment's own
  // mean length, k1 = kBoundK1, b = kBoundB; without kLengths, above f / (f + k1).
  // 0 says that no document of the window has the term.
  const uint8_t* bounds() const { return bounds_; }

 private:
  struct Packed {
    const uint8_t* data;
    uint32_t document_bits, frequency_bits, position_bits;
    uint64_t positions;  // offset in positions_
  };
  Packed packed(uint32_t block) const;
  void check_block(uint32_t block) const;
  void check_frequencies(uint32_t bits, const uint32_t* numbers, uint32_t count) const;
  void read_documents(uint32_t block, uint32_t before, uint32_t* out) const;

  const Segment* segment_;
  const uint8_t* records_ = nullptr;  // BlockRecord each; nullptr for a single block
  const uint8_t* data_ = nullptr;     // packed numbers
  uint64_t data_size_ = 0;
  Section positions_;
  const uint8_t* bounds_ = nullptr;
  uint32_t count_ = 0, blocks_ = 0, single_last_ = 0;
  uint8_t single_bits_[3] = {0, 0, 0};
  bool has_frequencies_ = false, has_positions_ = false;
};

}  // namespace searchkit
