#include "bitpack.hpp"

#include <array>
#include <utility>

namespace searchkit {

namespace {

using Unpacker = void (*)(const uint8_t*, uint32_t*);

template <uint32_t... Bits>
constexpr std::array<Unpacker, sizeof...(Bits)> unpackers(
    std::integer_sequence<uint32_t, Bits...>) {
  return {unpack_block_of<Bits>...};
}

constexpr auto kUnpackers = unpackers(std::make_integer_sequence<uint32_t, 33>());

}  // namespace

void unpack_block(const uint8_t* in, uint32_t bits, uint32_t* out) {
  kUnpackers[bits](in, out);
}

}  // namespace searchkit
