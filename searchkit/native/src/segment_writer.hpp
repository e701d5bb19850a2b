// The order in which the parts of a segment file are written.
#pragma once

#include <string>
#include <vector>

#include "buffer.hpp"
#include "field_encoder.hpp"
#include "file_writer.hpp"

namespace searchkit {

class SegmentWriter {
 public:
  SegmentWriter(const std::string& path, const SegmentShape& shape,
                uint32_t stored_block);
  // Adds the next field, which is whole.
  void add_field(FieldEncoder& field);
  // Adds a column with a value for each document.
  void add_column(const std::string& name, const std::vector<uint32_t>& values);
  // Adds blobs: their bytes, and where each begins, and the last ends.
  void add_stored(const Buffer<uint8_t>& bytes,
                  const std::vector<uint64_t>& offsets);
  // Makes the file whole and durable.
  void finish();

 private:
  FileWriter file_;
  SegmentShape shape_;
  uint32_t stored_block_;
  std::vector<FieldRecord> fields_;
  std::vector<ColumnRecord> columns_;
};

}  // namespace searchkit
