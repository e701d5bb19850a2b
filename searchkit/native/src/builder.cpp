#include "builder.hpp"

#include <algorithm>
#include <stdexcept>

#include "segment_writer.hpp"

namespace searchkit {

namespace {

// A term of a vocabulary, and eight bytes of its text: a number that sorts as they do.
struct Keyed {
  uint64_t key;
  uint32_t term;
};

uint64_t sort_key(std::string_view text, size_t from) {
  uint64_t key = 0;
  for (size_t i = from; i < from + 8; ++i) {
    key = key << 8 | (i < text.size() ? static_cast<uint8_t>(text[i]) : 0);
  }
  return key;
}

// Sorts terms that have their first `from` bytes in common by their texts: eight bytes
// at a time, since most of them tell terms apart without another look at the texts.
void sort_terms(const Vocabulary& vocabulary, Keyed* begin, Keyed* end, size_t from) {
  constexpr ptrdiff_t kFew = 3;
  constexpr size_t kFar = 256;  // bounds the recursion, whatever terms there are
  for (Keyed* one = begin; one < end; ++one) {
    one->key = sort_key(vocabulary[one->term], from);
  }
  std::sort(begin, end,
            [](const Keyed& left, const Keyed& right) { return left.key < right.key; });
  for (Keyed* run = begin; run < end;) {
    Keyed* behind = run + 1;
    bool whole = vocabulary[run->term].size() >= from + 8;  // the key is all text
    for (; behind < end && behind->key == run->key; ++behind) {
      whole &= vocabulary[behind->term].size() >= from + 8;
    }
    if (whole && behind - run > kFew && from < kFar) {
      sort_terms(vocabulary, run, behind, from + 8);
    } else if (behind - run > 1) {
      std::sort(run, behind, [&](const Keyed& left, const Keyed& right) {
        return vocabulary[left.term] < vocabulary[right.term];
      });
    }
    run = behind;
  }
}

// Numbers of a vocabulary with a count above 0, in order of their texts.
std::vector<uint32_t> sorted_terms(const Vocabulary& vocabulary,
                                   const std::vector<uint32_t>& counts) {
  std::vector<Keyed> keyed;
  for (uint32_t term = 0; term < counts.size(); ++term) {
    if (counts[term] > 0) keyed.push_back({0, term});
  }
  sort_terms(vocabulary, keyed.data(), keyed.data() + keyed.size(), 0);
  std::vector<uint32_t> sorted;
  sorted.reserve(keyed.size());
  for (const Keyed& one : keyed) sorted.push_back(one.term);
  return sorted;
}

// Calls f(text, term) for terms in an order that is not that of the vocabulary.
template <class F>
void each_text(const Vocabulary& vocabulary, const std::vector<uint32_t>& order,
               F&& f) {
  constexpr size_t kAhead = 8;
  for (size_t at = 0; at < order.size(); ++at) {
    if (at + 2 * kAhead < order.size()) {
      vocabulary.prefetch_place(order[at + 2 * kAhead]);
      vocabulary.prefetch_text(order[at + kAhead]);
    }
    f(vocabulary[order[at]], order[at]);
  }
}

// Splits the entries of a term, each a document and a position, into its postings.
// Entry is an unsigned type; `shift` is how many of its bits the positions have.
template <class Entry>
class Splitter {
 public:
  explicit Splitter(uint32_t shift) : shift_(shift), mask_((Entry{1} << shift) - 1) {}

  // The postings are valid until the next call; there is an entry at least.
  PostingsView split(const Entry* entries, size_t count) {
    documents_.clear();
    ends_.clear();
    positions_.clear();
    uint32_t* documents = documents_.extend(count);
    uint32_t* ends = ends_.extend(count);
    uint32_t* positions = positions_.extend(count);
    // Whether the next entry is of another document is anyone's guess: no branch.
    size_t last = 0;
    auto before = static_cast<uint32_t>(entries[0] >> shift_);
    for (size_t i = 0; i < count; ++i) {
      const auto document = static_cast<uint32_t>(entries[i] >> shift_);
      last += document != before;
      before = document;
      documents[last] = document;
      ends[last] = static_cast<uint32_t>(i + 1);
      positions[i] = static_cast<uint32_t>(entries[i] & mask_);
    }
    for (size_t i = last; i > 0; --i) ends[i] -= ends[i - 1];
    PostingsView postings;
    postings.documents = {documents, last + 1};
    postings.frequencies = {ends, last + 1};
    postings.positions = {positions, count};
    return postings;
  }

