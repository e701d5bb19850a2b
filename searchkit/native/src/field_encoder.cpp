#include "field_encoder.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "bitpack.hpp"
#include "lengths.hpp"
#include "varint.hpp"

namespace searchkit {

namespace {

// Windows of a segment, about: more make bounds tighter, and cost a byte each.
constexpr uint32_t kMostWindows = 1024;
constexpr uint32_t kSmallestShift = 6;
constexpr uint32_t kLargestShift = 10;
constexpr uint32_t kLeastDense = 512;
constexpr size_t kMostTermBytes = (1u << 16) - 1;

uint32_t shift_for(uint32_t documents) {
  uint32_t shift = kSmallestShift;
  while (shift < kLargestShift && (documents >> shift) > kMostWindows) ++shift;
  return shift;
}

uint32_t or_of(const uint32_t* numbers, size_t count) {
  uint32_t all = 0;
  for (size_t i = 0; i < count; ++i) all |= numbers[i];
  return all;
}

}  // namespace

SegmentShape::SegmentShape(uint32_t count)
    : documents(count),
      window_shift(shift_for(count)),
      windows(static_cast<uint32_t>(
          (uint64_t{count} + (uint64_t{1} << window_shift) - 1) >> window_shift)),
      dense_minimum(std::max(kLeastDense, 2 * windows)) {}

FieldEncoder::FieldEncoder(const FieldSpec& spec, const SegmentShape& shape,
                           const std::vector<uint32_t>& lengths)
    : spec_(spec), shape_(shape), lengths_(lengths) {
  if (spec.name.size() >= sizeof record_.name) {
    throw std::invalid_argument("the name of a field is too long");
  }
  std::copy(spec.name.begin(), spec.name.end(), record_.name);
  record_.flags = spec.flags;
  if ((spec.flags & kLengths) != 0) {
    length_codes_.resize(lengths.size());
    for (size_t i = 0; i < lengths.size(); ++i) {
      length_codes_[i] = length_code(lengths[i]);
      record_.total_length += lengths[i];
      record_.documents += lengths[i] > 0;
    }
  }
  const double mean =
      record_.documents > 0
          ? static_cast<double>(record_.total_length) / record_.documents
          : 0.0;
  norms_.resize(256);
  for (size_t code = 0; code < norms_.size(); ++code) {
    const double share = mean > 0 ? kLengthOfCode[code] / mean : 1.0;
    norms_[code] = static_cast<float>(kBoundK1 * (1 - kBoundB + kBoundB * share));
  }
  if ((spec.flags & kKey) != 0) keys_.assign(shape.documents, kNone);
}

// Throws where there is not a frequency for each document, and as many positions.
void FieldEncoder::check_counts(const PostingsView& postings) const {
  if ((spec_.flags & (kFrequencies | kPositions)) == 0) return;
  uint64_t total = 0;
  bool whole = postings.frequencies.size == postings.documents.size;
  for (const uint32_t frequency : postings.frequencies) {
    whole &= frequency > 0;
    total += frequency;
  }
  if ((spec_.flags & kPositions) != 0) whole &= postings.positions.size == total;
  if (!whole) throw std::invalid_argument("frequencies or positions are missing");
}

void FieldEncoder::add(std::string_view term, const PostingsView& postings) {
  const NumbersView& documents = postings.documents;
  if (documents.size == 0 || documents[documents.size - 1] >= shape_.documents) {
    throw std::invalid_argument("a term has no documents, or others than there are");
  }
  if (term.size() > kMostTermBytes) {
    throw std::invalid_argument("a term is too long");
  }
  check_counts(postings);
  for (size_t i = 1; i < documents.size; ++i) {
    if (documents[i - 1] >= documents[i]) {
      throw std::invalid_argument("documents of a term are out of order");
    }
  }
  if (record_.terms > 0 && term <= last_term_) {
    throw std::invalid_argument("terms are out of order");
  }
  const size_t postings_before = postings_.size();
  const size_t positions_before = positions_.size();
  begin_term(term, postings);
  encode(postings);
  put_varint(terms_, postings_.size() - postings_before);
  if ((spec_.flags & kPositions) != 0) {
    put_varint(terms_, positions_.size() - positions_before);
  }
  if (!keys_.empty()) {
    for (const uint32_t document : documents) keys_[document] = record_.terms;
  }
  record_.postings += documents.size;
  ++record_.terms;
}

// Writes text, document frequency and frequency of a term.
void FieldEncoder::begin_term(std::string_view term, const PostingsView& postings) {
  size_t shared = 0;
  if (record_.terms % kTermsPerBlock == 0) {
    term_blocks_.insert(term_blocks_.end(),
                        {terms_.size(), postings_.size(), positions_.size()});
  } else {
    const size_t most = std::min(term.size(), last_term_.size());
    while (shared < most && term[shared] == last_term_[shared]) ++shared;
  }
  put_varint(terms_, shared);
  put_varint(terms_, term.size() - shared);
  terms_.append(reinterpret_cast<const uint8_t*>(term.data()) + shared,
                term.size() - shared);
  last_term_.assign(term);
  put_varint(terms_, postings.documents.size);
  if ((spec_.flags & kFrequencies) != 0) {
    uint64_t total = 0;
    for (const uint32_t frequency : postings.frequencies) total += frequency;
    put_varint(terms_, total - postings.documents.size);
  }
}

void FieldEncoder::encode(const PostingsView& postings) {
  const size_t count = postings.documents.size;
  const size_t blocks = (count + kBlock - 1) / kBlock;
  const size_t base = positions_.size();
  records_.assign(blocks, BlockRecord{});
  block_data_.clear();
  size_t position = 0;
  for (size_t block = 0; block < blocks; ++block) {
    const size_t start = block * kBlock, end = std::min(count, start + kBlock);
    size_t positions = 0;
    if ((spec_.flags & kPositions) != 0) {
      for (size_t i = start; i < end; ++i) positions += postings.frequencies[i];
    }
    BlockRecord& record = records_[block];
    const size_t data = block_data_.size(), where = positions_.size() - base;
    if (data > UINT32_MAX || where > UINT32_MAX) {
      throw std::invalid_argument("a term has too many postings for one segment");
    }
    record.last = postings.documents[end - 1];
    record.data = static_cast<uint32_t>(data);
    record.positions = static_cast<uint32_t>(where);
    encode_block(postings, start, position, positions, record);
    position += positions;
  }
  if (blocks == 1) {
    postings_.push_back(records_[0].document_bits);
    if ((spec_.flags & kFrequencies) != 0) postings_.push_back(records_[0].frequency_bits);
    if ((spec_.flags & kPositions) != 0) postings_.push_back(records_[0].position_bits);
  } else {
    uint32_t row = kNone;
    if (count > shape_.dense_minimum) {
      row = record_.bound_rows++;
      add_bounds(postings);
    }
    postings_.append(reinterpret_cast<const uint8_t*>(&row), sizeof row);
    postings_.append(reinterpret_cast<const uint8_t*>(records_.data()),
                     blocks * sizeof(BlockRecord));
  }
  postings_.append(block_data_.data(), block_data_.size());
}

void FieldEncoder::encode_block(const PostingsView& postings, size_t start, size_t position,
                                size_t position_count, BlockRecord& record) {
  const NumbersView& documents = postings.documents;
  const size_t size = std::min<size_t>(kBlock, documents.size - start);
  uint32_t gaps[kBlock], frequencies[kBlock];
  for (size_t i = 0; i < size; ++i) {
    const size_t at = start + i;
    gaps[i] = at == 0 ? documents[0] : documents[at] - documents[at - 1] - 1;
    frequencies[i] =
        (spec_.flags & kFrequencies) != 0 ? postings.frequencies[at] - 1 : 0;
  }
  const uint32_t document_bits = bits_for(or_of(gaps, size));
  const uint32_t frequency_bits = bits_for(or_of(frequencies, size));
  record.document_bits = static_cast<uint8_t>(document_bits);
  record.frequency_bits = static_cast<uint8_t>(frequency_bits);
  if (size == kBlock) {
    uint8_t* out =
        block_data_.extend(packed_block_size(document_bits + frequency_bits));
    pack_block(gaps, document_bits, out);
    pack_block(frequencies, frequency_bits, out + packed_block_size(document_bits));
  } else {
    BitWriter bits(block_data_);
    bits.put(gaps, size, document_bits);
    bits.put(frequencies, size, frequency_bits);
    bits.finish();
  }
  if (position_count == 0) return;
  const uint32_t* positions = postings.positions.data + position;
  const uint32_t position_bits = bits_for(or_of(positions, position_count));
  record.position_bits = static_cast<uint8_t>(position_bits);
  BitWriter bits(positions_);
  bits.put(positions, position_count, position_bits);
  bits.finish();
}

// Adds a row: the best that a document of each window can make of the term, rounded up
// to 255ths, with slack for rounding.
void FieldEncoder::add_bounds(const PostingsView& postings) {
  const size_t start = bounds_.size();
  bounds_.resize(start + shape_.windows, 0);
  for (size_t i = 0; i < postings.documents.size; ++i) {
    const uint32_t document = postings.documents[i];
    const float frequency = (spec_.flags & kFrequencies) != 0
                                ? static_cast<float>(postings.frequencies[i])
                                : 1.0f;
    const float norm =
        length_codes_.empty() ? kBoundK1 : norms_[length_codes_[document]];
    const float share = frequency / (frequency + norm);
    const auto bound =
        static_cast<uint8_t>(std::min(255.0f, std::ceil(share * 255.0f + 1e-3f)));
    uint8_t& most = bounds_[start + (document >> shape_.window_shift)];
    most = std::max(most, bound);
  }
}

FieldRecord FieldEncoder::write(FileWriter& file, uint32_t number) {
  term_blocks_.insert(term_blocks_.end(),
                      {terms_.size(), postings_.size(), positions_.size()});
  file.section(kTermBlocks, number, term_blocks_);
  file.section(kTerms, number, terms_);
  file.section(kPostings, number, postings_);
  if ((spec_.flags & kPositions) != 0) {
    file.section(kPositionData, number, positions_);
  }
  file.section(kBounds, number, bounds_);
  if ((spec_.flags & kLengths) != 0) {
    file.section(kLengthCodes, number, length_codes_);
    file.section(kLengthValues, number, lengths_);
  }
  if ((spec_.flags & kKey) != 0) file.section(kKeys, number, keys_);
  return record_;
}

}  // namespace searchkit
