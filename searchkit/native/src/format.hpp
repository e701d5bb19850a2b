// The layout of a segment file; docs/specs/segment-file.md says it in words.
//
// All numbers are little-endian.  A file is a header, sections that each begin at a
// multiple of 64 bytes, and a directory of the sections at the end.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "segment files are little-endian, and are read in place"
#endif

namespace searchkit {

constexpr char kMagic[8] = {'S', 'K', 'S', 'E', 'G', '\r', '\n', '\0'};
constexpr uint32_t kFormatVersion = 1;
constexpr uint32_t kAlignment = 64;

// Fields of a segment, and columns, at most.
constexpr uint32_t kMostFields = 256;
// Documents for a byte of the file, at most: what has a term, a length, a key or a
// column takes more.
constexpr uint64_t kMostDocumentsPerByte = 8;
// Bytes of a term, at most.
constexpr uint32_t kMostTermSize = (1u << 16) - 1;
// Searching looks at a window in one go, and there is memory for 1 << 16 documents.
constexpr uint32_t kSmallestWindowShift = 6;
constexpr uint32_t kLargestWindowShift = 16;
// Documents of a full block of postings.
constexpr uint32_t kBlock = 128;
// Entries of a block of the term dictionary.
constexpr uint32_t kTermsPerBlock = 32;
// Bytes of an entry of kTermBlocks.
constexpr uint32_t kTermBlockBytes = 24;
// Readable bytes behind every section, so that packed numbers can be read eight bytes
// at a time.
constexpr uint32_t kPadding = 16;
constexpr uint32_t kNone = 0xFFFFFFFFu;

// What the score bounds in a segment were computed with.
constexpr float kBoundK1 = 1.2f;
constexpr float kBoundB = 0.75f;

enum FieldFlag : uint32_t {
  kFrequencies = 1,  // postings say how often
  kPositions = 2,    // and where
  kLengths = 4,      // each document has a length in tokens
  kKey = 8,          // a document has one term at most, which names it
};
constexpr uint32_t kAllFieldFlags = kFrequencies | kPositions | kLengths | kKey;

enum SectionKind : uint32_t {
  kFields = 1,          // FieldRecord for each field
  kTermBlocks = 2,      // three u64 for each block of terms: where it, its postings and
                        // its positions begin in their sections; and one more, the end
  kTerms = 3,           // front-coded blocks of terms, with df, cf and sizes
  kPostings = 4,        // documents and frequencies
  kPositionData = 5,    // positions
  kBounds = 6,          // rows of one byte a window, for frequent terms
  kLengthCodes = 7,     // one byte a document: Lucene's rounded length
  kLengthValues = 8,    // u32 a document: the exact length
  kKeys = 9,            // u32 a document: the number of its term, or kNone
  kColumn = 10,         // u32 a document; named by its ColumnRecord
  kColumns = 11,        // ColumnRecord for each column
  kStored = 12,         // blobs, opaque
  kStoredOffsets = 13,  // u64 for each blob, and one more, the end
};

struct Header {
  char magic[8];
  uint32_t version;
  uint32_t documents;
  uint64_t file_size;
  uint64_t directory;      // offset
  uint32_t sections;       // entries of the directory
  uint32_t window_shift;   // a window is 1 << window_shift documents
  uint32_t dense_minimum;  // terms in more documents than this have a row of bounds
  uint32_t stored_block;   // documents of a stored blob
  uint32_t directory_crc;
  uint32_t header_crc;  // of the bytes before it
};
static_assert(sizeof(Header) == 56, "a header has 56 bytes");

struct SectionRecord {
  uint32_t kind;
  uint32_t field;  // number of the field or column; 0 where it has none
  uint64_t offset;
  uint64_t size;
  uint32_t crc;
  uint32_t reserved;
};
static_assert(sizeof(SectionRecord) == 32, "an entry of the directory has 32 bytes");

struct FieldRecord {
  char name[48];  // UTF-8, padded with zeros
  uint32_t flags;
  uint32_t terms;
  uint32_t documents;     // with a length above 0; 0 for fields without kLengths
  uint32_t bound_rows;    // rows in kBounds
  uint64_t total_length;  // tokens
  uint64_t postings;      // sum of document frequencies
};
static_assert(sizeof(FieldRecord) == 80, "a field has 80 bytes");

struct ColumnRecord {
  char name[64];
};

// Ahead of each block of postings, for terms in more than kBlock documents.
struct BlockRecord {
  uint32_t last;             // the last document of the block
  uint32_t data;             // where its packed numbers begin, after the records
  uint32_t positions;        // where its positions begin, from those of the term
  uint8_t document_bits;     // width of a packed difference of documents
  uint8_t frequency_bits;    // width of a packed frequency less 1
  uint8_t position_bits;     // width of a packed position
  uint8_t reserved;
};
static_assert(sizeof(BlockRecord) == 16, "a block has 16 bytes");

template <class T>
inline T load(const uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

inline uint32_t bits_for(uint32_t value) {
  return value == 0 ? 0 : 32 - static_cast<uint32_t>(__builtin_clz(value));
}

}  // namespace searchkit