 private:
  uint32_t shift_;
  Entry mask_;
  Buffer<uint32_t> documents_, ends_, positions_;
};

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
  for (const BuilderField& spec : specs_) {
    if (spec.words_into) collected_[*spec.words_into]->takes_words = true;
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
    into.starts.push_back(into.terms.end());
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
  if (into.takes_words) throw std::invalid_argument("a field has either texts or words");
  use_vocabulary(field, analyzer_->terms());
  terms_.clear();
  words_.clear();
  analyzer_->append_terms(text, terms_, words_);
  into.terms.append(terms_.data(), terms_.size());
  if (specs_[field].words_into) {
    const uint32_t number = *specs_[field].words_into;
    use_vocabulary(number, analyzer_->words());
    add_words(*collected_[number]);
  }
  if ((specs_[field].flags & kLengths) != 0) {
    into.lengths.back() += static_cast<uint32_t>(terms_.size());
  }
}

// Adds those of `words_` that the document does not have; no others are left there.
void SegmentBuilder::add_words(Collected& words) {
  words.seen.resize(analyzer_->words().size(), 0);
  // Whether a word is a new one is anyone's guess: no branch.
  uint32_t* added = words_.data();
  for (const uint32_t word : words_) {
    *added = word;
    added += words.seen[word] != documents_;
    words.seen[word] = documents_;
  }
  words_.truncate(static_cast<size_t>(added - words_.data()));
  words.terms.append(words_.data(), words_.size());
}

SegmentBuilder::Shared SegmentBuilder::numbered(const TermCount& term) {
  if ((specs_[term.field].flags & kPositions) != 0 || term.frequency == 0) {
    throw std::invalid_argument("a term has positions, or a frequency of 0");
  }
  Collected& into = *collected_[term.field];
  use_vocabulary(term.field, into.vocabulary);
  return {term.field, into.vocabulary.number(term.term), term.frequency};
}

void SegmentBuilder::add_numbered(const Shared& term) {
  Collected& into = *collected_[term.field];
  into.terms.append(&term.term, 1);
  if ((specs_[term.field].flags & kFrequencies) != 0) {
    into.frequencies.push_back(term.frequency);
  }
}

void SegmentBuilder::add_term(uint32_t field, std::string_view term,
                              uint32_t frequency) {
  add_numbered(numbered({field, term, frequency}));
}

uint32_t SegmentBuilder::share(const std::vector<TermCount>& terms) {
  const size_t before = shared_.size();
  try {
    for (const TermCount& term : terms) shared_.push_back(numbered(term));
  } catch (...) {
    shared_.truncate(before);
    throw;
  }
  group_ends_.push_back(static_cast<uint32_t>(shared_.size()));
  return groups() - 1;
}

void SegmentBuilder::add_group(uint32_t group) {
  const uint32_t end = group_ends_[group];
  for (uint32_t at = group == 0 ? 0 : group_ends_[group - 1]; at < end; ++at) {
    add_numbered(shared_[at]);
  }
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
  stored_.append(static_cast<const uint8_t*>(data), size);
  stored_offsets_.push_back(stored_.size());
}

size_t SegmentBuilder::memory() const {
  size_t bytes = stored_.size() + documents_ * 4 * column_values_.size() +
                 shared_.bytes() + group_ends_.capacity() * 4;
  size_t most = 0;
  for (const auto& field : collected_) {
    bytes += field->terms.bytes() + field->frequencies.bytes() +
             field->starts.capacity() * 8 + field->lengths.capacity() * 4 +
             field->seen.capacity() * 4 + field->vocabulary.bytes();
    // While a field is inverted: a document and a position, and the packed form.
    most = std::max(most, field->terms.size() * 11);
  }
  return bytes + most;
}

// Sorts what was collected for a field by term, and lets go of it but for the memory of
// its terms.  Within a term, it stays in order.  What was collected becomes
// make(document, position, number), where `position` counts within the document, and
// `number` within the field.  A counting sort.
template <class Entry, class Make>
Buffer<Entry> SegmentBuilder::sorted_by_term(Collected& from, const TermOrder& terms,
                                             Make&& make) {
  std::vector<uint64_t> next(terms.counts.size());
  uint64_t total = 0;
  for (const uint32_t term : terms.order) {
    next[term] = total;
    total += terms.counts[term];
  }
  auto entries = Buffer<Entry>::in_place_of(std::move(spare_));
  entries.extend(total);
  uint64_t number = 0;
  for (uint32_t document = 0; document < documents_; ++document) {
    uint32_t position = 0;
    from.terms.each(from.starts[document], from.starts[document + 1],
                    [&](uint32_t term) {
                      entries[next[term]++] = make(document, position++, number++);
                    });
  }
  from.frequencies = {};
  from.starts = {};
  return entries;
}

// Encodes a field with positions, which have at most `position_bits` bits.
template <class Entry>
void SegmentBuilder::invert_positions(uint32_t field, const TermOrder& terms,
                                      uint32_t position_bits) {
  Collected& from = *collected_[field];
  auto entries = sorted_by_term<Entry>(
      from, terms, [&](uint32_t document, uint32_t position, uint64_t) {
        return static_cast<Entry>(Entry{document} << position_bits | position);
      });
  FieldEncoder& into = encoder(field);
  into.put_positions_into(Buffer<uint8_t>::in_place_of(from.terms.memory()));
  Splitter<Entry> splitter(position_bits);
  const Entry* at = entries.data();
  each_text(*from.terms_of, terms.order, [&](std::string_view text, uint32_t term) {
    into.add(text, splitter.split(at, terms.counts[term]));
    at += terms.counts[term];
  });
  spare_ = Buffer<uint32_t>::in_place_of(std::move(entries));
}

// Encodes a field with frequencies that come with the terms.
void SegmentBuilder::invert_frequencies(uint32_t field, const TermOrder& terms) {
  Collected& from = *collected_[field];
  auto entries = sorted_by_term<uint64_t>(
      from, terms, [&](uint32_t document, uint32_t, uint64_t number) {
        return uint64_t{document} << 32 | from.frequencies[number];
      });
  FieldEncoder& into = encoder(field);
  Postings postings;
  const uint64_t* at = entries.data();
  each_text(*from.terms_of, terms.order, [&](std::string_view text, uint32_t term) {
    postings.clear();
    for (const uint64_t* end = at + terms.counts[term]; at < end; ++at) {
      postings.documents.push_back(static_cast<uint32_t>(*at >> 32));
      postings.frequencies.push_back(static_cast<uint32_t>(*at));
    }
    into.add(text, postings);
  });
  from.terms = {};
  spare_ = Buffer<uint32_t>::in_place_of(std::move(entries));
}

// Encodes a field that has documents only.
void SegmentBuilder::invert_documents(uint32_t field, const TermOrder& terms) {
  Collected& from = *collected_[field];
  auto documents = sorted_by_term<uint32_t>(
      from, terms, [](uint32_t document, uint32_t, uint64_t) { return document; });
  FieldEncoder& into = encoder(field);
  PostingsView postings;
  const uint32_t* at = documents.data();
  each_text(*from.terms_of, terms.order, [&](std::string_view text, uint32_t term) {
    postings.documents = {at, terms.counts[term]};
    into.add(text, postings);
    at += terms.counts[term];
  });
  from.terms = {};
  spare_ = Buffer<uint32_t>::in_place_of(std::move(documents));
}

// Encodes what was collected for a field, and lets go of it.
void SegmentBuilder::invert(uint32_t field) {
  Collected& from = *collected_[field];
  if (from.terms.empty()) return;
  from.starts.push_back(from.terms.end());
  TermOrder terms;
  terms.counts.assign(from.terms_of->size(), 0);
  for (uint32_t document = 0; document < documents_; ++document) {
    uint32_t count = 0;
    from.terms.each(from.starts[document], from.starts[document + 1],
                    [&](uint32_t term) {
                      ++terms.counts[term];
                      ++count;
                    });
    terms.longest = std::max(terms.longest, count);
  }
  terms.order = sorted_terms(*from.terms_of, terms.counts);
  const uint32_t flags = specs_[field].flags;
  if ((flags & kPositions) != 0) {
    const uint32_t position_bits = bits_for(terms.longest);
    if (position_bits + bits_for(documents_) <= 32) {
      invert_positions<uint32_t>(field, terms, position_bits);
    } else {
      invert_positions<uint64_t>(field, terms, 32);
    }
  } else if ((flags & kFrequencies) != 0) {
    invert_frequencies(field, terms);
  } else {
    invert_documents(field, terms);
  }
}

void SegmentBuilder::finish(const std::string& path) {
  SegmentWriter file(path, SegmentShape(documents_), stored_block_);
  for (uint32_t field = 0; field < specs_.size(); ++field) {
    invert(field);
    file.add_field(encoder(field));
    collected_[field].reset();
  }
  spare_ = {};
  for (size_t column = 0; column < columns_.size(); ++column) {
    file.add_column(columns_[column], column_values_[column]);
  }
  file.add_stored(stored_, stored_offsets_);
  file.finish();
}

}  // namespace searchkit
