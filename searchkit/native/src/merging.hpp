// Joining segments into one, without the documents that were deleted.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "buffer.hpp"
#include "segment.hpp"

namespace searchkit {

// Which documents of a segment are deleted: a bit for each, the lowest first.
class Deleted {
 public:
  // Throws std::invalid_argument where there are fewer bits than documents; no bytes at
  // all stand for none.
  Deleted(const uint8_t* bits, size_t size, uint32_t documents);
  bool operator[](uint32_t document) const {
    return !bits_.empty() && (bits_[document >> 3] >> (document & 7) & 1) != 0;
  }

 private:
  std::vector<uint8_t> bits_;
};

struct MergeInput {
  std::shared_ptr<const Segment> segment;
  Deleted deleted;
};

// Blobs of stored documents, as SegmentBuilder::add_stored takes them.
struct StoredBlobs {
  uint32_t documents_per_blob = 0;
  Buffer<uint8_t> bytes;
  std::vector<uint64_t> offsets{0};
};

// Writes a new file with the documents of all inputs in order.  Fields with the same
// name have the same flags; columns that a segment lacks are 0 there.
void merge_segments(const std::string& path, const std::vector<MergeInput>& inputs,
                    const StoredBlobs& stored);

}  // namespace searchkit
