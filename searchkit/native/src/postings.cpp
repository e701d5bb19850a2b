#include "postings.hpp"

#include <algorithm>

namespace searchkit {

namespace {
constexpr char kAltered[] = "a posting list is altered";
// Four numbers of so many bits are within 64, wherever in a byte they begin.
constexpr uint32_t kFourInWord = 14;
}

PostingList::PostingList(const Segment& segment, const Field& field,
                         const TermEntry& entry, uint32_t* single,
                         bool is_checked)
    : segment_(&segment),
      positions_(entry.positions),
      count_(entry.document_frequency),
      blocks_((entry.document_frequency + kBlock - 1) / kBlock),
      has_frequencies_(field.has(kFrequencies)),
      has_positions_(field.has(kPositions)) {
  const uint8_t* at = entry.postings.data;
  const uint64_t size = entry.postings.size;
  if (blocks_ <= 1) {
    const uint32_t widths = 1u + has_frequencies_ + has_positions_;
    if (size < widths) segment.damaged(kAltered);
    single_bits_[0] = *at++;
    if (has_frequencies_) single_bits_[1] = *at++;
    if (has_positions_) single_bits_[2] = *at++;
    data_ = at;
    data_size_ = size - widths;
    check_block(0);
    uint32_t found[kBlock];
    if (single == nullptr) single = found;
    read_documents(0, kNone, single);
    single_last_ = single[count_ - 1];
    return;
  }
  const uint64_t records = uint64_t{blocks_} * sizeof(BlockRecord);
  if (size < 4 + records) segment.damaged(kAltered);
  const auto row = load<uint32_t>(at);
  if (row != kNone) {
    if (row >= field.bound_rows) segment.damaged(kAltered);
    bounds_ = field.bounds.data + uint64_t{row} * segment.windows();
  }
  records_ = at + 4;
  data_ = records_ + records;
  data_size_ = size - 4 - records;
  if (is_checked) return;
  uint32_t before = kNone;
  for (uint32_t block = 0; block < blocks_; ++block) {
    const uint32_t here = last(block);
    if (here + 1 <= before + 1 || here >= segment.documents()) {
      segment.damaged(kAltered);
    }
    before = here;
    check_block(block);
  }
}

PostingList::Packed PostingList::packed(uint32_t block) const {
  if (records_ == nullptr) {
    return {data_, single_bits_[0], single_bits_[1], single_bits_[2], 0};
  }
  const auto record = load<BlockRecord>(records_ + uint64_t{block} * sizeof(BlockRecord));
  return {data_ + record.data, record.document_bits, record.frequency_bits,
          record.position_bits, record.positions};
}

// Throws Damage where the packed numbers of a block do not lie in the list.
void PostingList::check_block(uint32_t block) const {
  const Packed found = packed(block);
  const uint64_t start = static_cast<uint64_t>(found.data - data_);
  const uint32_t bits = found.document_bits + found.frequency_bits;
  const uint32_t size = block_size(block);
  const uint64_t need =
      size == kBlock ? packed_block_size(bits) : packed_run_size(size, bits);
  if (found.document_bits > 32 || found.frequency_bits > 32 ||
      found.position_bits > 32 || start > data_size_ || need > data_size_ - start ||
      found.positions > positions_.size) {
    segment_->damaged(kAltered);
  }
}

uint32_t PostingList::find_block(uint32_t document, uint32_t hint) const {
  uint32_t low = 0, high = blocks_;  // the answer is in [low, high]
  if (hint < blocks_) {
    if (last(hint) >= document) {
      high = hint;
      for (uint32_t step = 1; low < high; step *= 2) {
        const uint32_t at = high > step ? high - step : 0;
        if (last(at) < document) {
          low = at + 1;
          break;
        }
        high = at;
        if (at == 0) return 0;
      }
    } else {
      low = hint + 1;
      for (uint32_t step = 1; low < blocks_; step *= 2) {
        const uint32_t at = std::min(low + step - 1, blocks_ - 1);
        if (last(at) >= document) {
          high = at;
          break;
        }
        low = at + 1;
      }
    }
  }
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (last(middle) < document) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// Reads the documents of a block that follows the document `before`, or -1.
void PostingList::read_documents(uint32_t block, uint32_t before, uint32_t* out) const {
  const Packed found = packed(block);
  const uint32_t size = block_size(block);
  if (size == kBlock) {
    unpack_sums(found.data, found.document_bits, before, out);
    // Up to 24 bits no sum runs over, so that documents ascend, and the last is the
    // largest.
    bool ordered = out[kBlock - 1] < segment_->documents();
    if (found.document_bits > 24) {
      for (uint32_t i = 1; i < kBlock; ++i) ordered &= out[i - 1] < out[i];
    }
    if (!ordered) segment_->damaged(kAltered);
    return;
  }
  const uint32_t bits = found.document_bits;
  const uint64_t mask = (uint64_t{1} << bits) - 1;
  uint64_t next = before == kNone ? 0 : static_cast<uint64_t>(before) + 1;
  const auto put = [&](uint32_t number, uint64_t difference) {
    next += difference;
    out[number] = static_cast<uint32_t>(next++);
  };
  uint32_t i = 0;
  if (bits <= kFourInWord) {
    for (; i + 4 <= size; i += 4) {
      const uint64_t bit = uint64_t{i} * bits;
      uint64_t word = load<uint64_t>(found.data + (bit >> 3)) >> (bit & 7);
      for (uint32_t number = i; number < i + 4; ++number, word >>= bits) {
        put(number, word & mask);
      }
    }
  }
  for (; i < size; ++i) put(i, read_bits(found.data, uint64_t{i} * bits, bits));
  // They ascend, for 64 bits hold the sum of all: the last is the largest.
  if (next > segment_->documents()) segment_->damaged(kAltered);
}

void PostingList::documents(uint32_t block, uint32_t* out) const {
  read_documents(block, block == 0 ? kNone : last(block - 1), out);
  if (out[block_size(block) - 1] != last(block)) segment_->damaged(kAltered);
}

void PostingList::frequencies(uint32_t block, uint32_t* out) const {
  const uint32_t size = block_size(block);
  if (!has_frequencies_) {
    std::fill_n(out, size, 1u);
    return;
  }
  const Packed found = packed(block);
  if (size == kBlock) {
    unpack_block(found.data + packed_block_size(found.document_bits),
                 found.frequency_bits, out);
    const Lanes one = {1, 1, 1, 1};
    for (uint32_t i = 0; i < kBlock; i += 4) {
      store_lanes(out + i, load_lanes(out + i) + one);
    }
    check_frequencies(found.frequency_bits, out, size);
    return;
  }
  unpack_run(found.data, uint64_t{size} * found.document_bits, found.frequency_bits,
             size, out);
  for (uint32_t i = 0; i < size; ++i) ++out[i];
  check_frequencies(found.frequency_bits, out, size);
}

uint32_t PostingList::frequency(uint32_t block, uint32_t number) const {
  if (!has_frequencies_) return 1;
  const Packed found = packed(block);
  const uint32_t size = block_size(block);
  uint32_t value = 0;
  if (size == kBlock) {
    value = read_packed(found.data + packed_block_size(found.document_bits),
                        found.frequency_bits, number);
  } else {
    const uint64_t first = uint64_t{size} * found.document_bits;
    value = read_bits(found.data, first + uint64_t{number} * found.frequency_bits,
                      found.frequency_bits);
  }
  if (value == kNone) segment_->damaged(kAltered);
  return value + 1;
}

// Throws Damage where a frequency is 0: 2**32 - 1, less 1, in all its bits.
void PostingList::check_frequencies(uint32_t bits, const uint32_t* numbers,
                                    uint32_t count) const {
  if (bits < 32) return;
  for (uint32_t i = 0; i < count; ++i) {
    if (numbers[i] == 0) segment_->damaged(kAltered);
  }
}

void PostingList::check_positions(uint32_t block, uint64_t count) const {
  if (!has_positions_) segment_->damaged("the field has no positions");
  const Packed found = packed(block);
  // They end where those of the next block begin.  If all blocks had the same ones, a
  // small file would have positions without end.
  const uint64_t end =
      block + 1 < blocks_ ? packed(block + 1).positions : positions_.size;
  // Positions of no bits are all 0, one a document at most.
  if (found.positions > end ||
      count > (found.position_bits == 0 ? kBlock : uint64_t{1} << 32) ||
      packed_run_size(count, found.position_bits) > end - found.positions) {
    segment_->damaged(kAltered);
  }
}

void PostingList::positions(uint32_t block, uint64_t first, uint32_t count,
                            uint32_t* out) const {
  check_positions(block, first + count);
  const Packed found = packed(block);
  unpack_run(positions_.data + found.positions, first * found.position_bits,
             found.position_bits, count, out);
}

PositionRun PostingList::position_run(uint32_t block, uint64_t first,
                                      uint32_t count) const {
  check_positions(block, first + count);
  const Packed found = packed(block);
  return PositionRun(positions_.data + found.positions, first * found.position_bits,
                     found.position_bits, count);
}

}  // namespace searchkit
