#include "file_writer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

#include "crc32.hpp"
#include "damage.hpp"

namespace searchkit {

namespace {
constexpr size_t kBuffer = 1 << 20;
}

FileWriter::FileWriter(const std::string& path)
    : path_(path),
      file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)) {
  if (file_ < 0) throw SystemError(path, errno);
  buffer_.reserve(kBuffer);
  const Header empty{};
  write(&empty, sizeof empty);
}

FileWriter::~FileWriter() {
  if (file_ < 0) return;
  ::close(file_);
  ::unlink(path_.c_str());
}

void FileWriter::section(SectionKind kind, uint32_t number, const void* data,
                         uint64_t size) {
  align();
  SectionRecord record{};
  record.kind = kind;
  record.field = number;
  record.offset = position_;
  record.size = size;
  record.crc = crc32(static_cast<const uint8_t*>(data), size);
  directory_.push_back(record);
  write(data, size);
  constexpr uint8_t padding[kPadding] = {};
  write(padding, sizeof padding);
}

void FileWriter::finish(Header header) {
  align();
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.version = kFormatVersion;
  header.directory = position_;
  header.sections = static_cast<uint32_t>(directory_.size());
  const uint64_t size = directory_.size() * sizeof(SectionRecord);
  header.directory_crc =
      crc32(reinterpret_cast<const uint8_t*>(directory_.data()), size);
  write(directory_.data(), size);
  header.file_size = position_;
  header.header_crc = crc32(reinterpret_cast<const uint8_t*>(&header),
                            offsetof(Header, header_crc));
  flush();
  const ssize_t written = ::pwrite(file_, &header, sizeof header, 0);
  if (written != static_cast<ssize_t>(sizeof header)) {
    throw SystemError(path_, written < 0 ? errno : ENOSPC);
  }
  if (::fsync(file_) != 0) throw SystemError(path_, errno);
  const int file = file_;
  file_ = -1;
  if (::close(file) != 0) throw SystemError(path_, errno);
}

void FileWriter::write(const void* data, uint64_t size) {
  position_ += size;
  if (buffer_.size() + size > kBuffer) flush();
  const auto* bytes = static_cast<const uint8_t*>(data);
  if (size < kBuffer) {
    buffer_.insert(buffer_.end(), bytes, bytes + size);
    return;
  }
  write_out(bytes, size);
}

void FileWriter::align() {
  constexpr uint8_t zeros[kAlignment] = {};
  const uint64_t over = position_ % kAlignment;
  if (over > 0) write(zeros, kAlignment - over);
}

void FileWriter::flush() {
  write_out(buffer_.data(), buffer_.size());
  buffer_.clear();
}

// Hands bytes to the system, past the buffer.
void FileWriter::write_out(const uint8_t* bytes, uint64_t size) {
  while (size > 0) {
    const ssize_t written = ::write(file_, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) throw SystemError(path_, written < 0 ? errno : ENOSPC);
    bytes += written;
    size -= static_cast<uint64_t>(written);
  }
}

}  // namespace searchkit
