#include "search_snapshot.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "bitset.hpp"
#include "lengths.hpp"

namespace searchkit {

namespace {

constexpr size_t kCodes = 256;
// Lookups in a field before the beginnings of its terms are read.
constexpr uint32_t kPatience = 64;

// The first eight bytes of a text as a number that sorts as they do.
uint64_t beginning_of(std::string_view text) {
  uint8_t bytes[8] = {};
  std::memcpy(bytes, text.data(), std::min(text.size(), sizeof bytes));
  uint64_t value = 0;
  for (const uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

// The bits of a bitmap as words, without any behind the last document.
std::vector<uint64_t> words_of(std::string_view bitmap, uint32_t documents) {
  if (bitmap.empty()) return {};
  if (bitmap.size() != (documents + 7u) / 8u) {
    throw std::invalid_argument("a bitmap of deleted documents has another size");
  }
  std::vector<uint64_t> words((documents + 63u) / 64u, 0);
  std::memcpy(words.data(), bitmap.data(), bitmap.size());
  if (documents % 64 != 0) words.back() &= (uint64_t{1} << (documents % 64)) - 1;
  return words;
}

}  // namespace

// Whether the beginnings of the terms are there.
bool TermFinder::is_ready() {
  if (is_read_.load(std::memory_order_acquire)) return true;
  if (asked_.fetch_add(1, std::memory_order_relaxed) < kPatience) return false;
  // Not std::call_once(): Damage that leaves it ends the process where the C++ library
  // is linked statically.
  const std::lock_guard<std::mutex> locked(reading_);
  if (!is_read_.load(std::memory_order_relaxed)) {
    read();
    is_read_.store(true, std::memory_order_release);
  }
  return true;
}

void TermFinder::seek(TermCursor& cursor, std::string_view term) {
  if (is_ready()) {
    const uint64_t wanted = beginning_of(term);
    // The last block that begins before the term; there may be others like it.
    const auto behind = std::lower_bound(firsts_.begin(), firsts_.end(), wanted);
    if (behind != firsts_.begin()) {
      const auto block = static_cast<uint32_t>(behind - firsts_.begin() - 1);
      cursor.move_to(block * kTermsPerBlock);
    }
  }
  cursor.seek(term);
}

std::optional<TermEntry> TermFinder::find(std::string_view term) {
  if (!is_ready()) return segment_.find(field_, term);
  const uint64_t wanted = beginning_of(term);
  const auto behind = std::upper_bound(firsts_.begin(), firsts_.end(), wanted);
  if (behind == firsts_.begin()) return std::nullopt;
  // Where several blocks begin alike, more than their beginnings has to be compared.
  const auto block = behind - 1;
  if (*block == wanted && block != firsts_.begin()) return segment_.find(field_, term);
  TermCursor cursor(segment_, field_);
  cursor.move_to(static_cast<uint32_t>(block - firsts_.begin()) * kTermsPerBlock);
  for (uint32_t i = 0; i < kTermsPerBlock && cursor.valid(); ++i) {
    const int order = cursor.text().compare(term);
    if (order == 0) return cursor.entry();
    if (order > 0) break;
    if (i + 1 < kTermsPerBlock) cursor.next();
  }
  return std::nullopt;
}

void TermFinder::read() {
  std::vector<uint64_t> firsts;
  for (uint64_t number = 0; number < field_.terms; number += kTermsPerBlock) {
    firsts.push_back(
        beginning_of(segment_.term_text(field_, static_cast<uint32_t>(number))));
  }
  firsts_ = std::move(firsts);
}

void Leaf::expect_key(uint32_t document) const {
  if (key_field != nullptr) {
    __builtin_prefetch(key_field->keys + uint64_t{document} * 4);
  }
}

void Leaf::expect_block(uint32_t document) const {
  const uint32_t number = key(document);
  if (number == 0 || number > key_field->terms) return;
  if (keys->are_read()) {
    keys->expect(number - 1);
    return;
  }
  const uint64_t block = (number - 1) / kTermsPerBlock;
  __builtin_prefetch(key_field->term_blocks.data + block * kTermBlockBytes);
}

void Leaf::expect_text(uint32_t document) const {
  constexpr uint64_t line = 64;
  if (keys->are_read()) return;
  const uint32_t number = key(document);
  if (number == 0 || number > key_field->terms) return;
  const uint64_t block = (number - 1) / kTermsPerBlock;
  const auto start =
      load<uint64_t>(key_field->term_blocks.data + block * kTermBlockBytes);
  if (start >= key_field->term_data.size) return;
  for (uint64_t at = start; at < start + 4 * line && at < key_field->term_data.size;
       at += line) {
    __builtin_prefetch(key_field->term_data.data + at);
  }
}

std::string Leaf::key_text(uint32_t key) const {
  if (key == 0) return {};
  if (key > key_field->terms) segment->damaged("a key is altered");
  return keys->text(key - 1);
}

Snapshot::Snapshot(std::vector<std::shared_ptr<const Segment>> segments,
                   const std::vector<std::string_view>& deleted,
                   std::string_view key_field, std::string_view date_column) {
  for (size_t i = 0; i < segments.size(); ++i) {
    Leaf leaf;
    leaf.segment = std::move(segments[i]);
    leaf.deleted = words_of(deleted[i], leaf.segment->documents());
    for (const uint64_t word : leaf.deleted) {
      leaf.deleted_count += bits_in(word);
    }
    for (const Field& field : leaf.segment->fields()) {
      leaf.finders.push_back(std::make_unique<TermFinder>(*leaf.segment, field));
      leaf.near_terms.push_back(std::make_unique<NearTerms>(*leaf.segment, field));
    }
    leaf.key_field = leaf.segment->field(key_field);
    if (leaf.key_field != nullptr && leaf.key_field->keys == nullptr) {
      leaf.key_field = nullptr;
    }
    leaf.keys = std::make_unique<KeyTexts>(*leaf.segment, leaf.key_field);
    leaf.dates = leaf.segment->column(date_column);
    leaf.newest = std::make_unique<NewestFirst>();
    documents_ += leaf.segment->documents();
    leaves_.push_back(std::move(leaf));
  }
  missing_.norms.assign(kCodes, kK1);
  for (const Leaf& leaf : leaves_) {
    for (const Field& field : leaf.segment->fields()) add_field(field.name);
  }
}

void Snapshot::add_field(const std::string& name) {
  if (fields_.count(name) != 0) return;
  FieldStatistics statistics;
  uint64_t tokens = 0;
  for (const Leaf& leaf : leaves_) {
    const Field* field = leaf.segment->field(name);
    if (field == nullptr || !field->has(kLengths)) continue;
    statistics.has_lengths = true;
    statistics.documents += field->documents;
    tokens += field->total_length;
  }
  statistics.norms.assign(kCodes, kK1);
  if (!statistics.has_lengths) {
    statistics.documents = documents_;
  } else if (statistics.documents > 0) {
    const double documents = static_cast<double>(statistics.documents);
    statistics.mean_length = static_cast<double>(tokens) / documents;
  }
  if (statistics.mean_length > 0) {
    for (size_t code = 0; code < kCodes; ++code) {
      const double share = kLengthOfCode[code] / statistics.mean_length;
      const double norm = 1 - kB + kB * share;
      statistics.norms[code] = static_cast<float>(static_cast<double>(kK1) * norm);
    }
  }
  fields_.emplace(name, std::move(statistics));
}

const FieldStatistics& Snapshot::field(std::string_view name) const {
  const auto found = fields_.find(name);
  return found == fields_.end() ? missing_ : found->second;
}

uint64_t Snapshot::document_frequency(std::string_view name,
                                      std::string_view term) const {
  uint64_t total = 0;
  for (const Leaf& leaf : leaves_) {
    const Field* field = leaf.segment->field(name);
    if (field == nullptr) continue;
    const auto entry = leaf.find(*field, term);
    if (entry) total += entry->document_frequency;
  }
  return total;
}

double Snapshot::idf(const FieldStatistics& field, uint64_t document_frequency) const {
  // There may be documents that have the term, and no length.
  const uint64_t count = std::max(field.documents, document_frequency);
  const double rest = static_cast<double>(count - document_frequency) + 0.5;
  return std::log(1 + rest / (static_cast<double>(document_frequency) + 0.5));
}

}  // namespace searchkit
