// Writing a segment file: sections one after the other, then the directory.
#pragma once

#include <string>
#include <vector>

#include "buffer.hpp"
#include "format.hpp"

namespace searchkit {

// Makes a new file.  What is written counts after finish(); a writer that is destroyed
// before has deleted its file.
class FileWriter {
 public:
  // Throws SystemError where the file is there already or cannot be made.
  explicit FileWriter(const std::string& path);
  ~FileWriter();
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  // Writes a whole section.
  void section(SectionKind kind, uint32_t number, const void* data, uint64_t size);
  template <class T>
  void section(SectionKind kind, uint32_t number, const std::vector<T>& values) {
    section(kind, number, values.data(), values.size() * sizeof(T));
  }

  template <class T>
  void section(SectionKind kind, uint32_t number, const Buffer<T>& values) {
    section(kind, number, values.data(), values.bytes());
  }

  // Writes the directory and the header, whose sizes, offsets and checksums are filled
  // in, syncs the file and closes it.
  void finish(Header header);

 private:
  void write(const void* data, uint64_t size);
  void write_out(const uint8_t* bytes, uint64_t size);
  void align();
  void flush();

  std::string path_;
  int file_;
  uint64_t position_ = 0;
  std::vector<uint8_t> buffer_;
  std::vector<SectionRecord> directory_;
};

}  // namespace searchkit
