#include "merging.hpp"

#include <algorithm>
#include <stdexcept>

#include "postings.hpp"
#include "segment_writer.hpp"

namespace searchkit {

namespace {

using Numbers = std::vector<uint32_t>;

// New numbers of the documents of each input; kNone for deleted ones.
std::vector<Numbers> new_numbers(const std::vector<MergeInput>& inputs,
                                 uint32_t& total) {
  std::vector<Numbers> numbers;
  total = 0;
  for (const MergeInput& input : inputs) {
    Numbers& of_input = numbers.emplace_back(input.segment->documents());
    for (uint32_t document = 0; document < of_input.size(); ++document) {
      of_input[document] = input.deleted[document] ? kNone : total++;
    }
    if (total > 0x7FFFFFFF) {
      throw std::invalid_argument("the segments have too many documents for one");
    }
  }
  return numbers;
}

// A field as the inputs have it.
struct Source {
  const Segment* segment;
  const Field* field;
  const Numbers* numbers;
};

// The live values of a u32 for each document.
void append_values(Numbers& values, const Numbers& numbers, const uint8_t* data) {
  for (uint32_t document = 0; document < numbers.size(); ++document) {
    if (numbers[document] == kNone) continue;
    values.push_back(data == nullptr ? 0 : load<uint32_t>(data + uint64_t{document} * 4));
  }
}

// Adds what one input has of a term.
void append_postings(Postings& into, const Source& source, const TermEntry& entry) {
  const PostingList list(*source.segment, *source.field, entry);
  const bool with_frequencies = source.field->has(kFrequencies);
  const bool with_positions = source.field->has(kPositions);
  uint32_t documents[kBlock], frequencies[kBlock];
  for (uint32_t block = 0; block < list.blocks(); ++block) {
    list.documents(block, documents);
    list.frequencies(block, frequencies);
    uint64_t before = 0;
    for (uint32_t i = 0; i < list.block_size(block); ++i) {
      const uint32_t document = (*source.numbers)[documents[i]];
      if (document != kNone) {
        into.documents.push_back(document);
        if (with_frequencies) into.frequencies.push_back(frequencies[i]);
        if (with_positions) {
          const size_t size = into.positions.size();
          // An altered frequency may be any number; the positions are checked first.
          list.check_positions(block, before + frequencies[i]);
          into.positions.resize(size + frequencies[i]);
          list.positions(block, before, frequencies[i], into.positions.data() + size);
        }
      }
      before += frequencies[i];
    }
  }
}

void merge_field(SegmentWriter& file, const FieldSpec& spec,
                 const std::vector<Source>& sources, const Numbers& lengths,
                 const SegmentShape& shape) {
  FieldEncoder encoder(spec, shape, lengths);
  std::vector<TermCursor> cursors;
  cursors.reserve(sources.size());
  for (const Source& source : sources) {
    cursors.emplace_back(*source.segment, *source.field).first();
  }
  Postings postings;
  std::string term;
  for (;;) {
    const TermCursor* least = nullptr;
    for (const TermCursor& cursor : cursors) {
      if (cursor.valid() && (least == nullptr || cursor.text() < least->text())) {
        least = &cursor;
      }
    }
    if (least == nullptr) break;
    term = least->text();
    postings.clear();
    for (size_t i = 0; i < cursors.size(); ++i) {
      if (!cursors[i].valid() || cursors[i].text() != term) continue;
      append_postings(postings, sources[i], cursors[i].entry());
      cursors[i].next();
      if (cursors[i].valid() && cursors[i].text() <= term) {
        sources[i].segment->damaged("the term dictionary is altered");
      }
    }
    if (!postings.documents.empty()) encoder.add(term, postings);
  }
  file.add_field(encoder);
}

}  // namespace

Deleted::Deleted(const uint8_t* bits, size_t size, uint32_t documents)
    : bits_(bits, bits + size) {
  if (size > 0 && size < (uint64_t{documents} + 7) / 8) {
    throw std::invalid_argument("there are fewer marks of deletion than documents");
  }
}

void merge_segments(const std::string& path, const std::vector<MergeInput>& inputs,
                    const StoredBlobs& stored) {
  uint32_t total = 0;
  const std::vector<Numbers> numbers = new_numbers(inputs, total);
  const SegmentShape shape(total);
  SegmentWriter file(path, shape, stored.documents_per_blob);

  std::vector<std::string> field_names, column_names;
  const auto add_name = [](std::vector<std::string>& names, const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      names.push_back(name);
    }
  };
  for (const MergeInput& input : inputs) {
    for (const Field& field : input.segment->fields()) add_name(field_names, field.name);
    for (const auto& name : input.segment->column_names()) add_name(column_names, name);
  }
  for (const std::string& name : field_names) {
    FieldSpec spec{name, 0};
    std::vector<Source> sources;
    Numbers lengths;
    for (size_t i = 0; i < inputs.size(); ++i) {
      const Segment& segment = *inputs[i].segment;
      const Field* field = segment.field(name);
      if (field != nullptr) {
        if (!sources.empty() && spec.flags != field->flags) {
          segment.damaged("a field is of another kind than in other segments");
        }
        spec.flags = field->flags;
        sources.push_back({&segment, field, &numbers[i]});
      }
      append_values(lengths, numbers[i],
                    field == nullptr ? nullptr : field->length_values);
    }
    if ((spec.flags & kLengths) == 0) lengths.clear();
    merge_field(file, spec, sources, lengths, shape);
  }
  for (const std::string& name : column_names) {
    Numbers values;
    for (size_t i = 0; i < inputs.size(); ++i) {
      append_values(values, numbers[i], inputs[i].segment->column(name));
    }
    file.add_column(name, values);
  }
  file.add_stored(stored.bytes, stored.offsets);
  file.finish();
}

}  // namespace searchkit
