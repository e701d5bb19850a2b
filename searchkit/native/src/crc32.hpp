// CRC-32 as in zlib and gzip (polynomial 0xEDB88320, reflected).
#pragma once

#include <cstddef>
#include <cstdint>

namespace searchkit {

// The checksum of `size` bytes, continuing from that of the bytes before.
uint32_t crc32(const uint8_t* data, size_t size, uint32_t before = 0);

}  // namespace searchkit
