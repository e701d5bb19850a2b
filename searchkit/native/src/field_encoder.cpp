#include "field_encoder.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
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

// How many bytes two texts have in common at their beginnings.
size_t shared_bytes(std::string_view one, std::string_view other) {
  const size_t most = std::min(one.size(), other.size());
  size_t at = 0;
  for (; at + 8 <= most; at += 8) {
    uint64_t left, right;
    std::memcpy(&left, one.data() + at, sizeof left);
    std::memcpy(&right, other.data() + at, sizeof right);
    if (left != right) {
      return at + static_cast<size_t>(__builtin_ctzll(left ^ right)) / 8;
    }
  }
  while (at < most && one[at] == other[at]) ++at;
  return at;
}

bool is_ascending(const NumbersView& numbers) {
  bool ascending = true;
  for (size_t i = 1; i < numbers.size; ++i) ascending &= numbers[i - 1] < numbers[i];
  return ascending;
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
  // Without lengths, all documents have the code 0.
  if ((spec.flags & kLengths) == 0) norms_[0] = kBoundK1;
  if ((spec.flags & kKey) != 0) keys_.assign(shape.documents, kNone);
}

// How often the term occurs.  Throws where there is not a frequency for each document,
// and as many positions.
uint64_t FieldEncoder::checked_total(const PostingsView& postings) const {
  if ((spec_.flags & (kFrequencies | kPositions)) == 0) return 0;
  uint64_t total = 0;
  bool whole = postings.frequencies.size == postings.documents.size;
  for (const uint32_t frequency : postings.frequencies) {
    whole &= frequency > 0;
    total += frequency;
  }
  if ((spec_.flags & kPositions) != 0) whole &= postings.positions.size == total;
  if (!whole) throw std::invalid_argument("frequencies or positions are missing");
  return total;
}

void FieldEncoder::add(std::string_view term, const PostingsView& postings) {
  const NumbersView& documents = postings.documents;
  if (documents.size == 0 || documents[documents.size - 1] >= shape_.documents) {
    throw std::invalid_argument("a term has no documents, or others than there are");
  }
  if (term.size() > kMostTermBytes) {
    throw std::invalid_argument("a term is too long");
  }
  const uint64_t total = checked_total(postings);
  if (!is_ascending(documents)) {
    throw std::invalid_argument("documents of a term are out of order");
  }
  const std::string_view last = last_term_;
  const size_t shared = shared_bytes(last, term);
  if (record_.terms > 0 && term.substr(shared) <= last.substr(shared)) {
    throw std::invalid_argument("terms are out of order");
  }
  const size_t postings_before = postings_.size();
  const size_t positions_before = positions_.size();
  const bool begins_block = record_.terms % kTermsPerBlock == 0;
  if (begins_block) {
    term_blocks_.insert(term_blocks_.end(),
                        {terms_.size(), postings_before, positions_before});
  }
  encode(postings);
  // Text, document frequency and frequency of the term, and what it takes elsewhere.
  const size_t kept = begins_block ? 0 : shared, added = term.size() - kept;
  uint8_t* at = terms_.extend(6 * kMostVarintBytes + added);
  at = write_varint(at, kept);
  at = write_varint(at, added);
  at = std::copy_n(term.data() + kept, added, at);
  at = write_varint(at, documents.size);
  if ((spec_.flags & kFrequencies) != 0) at = write_varint(at, total - documents.size);
  at = write_varint(at, postings_.size() - postings_before);
  if ((spec_.flags & kPositions) != 0) {
    at = write_varint(at, positions_.size() - positions_before);
  }
  terms_.truncate(static_cast<size_t>(at - terms_.data()));
  last_term_.resize(shared);
  last_term_ += term.substr(shared);
  if (!keys_.empty()) {
    for (const uint32_t document : documents) keys_[document] = record_.terms;
  }
  record_.postings += documents.size;
  ++record_.terms;
}

