#include "bitpack.hpp"

#include <array>
#include <utility>

namespace searchkit {

namespace {

using Unpacker = void (*)(const uint8_t*, uint32_t*);
using Summer = void (*)(const uint8_t*, uint32_t, uint32_t*);

template <uint32_t... Bits>
constexpr std::array<Unpacker, sizeof...(Bits)> unpackers(
    std::integer_sequence<uint32_t, Bits...>) {
  return {unpack_block_of<Bits>...};
}

template <uint32_t... Bits>
constexpr std::array<Summer, sizeof...(Bits)> summers(
    std::integer_sequence<uint32_t, Bits...>) {
  return {unpack_sums_of<Bits>...};
}

constexpr auto kWidths = std::make_integer_sequence<uint32_t, 33>();
constexpr auto kUnpackers = unpackers(kWidths);
constexpr auto kSummers = summers(kWidths);

}  // namespace

void unpack_block(const uint8_t* in, uint32_t bits, uint32_t* out) {
  kUnpackers[bits](in, out);
}

void unpack_sums(const uint8_t* in, uint32_t bits, uint32_t base, uint32_t* out) {
  kSummers[bits](in, base, out);
}

}  // namespace searchkit
