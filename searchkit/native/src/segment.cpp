#include "segment.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <optional>

#include "crc32.hpp"
#include "damage.hpp"
#include "varint.hpp"

namespace searchkit {

namespace {

constexpr uint32_t kMostSections = 4096;
// Bytes of a term that is put together without a string.
constexpr uint32_t kShortTerm = 240;

// Whether a text is UTF-8 as Python takes it: shortest forms, and no surrogates.
bool is_utf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const auto lead = static_cast<uint8_t>(text[at]);
    const size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if ((lead >= 0x80 && lead < 0xC2) || lead > 0xF4 || size > text.size() - at) {
      return false;
    }
    uint32_t point = size == 1 ? lead : lead & (0xFFu >> (size + 1));
    for (size_t i = 1; i < size; ++i) {
      const auto next = static_cast<uint8_t>(text[at + i]);
      if ((next & 0xC0) != 0x80) return false;
      point = point << 6 | (next & 0x3F);
    }
    const bool is_long = (size == 3 && point < 0x800) || (size == 4 && point < 0x10000);
    const bool is_half = point >= 0xD800 && point < 0xE000;
    if (is_long || is_half || point > 0x10FFFF) return false;
    at += size;
  }
  return true;
}

// A name that is padded with zeros, at least one; nothing where it is none.
template <size_t Size>
std::optional<std::string> name_of(const char (&padded)[Size]) {
  const size_t size = strnlen(padded, Size);
  if (size == Size || !is_utf8({padded, size})) return std::nullopt;
  return std::string(padded, size);
}

class File {
 public:
  explicit File(const std::string& path)
      : number(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    if (number < 0) throw SystemError(path, errno);
  }
  ~File() { ::close(number); }
  const int number;
};

}  // namespace

Segment::Segment(const std::string& path) : path_(path) {
  const File file(path);
  struct stat status {};
  if (::fstat(file.number, &status) != 0) throw SystemError(path, errno);
  if (!S_ISREG(status.st_mode)) damaged("it is no regular file");
  size_ = static_cast<uint64_t>(status.st_size);
  if (size_ < sizeof(Header)) {
    damaged(size_ == 0 ? "the file is empty" : "the file is cut short");
  }
  void* mapped = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, file.number, 0);
  if (mapped == MAP_FAILED) throw SystemError(path, errno);
  base_ = static_cast<const uint8_t*>(mapped);
  try {
    open();
  } catch (...) {
    ::munmap(mapped, size_);
    throw;
  }
}

Segment::~Segment() { ::munmap(const_cast<uint8_t*>(base_), size_); }

void Segment::damaged(const char* what) const { throw Damage(path_, what); }

void Segment::open() {
  std::memcpy(&header_, base_, sizeof header_);
  if (std::memcmp(header_.magic, kMagic, sizeof kMagic) != 0) {
    damaged("it is no segment file");
  }
  if (header_.version != kFormatVersion) {
    const std::string reason = "it has format " + std::to_string(header_.version) +
                               " of segments, and this release reads " +
                               std::to_string(kFormatVersion);
    damaged(reason.c_str());
  }
  if (crc32(base_, offsetof(Header, header_crc)) != header_.header_crc) {
    damaged("the header is altered");
  }
  if (header_.file_size != size_) damaged("the file is cut short");
  const uint64_t directory_size = uint64_t{header_.sections} * sizeof(SectionRecord);
  if (header_.sections > kMostSections || header_.directory > size_ ||
      directory_size > size_ - header_.directory ||
      header_.window_shift < kSmallestWindowShift ||
      header_.window_shift > kLargestWindowShift || header_.documents > 0x7FFFFFFF ||
      header_.documents / kMostDocumentsPerByte > size_) {
    damaged("the header is altered");
  }
  const uint8_t* entries = base_ + header_.directory;
  if (crc32(entries, directory_size) != header_.directory_crc) {
    damaged("the directory is altered");
  }
  directory_.resize(header_.sections);
  if (header_.sections > 0) std::memcpy(directory_.data(), entries, directory_size);
  for (const SectionRecord& record : directory_) {
    if (record.offset > header_.directory ||
        record.size + kPadding > header_.directory - record.offset ||
        record.size > size_) {
      damaged("a section lies outside of the file");
    }
    // Short, and all else follows from them.
    if (record.kind == kFields || record.kind == kColumns) verify(record);
  }
  open_fields();
  open_columns();
  stored_offsets_ = section(kStoredOffsets, 0, UINT64_MAX, false);
  stored_ = section(kStored, 0, UINT64_MAX, false);
}