void FieldEncoder::encode(const PostingsView& postings) {
  const size_t count = postings.documents.size;
  if (count <= kBlock) {
    BlockRecord record{};
    const BlockNumbers numbers(postings, 0, spec_.flags);
    put_positions(postings, 0, postings.positions.size, record);
    uint8_t bits[] = {numbers.document_bits, numbers.frequency_bits,
                      record.position_bits};
    size_t kinds = 1;
    if ((spec_.flags & kFrequencies) != 0) kinds = 2;
    if ((spec_.flags & kPositions) != 0) kinds = 3;
    postings_.append(bits, kinds);
    numbers.pack(postings_);
    return;
  }
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
    const BlockNumbers numbers(postings, start, spec_.flags);
    record.last = postings.documents[end - 1];
    record.data = static_cast<uint32_t>(data);
    record.positions = static_cast<uint32_t>(where);
    record.document_bits = numbers.document_bits;
    record.frequency_bits = numbers.frequency_bits;
    numbers.pack(block_data_);
    put_positions(postings, position, positions, record);
    position += positions;
  }
  uint32_t row = kNone;
  if (count > shape_.dense_minimum) {
    row = record_.bound_rows++;
    add_bounds(postings);
  }
  postings_.append(reinterpret_cast<const uint8_t*>(&row), sizeof row);
  postings_.append(reinterpret_cast<const uint8_t*>(records_.data()),
                   blocks * sizeof(BlockRecord));
  postings_.append(block_data_.data(), block_data_.size());
}

// Appends the positions of a block, and notes their bits.
void FieldEncoder::put_positions(const PostingsView& postings, size_t first,
                                 size_t count, BlockRecord& record) {
  if (count == 0) return;
  const uint32_t* positions = postings.positions.data + first;
  const uint32_t bits = bits_for(or_of(positions, count));
  record.position_bits = static_cast<uint8_t>(bits);
  BitWriter writer(positions_);
  writer.put(positions, count, bits);
  writer.finish();
}

FieldEncoder::BlockNumbers::BlockNumbers(const PostingsView& postings, size_t start,
                                         uint32_t flags)
    : size(std::min<size_t>(kBlock, postings.documents.size - start)) {
  const uint32_t* const documents = postings.documents.data + start;
  gaps[0] = start == 0 ? documents[0] : documents[0] - documents[-1] - 1;
  for (size_t i = 1; i < size; ++i) gaps[i] = documents[i] - documents[i - 1] - 1;
  document_bits = static_cast<uint8_t>(bits_for(or_of(gaps, size)));
  if ((flags & kFrequencies) == 0) return;
  const uint32_t* const given = postings.frequencies.data + start;
  for (size_t i = 0; i < size; ++i) frequencies[i] = given[i] - 1;
  frequency_bits = static_cast<uint8_t>(bits_for(or_of(frequencies, size)));
}

void FieldEncoder::BlockNumbers::pack(Buffer<uint8_t>& out) const {
  if (size == kBlock) {
    uint8_t* const at = out.extend(packed_block_size(document_bits + frequency_bits));
    pack_block(gaps, document_bits, at);
    pack_block(frequencies, frequency_bits, at + packed_block_size(document_bits));
    return;
  }
  BitWriter bits(out);
  bits.put(gaps, size, document_bits);
  bits.put(frequencies, size, frequency_bits);
  bits.finish();
}

// The best that a document with this frequency and length code can make of a term, in
// 255ths, rounded up with slack for rounding.
uint8_t FieldEncoder::bound(uint32_t frequency, uint8_t code) const {
  const float share = static_cast<float>(frequency) /
                      (static_cast<float>(frequency) + norms_[code]);
  return static_cast<uint8_t>(std::min(255.0f, std::ceil(share * 255.0f + 1e-3f)));
}

// Adds a row: for each window the greatest bound of its documents.
void FieldEncoder::add_bounds(const PostingsView& postings) {
  if (few_bounds_.empty()) {
    few_bounds_.resize(norms_.size() * kFew);
    for (size_t at = 0; at < few_bounds_.size(); ++at) {
      few_bounds_[at] = bound(at % kFew, static_cast<uint8_t>(at / kFew));
    }
  }
  const size_t start = bounds_.size();
  bounds_.resize(start + shape_.windows, 0);
  const bool has_frequencies = (spec_.flags & kFrequencies) != 0;
  for (size_t i = 0; i < postings.documents.size; ++i) {
    const uint32_t document = postings.documents[i];
    const uint32_t frequency = has_frequencies ? postings.frequencies[i] : 1;
    const uint8_t code = length_codes_.empty() ? 0 : length_codes_[document];
    const uint8_t best = frequency < kFew ? few_bounds_[code * kFew + frequency]
                                          : bound(frequency, code);
    uint8_t& most = bounds_[start + (document >> shape_.window_shift)];
    most = std::max(most, best);
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
