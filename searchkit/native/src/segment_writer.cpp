#include "segment_writer.hpp"

#include <algorithm>
#include <stdexcept>

namespace searchkit {

SegmentWriter::SegmentWriter(const std::string& path, const SegmentShape& shape,
                             uint32_t stored_block)
    : file_(path), shape_(shape), stored_block_(stored_block) {}

void SegmentWriter::add_field(FieldEncoder& field) {
  fields_.push_back(field.write(file_, static_cast<uint32_t>(fields_.size())));
}

void SegmentWriter::add_column(const std::string& name,
                               const std::vector<uint32_t>& values) {
  ColumnRecord record{};
  if (name.size() >= sizeof record.name) {
    throw std::invalid_argument("the name of a column is too long");
  }
  std::copy(name.begin(), name.end(), record.name);
  file_.section(kColumn, static_cast<uint32_t>(columns_.size()), values);
  columns_.push_back(record);
}

void SegmentWriter::add_stored(const Buffer<uint8_t>& bytes,
                               const std::vector<uint64_t>& offsets) {
  file_.section(kStored, 0, bytes);
  file_.section(kStoredOffsets, 0, offsets);
}

void SegmentWriter::finish() {
  file_.section(kFields, 0, fields_);
  file_.section(kColumns, 0, columns_);
  Header header{};
  header.documents = shape_.documents;
  header.window_shift = shape_.window_shift;
  header.dense_minimum = shape_.dense_minimum;
  header.stored_block = stored_block_;
  file_.finish(header);
}

}  // namespace searchkit
