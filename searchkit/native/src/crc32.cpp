#include "crc32.hpp"

#include <array>
#include <cstring>

namespace searchkit {

namespace {

using Tables = std::array<std::array<uint32_t, 256>, 8>;

constexpr Tables make_tables() {
  Tables tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value >> 1) ^ ((value & 1) != 0 ? 0xEDB88320u : 0);
    }
    tables[0][byte] = value;
  }
  for (size_t table = 1; table < tables.size(); ++table) {
    for (uint32_t byte = 0; byte < 256; ++byte) {
      const uint32_t value = tables[table - 1][byte];
      tables[table][byte] = (value >> 8) ^ tables[0][value & 0xFF];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

}  // namespace

uint32_t crc32(const uint8_t* data, size_t size, uint32_t before) {
  uint32_t value = ~before;
  for (; size >= 8; data += 8, size -= 8) {
    uint64_t word;
    std::memcpy(&word, data, sizeof word);
    word ^= value;
    value = kTables[7][word & 0xFF] ^ kTables[6][word >> 8 & 0xFF] ^
            kTables[5][word >> 16 & 0xFF] ^ kTables[4][word >> 24 & 0xFF] ^
            kTables[3][word >> 32 & 0xFF] ^ kTables[2][word >> 40 & 0xFF] ^
            kTables[1][word >> 48 & 0xFF] ^ kTables[0][word >> 56];
  }
  for (; size > 0; ++data, --size) {
    value = (value >> 8) ^ kTables[0][(value ^ *data) & 0xFF];
  }
  return ~value;
}

}  // namespace searchkit