Section Segment::section(SectionKind kind, uint32_t number, uint64_t expected,
                         bool required) const {
  for (const SectionRecord& record : directory_) {
    if (record.kind != kind || record.field != number) continue;
    if (expected != UINT64_MAX && record.size != expected) {
      damaged("a section has another size than it should");
    }
    return {base_ + record.offset, record.size};
  }
  if (required) damaged("a section is missing");
  return {};
}

void Segment::open_fields() {
  const Section records = section(kFields, 0);
  const uint64_t count = records.size / sizeof(FieldRecord);
  if (count > kMostFields || records.size % sizeof(FieldRecord) != 0) {
    damaged("the list of fields is altered");
  }
  const uint64_t documents = header_.documents;
  for (uint32_t number = 0; number < count; ++number) {
    const auto record =
        load<FieldRecord>(records.data + uint64_t{number} * sizeof(FieldRecord));
    Field field;
    const auto name = name_of(record.name);
    field.flags = record.flags;
    const bool whole = name && (field.flags & ~kAllFieldFlags) == 0 &&
                       (field.has(kFrequencies) || !field.has(kPositions));
    if (!whole) damaged("the list of fields is altered");
    field.name = *name;
    field.terms = record.terms;
    field.documents = record.documents;
    field.bound_rows = record.bound_rows;
    field.total_length = record.total_length;
    field.posting_count = record.postings;
    const uint64_t blocks = (uint64_t{field.terms} + kTermsPerBlock - 1) / kTermsPerBlock;
    field.term_blocks = section(kTermBlocks, number, (blocks + 1) * kTermBlockBytes);
    field.term_data = section(kTerms, number);
    field.postings = section(kPostings, number);
    field.positions = section(kPositionData, number, UINT64_MAX, field.has(kPositions));
    field.bounds = section(kBounds, number, uint64_t{field.bound_rows} * windows());
    if (field.has(kLengths)) {
      field.length_codes = section(kLengthCodes, number, documents).data;
      field.length_values = section(kLengthValues, number, documents * 4).data;
    }
    if (field.has(kKey)) field.keys = section(kKeys, number, documents * 4).data;
    fields_.push_back(std::move(field));
  }
}

void Segment::open_columns() {
  const Section records = section(kColumns, 0, UINT64_MAX, false);
  const uint64_t count = records.size / sizeof(ColumnRecord);
  if (count > kMostFields) damaged("the list of columns is altered");
  for (uint32_t number = 0; number < count; ++number) {
    const auto record =
        load<ColumnRecord>(records.data + uint64_t{number} * sizeof(ColumnRecord));
    const Section values = section(kColumn, number, uint64_t{header_.documents} * 4);
    const auto name = name_of(record.name);
    if (!name) damaged("the list of columns is altered");
    columns_.push_back({*name, values.data});
  }
}

uint32_t Segment::windows() const {
  const uint64_t size = uint64_t{1} << header_.window_shift;
  return static_cast<uint32_t>((header_.documents + size - 1) / size);
}

