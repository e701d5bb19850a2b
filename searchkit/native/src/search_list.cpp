#include "search_list.hpp"

#include <algorithm>

#include "bitpack.hpp"

namespace searchkit {

namespace {

// Bounds have to hold in spite of rounding.
constexpr float kRowSlack = 1.00001f;
// Postings of a range that are walked over to find its end.
constexpr uint64_t kFewPostings = 12;
// Postings looked at for one candidate, from which on it is sought for by itself.
constexpr uint64_t kStreamRatio = 16;
constexpr uint32_t kStreamMinimum = 8;

// Room for the numbers of all blocks of a list.
size_t room_for(const TermEntry& entry) {
  return (size_t{entry.document_frequency} + kBlock - 1) / kBlock * kBlock;
}

// The largest of many bytes.
uint8_t largest(const uint8_t* bytes, size_t count) {
  uint8_t most = 0;
  for (size_t i = 0; i < count; ++i) most = std::max(most, bytes[i]);
  return most;
}

}  // namespace

DecodedList::DecodedList(const Segment& segment, const Field& field,
                         const TermEntry& entry, const FieldStatistics& statistics,
                         Scratch& scratch, bool is_checked)
    : documents_(scratch.arena.array<uint32_t>(room_for(entry))),
      list_(segment, field, entry, documents_, is_checked),
      scratch_(scratch),
      codes_(statistics.has_lengths ? field.length_codes : nullptr),
      norms_(statistics.norms.data()),
      size_(list_.document_frequency()),
      blocks_(list_.blocks()),
      segment_documents_(segment.documents()),
      windows_(segment.windows()),
      window_shift_(segment.window_shift()) {
  // Where the mean length of the snapshot is above the segment's, norms are lower.
  const double ours = statistics.mean_length, theirs = field.mean_length();
  double factor = 1;
  if (statistics.has_lengths && ours > 0) {
    row_counts_ = field.has(kLengths) && theirs > 0;
    if (row_counts_) factor = std::max(1.0, ours / theirs);
  } else {
    row_counts_ = !field.has(kLengths) || theirs == 0;
  }
  row_factor_ = static_cast<float>(factor / 255.0) * kRowSlack;
  most_share_ = 1;
  if (has_row() && row_counts_) {
    const uint8_t most = largest(list_.bounds(), windows_);
    most_share_ = std::min(1.0f, static_cast<float>(most) * row_factor_);
  }
  const size_t room = room_for(entry);
  states_ = scratch.arena.zeros<uint8_t>(blocks_);
  frequencies_ = scratch.arena.array<uint32_t>(room);
  shares_ = scratch.arena.array<float>(room);
  if (blocks_ == 1) {  // they were read for the checks
    states_[0] = kHasDocuments;
    for (uint32_t i = size_; i < kBlock; ++i) documents_[i] = kBehindAll;
  }
}

// --- decoding -------------------------------------------------------------------

void DecodedList::decode_documents(uint32_t block) {
  uint32_t* out = documents_ + size_t{block} * kBlock;
  list_.documents(block, out);
  for (uint32_t i = list_.block_size(block); i < kBlock; ++i) out[i] = kBehindAll;
  states_[block] |= kHasDocuments;
}

void DecodedList::decode_frequencies(uint32_t block) {
  uint32_t* out = frequencies_ + size_t{block} * kBlock;
  list_.frequencies(block, out);
  for (uint32_t i = list_.block_size(block); i < kBlock; ++i) out[i] = 0;
  states_[block] |= kHasFrequencies;
}

// The sum of the frequencies in the block of a posting that are before its own.  Mostly
// it goes on from the last one that was asked for.
uint32_t DecodedList::frequencies_before(uint32_t posting) {
  const uint32_t start = posting / kBlock * kBlock;
  if (summed_ < start || summed_ > posting) {
    summed_ = start;
    sum_ = 0;
  }
  uint32_t i = summed_;
  if (posting - i >= 16) {
    Lanes sums = {0, 0, 0, 0};
    for (; i + 4 <= posting; i += 4) sums += load_lanes(frequencies_ + i);
    sum_ += sums[0] + sums[1] + sums[2] + sums[3];
  }
  for (; i < posting; ++i) sum_ += frequencies_[i];
  summed_ = posting;
  return sum_;
}

void DecodedList::need_frequencies(Span span) {
  if (span.begin >= span.end) return;
  const uint32_t last = (span.end - 1) / kBlock;
  for (uint32_t block = span.begin / kBlock; block <= last; ++block) {
    if ((states_[block] & kHasFrequencies) == 0) decode_frequencies(block);
  }
}

// Windows are looked at once: nothing is gained by computing the rest of their blocks.
void DecodedList::need_shares(Span span) {
  if (has_all_shares_) return;
  need_frequencies(span);
  const uint32_t* frequencies = frequencies_;
  float* shares = shares_;
  if (codes_ == nullptr) {
    const float norm = norms_[0];
    for (uint32_t i = span.begin; i < span.end; ++i) {
      shares[i] = share_with(norm, frequencies[i]);
    }
    return;
  }
  for (uint32_t i = span.begin; i < span.end; ++i) {
    shares[i] = norms_[codes_[documents_[i]]];
  }
  for (uint32_t i = span.begin; i < span.end; ++i) {
    shares[i] = share_with(shares[i], frequencies[i]);
  }
}

void DecodedList::shares_of(const uint32_t* postings, uint32_t count, float* out) {
  if (has_all_shares_) {
    for (uint32_t i = 0; i < count; ++i) out[i] = shares_[postings[i]];
    return;
  }
  constexpr uint32_t step = 64;
  float times[step];
  for (uint32_t begin = 0; begin < count; begin += step) {
    const uint32_t size = std::min(step, count - begin);
    const uint32_t* here = postings + begin;
    float* shares = out + begin;
    for (uint32_t i = 0; i < size; ++i) times[i] = as_float(frequency_alone(here[i]));
    for (uint32_t i = 0; i < size; ++i) shares[i] = norm(documents_[here[i]]);
    for (uint32_t i = 0; i < size; ++i) shares[i] = times[i] / (times[i] + shares[i]);
  }
}

Span DecodedList::all() {
  for (uint32_t block = 0; block < blocks_; ++block) need_documents(block);
  return {0, size_};
}

// --- finding --------------------------------------------------------------------

uint32_t DecodedList::move_to_block(uint32_t document) {
  if (document > list_.last(blocks_ - 1)) return blocks_;
  uint32_t block = block_ + 1;
  if (document <= to_ || block >= blocks_ || document > list_.last(block)) {
    if (first_blocks_ != nullptr) {
      block = first_blocks_[document >> window_shift_];
      while (list_.last(block) < document) ++block;
    } else {
      const uint64_t guess = uint64_t{document} * blocks_ / segment_documents_;
      block = list_.find_block(document, static_cast<uint32_t>(guess));
    }
  } else if (document <= list_.last(block_)) {
    block = block_;
  }
  set_block(block);
  return block;
}

// Where windows are looked at in any order, searching each of them would take longer.
void DecodedList::find_first_blocks() {
  uint32_t* first = scratch_.arena.array<uint32_t>(windows_);
  uint32_t window = 0;
  for (uint32_t block = 0; block < blocks_; ++block) {
    const uint32_t last = list_.last(block) >> window_shift_;
    while (window <= last) first[window++] = block;
  }
  // Nothing is behind the last block.
  std::fill(first + window, first + windows_, blocks_);
  first_blocks_ = first;
}

Span DecodedList::within(Range range) {
  const uint32_t first = block_for(range.begin);
  if (first == blocks_) return {size_, size_};
  need_documents(first);
  uint32_t last = first;
  while (last + 1 < blocks_ && list_.last(last) + 1 < range.end) {
    need_documents(++last);
  }
  const uint32_t begin = first_not_before(first, range.begin);
  if (list_.last(last) < range.end) {
    return {begin, last * kBlock + list_.block_size(last)};
  }
  if (uint64_t{size_} * range.size() > kFewPostings * uint64_t{segment_documents_}) {
    return {begin, first_not_before(last, range.end)};
  }
  uint32_t end = std::max(begin, last * kBlock);
  while (documents_[end] < range.end) ++end;
  return {begin, end};
}

uint32_t DecodedList::locate(const uint32_t* documents, uint32_t count, uint32_t* which,
                             uint32_t* where) {
  uint32_t found = 0;
  for (uint32_t begin = 0; begin < count;) {
    const uint64_t limit = uint64_t{documents[begin]} + kMostFlags;
    uint32_t end = count;
    if (documents[count - 1] >= limit) {
      end = static_cast<uint32_t>(
          std::lower_bound(documents + begin, documents + count, limit) - documents);
    }
    const uint32_t candidates = end - begin;
    const uint64_t width = documents[end - 1] - documents[begin] + 1;
    const bool dense =
        candidates >= kStreamMinimum &&
        size_ * width < kStreamRatio * candidates * uint64_t{segment_documents_};
    found += dense ? stream(documents, begin, end, which + found, where + found)
                   : seek_each(documents, begin, end, which + found, where + found);
    begin = end;
  }
  return found;
}

uint32_t DecodedList::seek_each(const uint32_t* documents, uint32_t begin, uint32_t end,
                                uint32_t* which, uint32_t* where) {
  uint32_t found = 0;
  for (uint32_t i = begin; i < end; ++i) {
    const uint32_t block = block_for(documents[i]);
    if (block == blocks_) break;
    need_documents(block);
    const uint32_t posting = first_not_before(block, documents[i]);
    which[found] = i;
    where[found] = posting;
    found += documents_[posting] == documents[i];
  }
  return found;
}

// Flags the candidates in a table by document, and looks up every document of the list
// there: without a branch for any of them.
uint32_t DecodedList::stream(const uint32_t* documents, uint32_t begin, uint32_t end,
                             uint32_t* which, uint32_t* where) {
  const uint32_t base = documents[begin];
  const Span span = within({base, documents[end - 1] + 1});
  uint8_t* flags = scratch_.flags.data();
  uint32_t* numbers = scratch_.numbers.data();
  for (uint32_t i = begin; i < end; ++i) {
    flags[documents[i] - base] = 1;
    numbers[documents[i] - base] = i;
  }
  uint32_t found = 0;
  // One place more than there are candidates may be written to.
  const uint32_t* own = documents_;
#pragma GCC unroll 4
  for (uint32_t posting = span.begin; posting < span.end; ++posting) {
    where[found] = posting;
    found += flags[own[posting] - base];
  }
  for (uint32_t i = 0; i < found; ++i) which[i] = numbers[own[where[i]] - base];
  for (uint32_t i = begin; i < end; ++i) flags[documents[i] - base] = 0;
  return found;
}

// --- bounds ---------------------------------------------------------------------

void DecodedList::share_bounds(float* out) {
  const uint8_t* row = list_.bounds();
  if (row != nullptr) {
    find_first_blocks();
    if (row_counts_) {
      const float factor = row_factor_;
      for (uint32_t i = 0; i < windows_; ++i) {
        const auto byte = static_cast<float>(row[i]);
        const float bound = std::min(byte * factor, 1.0f);
        out[i] = byte > 0 ? bound : kNoMatch;
      }
    } else {
      for (uint32_t i = 0; i < windows_; ++i) out[i] = row[i] == 0 ? kNoMatch : 1.0f;
    }
    return;
  }
  std::fill_n(out, windows_, kNoMatch);
  const Span span = all();
  need_shares(span);
  has_all_shares_ = true;
  for (uint32_t i = 0; i < span.end; ++i) {
    float& bound = out[documents_[i] >> window_shift_];
    bound = std::max(bound, shares_[i] * kRowSlack);
  }
}

void DecodedList::presence(uint8_t* out) {
  const uint8_t* row = list_.bounds();
  if (row != nullptr) {
    for (uint32_t i = 0; i < windows_; ++i) out[i] = row[i] != 0;
    return;
  }
  std::fill_n(out, windows_, uint8_t{0});
  const Span span = all();
  for (uint32_t i = 0; i < span.end; ++i) out[documents_[i] >> window_shift_] = 1;
}

}  // namespace searchkit
