#include "builder.hpp"

#include <algorithm>
#include <stdexcept>

#include "segment_writer.hpp"

namespace searchkit {

namespace {

// The first eight bytes of a text as a number that sorts as they do.
uint64_t sort_key(std::string_view text) {
  uint64_t key = 0;
  for (size_t i = 0; i < 8; ++i) {
    key = key << 8 | (i < text.size() ? static_cast<uint8_t>(text[i]) : 0);
  }
  return key;
}

// Numbers of a vocabulary with a count above 0, in order of their texts.
std::vector<uint32_t> sorted_terms(const Vocabulary& vocabulary,
                                   const std::vector<uint32_t>& counts) {
  std::vector<std::pair<uint64_t, uint32_t>> keyed;
  for (uint32_t term = 0; term < counts.size(); ++term) {
    if (counts[term] > 0) keyed.emplace_back(sort_key(vocabulary[term]), term);
  }
  std::sort(keyed.begin(), keyed.end(), [&](const auto& left, const auto& right) {
    if (left.first != right.first) return left.first < right.first;
    return vocabulary[left.second] < vocabulary[right.second];
  });
  std::vector<uint32_t> sorted;
  sorted.reserve(keyed.size());
  for (const auto& [key, term] : keyed) sorted.push_back(term);
  return sorted;
}

}  // namespace

SegmentBuilder::SegmentBuilder(Analyzer* analyzer, std::vector<BuilderField> fields,
                               std::vector<std::string> columns, uint32_t stored_block)
    : analyzer_(analyzer),
      specs_(std::move(fields)),
      columns_(std::move(columns)),
      stored_block_(stored_block),
      column_values_(columns_.size()) {
  if (specs_.size() > kMostFields || columns_.size() > kMostFields) {
    throw std::invalid_argument("a segment has too many fields or columns");
  }
  for (const BuilderField& spec : specs_) {
    if (spec.words_into && *spec.words_into >= specs_.size()) {
      throw std::invalid_argument("a field gives its words to one that is not there");
    }
    // No reader takes others; and words come without numbers.
    if ((spec.flags & ~kAllFieldFlags) != 0 ||
        ((spec.flags & kPositions) != 0 && (spec.flags & kFrequencies) == 0) ||
        (spec.words_into && (specs_[*spec.words_into].flags & kFrequencies) != 0)) {
      throw std::invalid_argument("the flags of a field do not fit");
    }
    collected_.push_back(std::make_unique<Collected>());
  }
}

uint32_t SegmentBuilder::begin_document() {
  if (documents_ >= 0x7FFFFFFF) {
    throw std::invalid_argument("a segment has too many documents");
  }
  // What was encoded has so many lengths and keys as there were documents.
  for (const auto& field : collected_) {
    if (field->encoder) {
      throw std::invalid_argument("posting lists come after all documents");
    }
  }
  for (size_t field = 0; field < specs_.size(); ++field) {
    Collected& into = *collected_[field];
    into.starts.push_back(into.terms.size());
    if ((specs_[field].flags & kLengths) != 0) into.lengths.push_back(0);
  }
  for (std::vector<uint32_t>& values : column_values_) values.push_back(0);
  return documents_++;
}

void SegmentBuilder::use_vocabulary(uint32_t field, const Vocabulary& vocabulary) {
  const Vocabulary*& used = collected_[field]->terms_of;
  if (used != nullptr && used != &vocabulary) {
    throw std::invalid_argument("a field has either texts or terms");
  }
  used = &vocabulary;
}

void SegmentBuilder::add_text(uint32_t field, std::string_view text) {
  if (analyzer_ == nullptr) throw std::invalid_argument("there is no analyzer");
  const uint32_t flags = specs_[field].flags;
  if ((flags & kFrequencies) != 0 && (flags & kPositions) == 0) {
    throw std::invalid_argument("a field of texts with frequencies has positions");
  }
  Collected& into = *collected_[field];
  use_vocabulary(field, analyzer_->terms());
  std::vector<uint32_t>& terms = into.terms;
  if (!specs_[field].words_into) {
    analyzer_->each_term(text, [&](uint32_t term, uint32_t) { terms.push_back(term); });
  } else {
    const uint32_t number = *specs_[field].words_into;
    use_vocabulary(number, analyzer_->words());
    Collected& words = *collected_[number];
    const uint32_t mark = documents_;
    analyzer_->each_term(text, [&](uint32_t term, uint32_t word) {
      terms.push_back(term);
      if (word >= words.seen.size()) words.seen.resize(word + word / 2 + 1024, 0);
      if (words.seen[word] != mark) {
        words.seen[word] = mark;
        words.terms.push_back(word);
      }
    });
  }
  if ((specs_[field].flags & kLengths) != 0) {
    into.lengths.back() = static_cast<uint32_t>(terms.size() - into.starts.back());
  }
}

void SegmentBuilder::add_term(uint32_t field, std::string_view term,
                              uint32_t frequency) {
  const uint32_t flags = specs_[field].flags;
  if ((flags & kPositions) != 0 || frequency == 0) {
    throw std::invalid_argument("a term has positions, or a frequency of 0");
  }
  Collected& into = *collected_[field];
  use_vocabulary(field, into.vocabulary);
  into.terms.push_back(into.vocabulary.number(term));
  if ((flags & kFrequencies) != 0) into.frequencies.push_back(frequency);
}

void SegmentBuilder::set_length(uint32_t field, uint32_t length) {
  if ((specs_[field].flags & kLengths) == 0) {
    throw std::invalid_argument("the field has no lengths");
  }
  collected_[field]->lengths.back() = length;
}

void SegmentBuilder::set_column(uint32_t column, uint32_t value) {
  column_values_[column].back() = value;
}

FieldEncoder& SegmentBuilder::encoder(uint32_t field) {
  std::optional<FieldEncoder>& encoder = collected_[field]->encoder;
  if (!encoder) {
    encoder.emplace(specs_[field], SegmentShape(documents_), collected_[field]->lengths);
  }
  return *encoder;
}

void SegmentBuilder::add_postings(uint32_t field, std::string_view term,
                                  const Postings& postings) {
  if (!collected_[field]->terms.empty()) {
    throw std::invalid_argument("a field has either documents or posting lists");
  }
  encoder(field).add(term, postings);
}

void SegmentBuilder::add_stored(const void* data, size_t size) {
  const auto* bytes = static_cast<const uint8_t*>(data);
  stored_.insert(stored_.end(), bytes, bytes + size);
  stored_offsets_.push_back(stored_.size());
}

size_t SegmentBuilder::memory() const {
  size_t bytes = stored_.size() + documents_ * 4 * column_values_.size();
  size_t most = 0;
  for (const auto& field : collected_) {
    bytes += field->terms.capacity() * 4 + field->frequencies.capacity() * 4 +
             field->starts.capacity() * 8 + field->lengths.capacity() * 4 +
             field->seen.capacity() * 4 + field->vocabulary.bytes();
    // While a field is inverted: a document and a position, and the packed form.
    most = std::max(most, field->terms.size() * 11);
  }
  return bytes + most;
}

// Encodes what was collected for a field, and lets go of it.
void SegmentBuilder::invert(uint32_t field) {
  Collected& from = *collected_[field];
  if (from.terms.empty()) return;
  const uint32_t flags = specs_[field].flags;
  const Vocabulary& vocabulary = *from.terms_of;
  const size_t size = from.terms.size();
  std::vector<uint32_t> counts(vocabulary.size(), 0);
  for (const uint32_t term : from.terms) ++counts[term];
  const std::vector<uint32_t> order = sorted_terms(vocabulary, counts);

  // A counting sort by term: the entries of a term stay in order of documents.
  std::vector<uint64_t> next(counts.size());
  uint64_t total = 0;
  for (const uint32_t term : order) {
    next[term] = total;
    total += counts[term];
  }
  // A document, and a position or frequency.
  const std::unique_ptr<uint64_t[]> entries(new uint64_t[size]);
  from.starts.push_back(size);
  for (uint32_t document = 0; document < documents_; ++document) {
    const uint64_t start = from.starts[document], end = from.starts[document + 1];
    const uint64_t high = uint64_t{document} << 32;
    for (uint64_t i = start; i < end; ++i) {
      const uint64_t low = (flags & kPositions) != 0     ? i - start
                           : (flags & kFrequencies) != 0 ? from.frequencies[i]
                                                         : 0;
      entries[next[from.terms[i]]++] = high | low;
    }
  }
  std::vector<uint32_t>().swap(from.terms);
  std::vector<uint32_t>().swap(from.frequencies);
  std::vector<uint64_t>().swap(from.starts);

  FieldEncoder& into = encoder(field);
  Postings postings;
  const uint64_t* at = entries.get();
  for (const uint32_t term : order) {
    postings.clear();
    const uint64_t* end = at + counts[term];
    if ((flags & kPositions) != 0) {
      for (; at < end; ++at) {
        const auto document = static_cast<uint32_t>(*at >> 32);
        if (postings.documents.empty() || postings.documents.back() != document) {
          postings.documents.push_back(document);
          postings.frequencies.push_back(0);
        }
        ++postings.frequencies.back();
        postings.positions.push_back(static_cast<uint32_t>(*at));
      }
    } else {
      for (; at < end; ++at) {
        postings.documents.push_back(static_cast<uint32_t>(*at >> 32));
        if ((flags & kFrequencies) != 0) {
          postings.frequencies.push_back(static_cast<uint32_t>(*at));
        }
      }
    }
    into.add(vocabulary[term], postings);
  }
}

void SegmentBuilder::finish(const std::string& path) {
  SegmentWriter file(path, SegmentShape(documents_), stored_block_);
  for (uint32_t field = 0; field < specs_.size(); ++field) {
    invert(field);
    file.add_field(encoder(field));
    collected_[field].reset();
  }
  for (size_t column = 0; column < columns_.size(); ++column) {
    file.add_column(columns_[column], column_values_[column]);
  }
  file.add_stored(stored_, stored_offsets_);
  file.finish();
}

}  // namespace searchkit