const Field* Segment::field(std::string_view name) const {
  for (const Field& field : fields_) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

const uint8_t* Segment::column(std::string_view name) const {
  for (const ColumnData& column : columns_) {
    if (column.name == name) return column.values;
  }
  return nullptr;
}

std::vector<std::string> Segment::column_names() const {
  std::vector<std::string> names;
  for (const ColumnData& column : columns_) names.push_back(column.name);
  return names;
}

Section Segment::stored(uint32_t block) const {
  if (uint64_t{block} + 2 > stored_offsets_.size / sizeof(uint64_t)) {
    damaged("a stored document is missing");
  }
  const auto start = load<uint64_t>(stored_offsets_.data + uint64_t{block} * 8);
  const auto end = load<uint64_t>(stored_offsets_.data + uint64_t{block} * 8 + 8);
  if (start > end || end > stored_.size) damaged("a stored document is altered");
  return {stored_.data + start, end - start};
}

std::optional<TermEntry> Segment::find(const Field& field,
                                       std::string_view term) const {
  TermCursor cursor(*this, field);
  cursor.seek(term);
  if (!cursor.valid() || cursor.text() != term) return std::nullopt;
  return cursor.entry();
}

std::string Segment::term_text(const Field& field, uint32_t number) const {
  const uint8_t* record =
      field.term_blocks.data + uint64_t{number / kTermsPerBlock} * kTermBlockBytes;
  const auto start = load<uint64_t>(record);
  const auto block_end = load<uint64_t>(record + kTermBlockBytes);
  if (start > block_end || block_end > field.term_data.size) {
    damaged("the term dictionary is altered");
  }
  const uint8_t* at = field.term_data.data + start;
  const uint8_t* end = field.term_data.data + block_end;
  // Numbers that follow each text: document frequency and size, and others by field.
  const uint32_t numbers = 2u + field.has(kFrequencies) + field.has(kPositions);
  // With whatever longer terms have left behind.  Most texts are short; longer ones go
  // on in a string.
  char room[kShortTerm + kPadding];
  std::string longer;
  char* text = room;
  uint64_t size = 0;
  for (uint32_t i = 0;; ++i) {
    uint64_t shared = 0, fresh = 0, skipped = 0;
    const bool whole = get_varint(at, end, shared) && get_varint(at, end, fresh);
    if (!whole || shared > size || fresh > kMostTermSize - shared ||
        fresh > static_cast<uint64_t>(end - at)) {
      damaged("the term dictionary is altered");
    }
    if (shared + fresh > kShortTerm && text == room) {
      longer.assign(room, size);
      longer.resize(kMostTermSize);
      text = longer.data();
    }
    size = shared + fresh;
    if (fresh <= kPadding && text == room) {
      std::memcpy(text + shared, at, kPadding);  // faster than so many as there are
    } else {
      std::memcpy(text + shared, at, fresh);
    }
    at += fresh;
    if (i == number % kTermsPerBlock) return std::string(text, size);
    for (uint32_t k = 0; k < numbers; ++k) {
      if (!get_varint(at, end, skipped)) damaged("the term dictionary is altered");
    }
  }
}

void Segment::verify(const SectionRecord& record) const {
  if (crc32(base_ + record.offset, record.size) != record.crc) {
    damaged("a section is altered (its checksum is another)");
  }
}

void Segment::verify() const {
  for (const SectionRecord& record : directory_) verify(record);
}

void Segment::verify_terms(const Field& field) const {
  for (const SectionRecord& record : directory_) {
    const uint8_t* data = base_ + record.offset;
    if (data == field.term_blocks.data || data == field.term_data.data) verify(record);
  }
}

// --- terms ----------------------------------------------------------------------

// Most terms differ from the one before in no more bytes.
constexpr ptrdiff_t kFewBytes = 16;

TermCursor::TermCursor(const Segment& segment, const Field& field)
    : segment_(&segment), field_(&field) {
  entry_.number = field.terms;
}

void TermCursor::first() {
  entry_.number = field_->terms;
  if (field_->terms > 0) open_block(0);
}

// Begins a block and reads its first term.
void TermCursor::open_block(uint32_t block) {
  const uint8_t* record = field_->term_blocks.data + uint64_t{block} * kTermBlockBytes;
  const auto start = load<uint64_t>(record);
  const auto end = load<uint64_t>(record + kTermBlockBytes);
  if (start > end || end > field_->term_data.size) {
    segment_->damaged("the term dictionary is altered");
  }
  postings_at_ = load<uint64_t>(record + 8);
  positions_at_ = load<uint64_t>(record + 16);
  at_ = field_->term_data.data + start;
  end_ = field_->term_data.data + end;
  size_ = 0;
  entry_.number = block * kTermsPerBlock;
  read_entry();
}

void TermCursor::read_entry() {
  uint64_t shared = 0, fresh = 0, documents = 0, more = 0, size = 0, positions = 0;
  bool whole = get_varint(at_, end_, shared) && get_varint(at_, end_, fresh);
  if (!whole || shared > size_ || fresh > kMostTermSize - shared ||
      fresh > static_cast<uint64_t>(end_ - at_)) {
    segment_->damaged("the term dictionary is altered");
  }
  size_ = shared + fresh;
  if (size_ + kFewBytes > room_.size()) room_.resize(2 * size_ + kFewBytes);
  if (fresh <= kFewBytes && end_ - at_ >= kFewBytes) {
    std::memcpy(room_.data() + shared, at_, kFewBytes);  // takes no call
  } else {
    std::memcpy(room_.data() + shared, at_, fresh);
  }
  shared_ = shared;
  at_ += fresh;
  whole = get_varint(at_, end_, documents) &&
          (!field_->has(kFrequencies) || get_varint(at_, end_, more)) &&
          get_varint(at_, end_, size) &&
          (!field_->has(kPositions) || get_varint(at_, end_, positions));
  const uint64_t left = field_->postings.size - postings_at_;
  const uint64_t positions_left = field_->positions.size - positions_at_;
  if (!whole || documents == 0 || documents > segment_->documents() ||
      postings_at_ > field_->postings.size || size > left ||
      positions_at_ > field_->positions.size || positions > positions_left) {
    segment_->damaged("the term dictionary is altered");
  }
  entry_.document_frequency = static_cast<uint32_t>(documents);
  entry_.frequency = documents + more;
  entry_.postings = {field_->postings.data + postings_at_, size};
  entry_.positions = {
      field_->has(kPositions) ? field_->positions.data + positions_at_ : nullptr,
      positions};
  postings_at_ += size;
  positions_at_ += positions;
}

void TermCursor::next() {
  const uint32_t number = entry_.number + 1;
  if (number >= field_->terms) {
    entry_.number = field_->terms;
  } else if (number % kTermsPerBlock == 0) {
    // What blocks hold follows each other.  If all named the same posting lists, a small
    // file would have postings without end.
    const uint8_t* record =
        field_->term_blocks.data + uint64_t{number / kTermsPerBlock} * kTermBlockBytes;
    if (load<uint64_t>(record) !=
            static_cast<uint64_t>(at_ - field_->term_data.data) ||
        load<uint64_t>(record + 8) != postings_at_ ||
        (field_->has(kPositions) && load<uint64_t>(record + 16) != positions_at_)) {
      segment_->damaged("the term dictionary is altered");
    }
    open_block(number / kTermsPerBlock);
  } else {
    entry_.number = number;
    read_entry();
  }
}

void TermCursor::move_to(uint32_t number) {
  const bool is_ahead = valid() && number >= entry_.number &&
                        number / kTermsPerBlock == entry_.number / kTermsPerBlock;
  if (!is_ahead) open_block(number / kTermsPerBlock);
  while (entry_.number < number) next();
}

void TermCursor::seek(std::string_view text) {
  if (field_->terms == 0) return;
  uint32_t low = 0, high = (field_->terms - 1) / kTermsPerBlock + 1;
  if (valid() && this->text() <= text) {
    // Who looks up one term after the other in their order often stays in a block, or
    // goes not far: blocks are passed over by 1, 2, 4 and so on.
    low = entry_.number / kTermsPerBlock;
    const uint32_t here = low;
    uint32_t width = 1;
    while (high - low > width && first_of(low + width) <= text) {
      low += width;
      width *= 2;
    }
    high = std::min(high, low + width);
    if (low == here && low + 1 == high) {
      walk_to(text);
      return;
    }
  }
  // The last block whose first term is not behind the text.
  while (low + 1 < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (first_of(middle) <= text) {
      low = middle;
    } else {
      high = middle;
    }
  }
  open_block(low);
  walk_to(text);
}

// Goes on, one term after the other, to the first that is not before a text.
void TermCursor::walk_to(std::string_view text) {
  while (valid()) {
    const std::string_view here = this->text();
    const size_t most = std::min(here.size(), text.size());
    size_t same = 0;
    while (same < most && here[same] == text[same]) ++same;
    const bool is_before =
        same < text.size() &&
        (same == here.size() ||
         static_cast<uint8_t>(here[same]) < static_cast<uint8_t>(text[same]));
    if (!is_before) return;
    // Terms that share the byte which is before that of the text are before it, too.
    do {
      next();
    } while (valid() && shared_ > same);
  }
}

// The first term of a block, which is written whole.
std::string_view TermCursor::first_of(uint32_t block) const {
  const auto start = load<uint64_t>(field_->term_blocks.data +
                                    uint64_t{block} * kTermBlockBytes);
  if (start > field_->term_data.size) {
    segment_->damaged("the term dictionary is altered");
  }
  const uint8_t* at = field_->term_data.data + start;
  const uint8_t* end = field_->term_data.data + field_->term_data.size;
  uint64_t shared = 0, fresh = 0;
  if (!get_varint(at, end, shared) || !get_varint(at, end, fresh) || shared != 0 ||
      fresh > static_cast<uint64_t>(end - at)) {
    segment_->damaged("the term dictionary is altered");
  }
  return {reinterpret_cast<const char*>(at), fresh};
}

}  // namespace searchkit
