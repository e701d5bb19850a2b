"""
Alterations of a segment file, drawn by chance.

Most of them strike where numbers decide what is read next: header, directory, records
of fields, blocks of terms, records of posting lists, offsets of blobs.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from scripts.fuzz import layout

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

BOUNDARIES: Final = (
    *(0, 1, 2, 7, 8, 15, 16, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257),
    *(2**15, 2**16 - 1, 2**16, 2**16 + 1, 2**24, 2**31 - 1, 2**31, 2**31 + 1),
    *(2**32 - 129, 2**32 - 2, 2**32 - 1, 2**32, 2**32 + 1, 2**63 - 1, 2**63),
    *(2**64 - 65, 2**64 - 17, 2**64 - 16, 2**64 - 8, 2**64 - 2, 2**64 - 1),
)
"""Numbers at which sums run over, and sizes of blocks, widths and padding."""

#: Sections of fixed numbers, and how many bytes these have.
_TABLES: Final = {
    layout.TERM_BLOCKS: 8,
    layout.LENGTHS: 4,
    layout.KEYS: 4,
    layout.COLUMN: 4,
    layout.STORED_OFFSETS: 8,
}
#: Offsets and sizes of the numbers in a record of a field.
_FIELD_RECORD: Final = 80
_FIELD_NUMBERS: Final = ((48, 4), (52, 4), (56, 4), (60, 4), (64, 8), (72, 8))
#: Sections with posting lists and what leads to them are struck more often.
_FAVOURED: Final = (layout.TERM_BLOCKS, layout.TERMS, layout.POSTINGS, layout.FIELDS)


@dataclass(frozen=True, slots=True)
class Mutant:
    """
    An altered file.

    Attributes:
        data: Its bytes.
        sealed: The checksums were put right.
        steps: What was done to it, in order.
    """

    data: bytes
    sealed: bool
    steps: tuple[str, ...]


def mutate(data: bytes, other: bytes, chance: random.Random) -> Mutant:
    """
    Alter a file in one to four ways.

    Args:
        data: A segment file that is whole.
        other: Another one, from which bytes are taken.
        chance: Decides everything.

    Returns:
        The file; its checksums are mostly put right, so that checks behind them are
        reached.
    """
    altered = bytearray(data)
    steps = []
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
        way = chance.choices(_WAYS, _WEIGHTS)[0]
        steps.append(way(altered, other, chance))
    sealed = chance.random() < 0.95
    if sealed:
        layout.seal(altered)
    return Mutant(bytes(altered), sealed, tuple(steps))


def truncations(data: bytes, chance: random.Random, *, more: int) -> list[int]:
    """
    Return sizes that a file may be cut to.

    Those are the borders of header, sections and directory, a byte before and behind
    each, and ``more`` others.
    """
    borders = {0, layout.HEADER.size, len(data)}
    for section in layout.sections(data):
        borders |= {section.offset, section.end, section.entry}
    sizes = {border + shift for border in borders for shift in (-1, 0, 1)}
    sizes |= {chance.randrange(len(data)) for _ in range(more)}
    return sorted(size for size in sizes if 0 <= size < len(data))


# --- ways -----------------------------------------------------------------------


def _flip_bits(data: bytearray, other: bytes, chance: random.Random) -> str:
    """
    Flip one to eight bits near each other.
    """
    del other
    start, end = _place(data, chance)
    at = chance.randrange(start, end)
    for _ in range(chance.choice((1, 1, 1, 2, 8))):
        place = min(end - 1, at + chance.randrange(4))
        data[place] ^= 1 << chance.randrange(8)
    return f"bits flipped at {at}"


def _set_byte(data: bytearray, other: bytes, chance: random.Random) -> str:
    """
    Put another byte somewhere.
    """
    del other
    at = chance.randrange(*_place(data, chance))
    data[at] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, 33, 64, chance.randrange(256)))
    return f"byte {at} set to {data[at]}"


def _set_number(data: bytearray, other: bytes, chance: random.Random) -> str:
    """
    Put a number at a border, or near the true one, where a number is.
    """
    del other
    at, size = _number(data, chance)
    limit = 1 << 8 * size
    here = int.from_bytes(data[at : at + size], "little")
    near = here + chance.choice((-64, -16, -2, -1, 1, 2, 16, 64))
    borders = [number for number in BOUNDARIES if number < limit]
    number = chance.choice((near % limit, chance.choice(borders), len(data) % limit))
    data[at : at + size] = number.to_bytes(size, "little")
    return f"number at {at} set to {number}"


def _copy_inside(data: bytearray, other: bytes, chance: random.Random) -> str:
    """
    Copy some bytes over others.
    """
    source = data if chance.random() < 0.5 else other
    size = chance.choice((1, 4, 8, 16, 24, 32, 64, 80, chance.randrange(1, 400)))
    start = chance.randrange(*_place(source, chance))
    to = chance.randrange(*_place(data, chance))
    piece = bytes(source[start : start + size])[: len(data) - to]
    data[to : to + len(piece)] = piece
    return f"{len(piece)} bytes from {start} put at {to}"


def _insert(data: bytearray, other: bytes, chance: random.Random) -> str:
    """
    Push what follows on by some bytes.
    """
    size = chance.choice((1, 4, 8, 16, 64, chance.randrange(1, 200)))
    start = chance.randrange(len(other))
    to = chance.randrange(*_place(data, chance))
    data[to:to] = other[start : start + size]
    return f"up to {size} bytes inserted at {to}"


def _cut_out(data: bytearray, other: bytes, chance: random.Random) -> str:
    """
    Leave out some bytes in the middle.
    """
    del other
    start = chance.randrange(*_place(data, chance))
    size = chance.choice((1, 4, 8, 16, 64, chance.randrange(1, 200)))
    del data[start : start + size]
    _refill(data)
    return f"{size} bytes cut out at {start}"


def _truncate(data: bytearray, other: bytes, chance: random.Random) -> str:
    """
    Cut the end off.
    """
    del other
    size = chance.randrange(len(data))
    del data[size:]
    _refill(data)
    return f"cut to {size}"


def _swap_sections(data: bytearray, other: bytes, chance: random.Random) -> str:
    """
    Let two entries of the directory name each other's bytes, or one size be another.
    """
    del other
    found = _sections(data)
    if len(found) < 2:
        return "nothing swapped"
    one, two = chance.sample(found, 2)
    first, last = chance.choice(((8, 24), (8, 16), (16, 24), (0, 8)))
    left = bytes(data[one.entry + first : one.entry + last])
    data[one.entry + first : one.entry + last] = data[
        two.entry + first : two.entry + last
    ]
    data[two.entry + first : two.entry + last] = left
    return f"bytes {first} to {last} of entries at {one.entry} and {two.entry} swapped"


_WAYS: Final[Sequence[Callable[[bytearray, bytes, random.Random], str]]] = (
    _set_number,
    _flip_bits,
    _set_byte,
    _copy_inside,
    _insert,
    _cut_out,
    _truncate,
    _swap_sections,
)
_WEIGHTS: Final = (40, 20, 15, 10, 3, 3, 2, 7)


# --- places ---------------------------------------------------------------------


def _sections(data: bytes | bytearray) -> list[layout.Section]:
    """
    Return sections that lie in the file; none where the directory is unreadable.
    """
    try:
        found = layout.sections(data)
    except ValueError:
        return []
    return [section for section in found if section.end <= len(data)]


def _place(data: bytes | bytearray, chance: random.Random) -> tuple[int, int]:
    """
    Choose a stretch of a file: a section, the directory, the header, or everything.
    """
    whole = (0, max(1, len(data)))
    found = [section for section in _sections(data) if section.size]
    kind = chance.random()
    if not found or kind < 0.05:
        return whole
    if kind < 0.1:
        return 0, layout.HEADER.size
    if kind < 0.2:
        return found[0].entry, len(data)
    if kind < 0.75:
        favoured = [section for section in found if section.kind in _FAVOURED]
        found = favoured or found
    section = chance.choice(found)
    if chance.random() < 0.25:  # beginnings hold widths, records and offsets
        return section.offset, section.offset + min(section.size, 64)
    return section.offset, section.end


def _number(data: bytearray, chance: random.Random) -> tuple[int, int]:
    """
    Choose a number of fixed size: where it is, and how many bytes it has.
    """
    numbers: list[tuple[int, int]] = []
    found = _sections(data)
    kind = chance.random()
    if kind < 0.15 or not found:
        numbers = list(layout.HEADER_FIELDS)
    elif kind < 0.35:
        entry = chance.choice(found).entry
        numbers = [(entry, 4), (entry + 4, 4), (entry + 8, 8), (entry + 16, 8)]
    elif kind < 0.55:
        numbers = [
            (section.offset + record + at, size)
            for section in found
            if section.kind == layout.FIELDS
            for record in range(0, section.size - _FIELD_RECORD + 1, _FIELD_RECORD)
            for at, size in _FIELD_NUMBERS
        ]
    elif kind < 0.8:
        tables = [one for one in found if one.kind in _TABLES and one.size >= 8]
        if tables:
            section = chance.choice(tables)
            size = _TABLES[section.kind]
            at = section.offset + chance.randrange(section.size // size) * size
            numbers = [(at, size)]
    else:
        lists = [one for one in found if one.kind == layout.POSTINGS and one.size >= 8]
        if lists:
            section = chance.choice(lists)
            at = section.offset + chance.randrange(section.size - 7)
            numbers = [(at, chance.choice((1, 2, 4)))]
    numbers = [(at, size) for at, size in numbers if at + size <= len(data)]
    return chance.choice(numbers) if numbers else (0, 1)


def _refill(data: bytearray) -> None:
    """
    Keep a file from becoming empty: every other way needs a byte to strike.
    """
    if not data:
        data.extend(struct.pack("<Q", 0))
