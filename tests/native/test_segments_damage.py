"""
Truncated and altered segment files are refused by name, or answer; no process dies.

The alterations are those of ``scripts/fuzz``, from fixed seeds; there, many more of
them run with sanitizers.
"""

from __future__ import annotations

import random
import struct
from pathlib import Path
from typing import Any

import pytest

from scripts.fuzz import layout
from scripts.fuzz.mutations import mutate, truncations
from scripts.fuzz.samples import COLUMNS, FIELDS, write_sample
from scripts.fuzz.segments import exercise
from searchkit.errors import IndexDamagedError
from searchkit.native import load

native: Any = load()
pytestmark = pytest.mark.skipif(
    native is None, reason="the extension is not compiled, or switched off"
)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """
    Write a small segment, and one with rows of bounds.
    """
    folder = tmp_path_factory.mktemp("samples")
    paths = [folder / "small.sks", folder / "large.sks"]
    write_sample(paths[0], native, 40, 20, first=0)
    write_sample(paths[1], native, 700, 5, first=1000)
    return paths


def outcome(path: Path, data: bytes, whole: Path, seed: int) -> str:
    """
    Write a file anew, do with it what an index may do, and tell how that ended.
    """
    path.unlink(missing_ok=True)
    path.write_bytes(data)
    chance = random.Random(seed)
    merged = path.with_name("merged.sks") if seed % 3 == 0 else None
    return exercise(path, native, chance, whole=native.Segment(whole), merged=merged)


@pytest.mark.parametrize("number", [0, 1])
def test_whole_files_pass_every_step(
    samples: list[Path], tmp_path: Path, number: int
) -> None:
    """
    What is not altered is not refused.
    """
    data = samples[number].read_bytes()
    for seed in range(4):
        assert "finished" == outcome(tmp_path / "one.sks", data, samples[0], seed)


@pytest.mark.parametrize("number", [0, 1])
def test_truncated_files_are_refused(
    samples: list[Path], tmp_path: Path, number: int
) -> None:
    """
    Wherever the end is cut off: at the border of a section, beside it, or elsewhere.
    """
    data = samples[number].read_bytes()
    path = tmp_path / "one.sks"
    sizes = truncations(data, random.Random(1), more=100)
    assert 200 < len(sizes)
    for size in sizes:
        path.write_bytes(data[:size])
        with pytest.raises(IndexDamagedError) as caught:
            native.Segment(path)
        assert str(path) == caught.value.path


def test_truncated_files_with_right_checksums(
    samples: list[Path], tmp_path: Path
) -> None:
    """
    A header that was made to fit what is left leads nobody out of the file.
    """
    data = samples[0].read_bytes()
    path = tmp_path / "one.sks"
    for size in truncations(data, random.Random(2), more=100):
        cut = bytearray(data[:size])
        if size >= layout.HEADER.size:
            # The directory, as far as there is room for it, at the new end.
            entries = data[layout.sections(data)[0].entry :]
            struct.pack_into("<Q", cut, 24, size)
            cut += entries
        layout.seal(cut)
        assert outcome(path, bytes(cut), samples[0], size) in {
            "finished",
            "IndexDamagedError",
        }


def test_every_flipped_byte_is_told(samples: list[Path], tmp_path: Path) -> None:
    """
    Checksums tell of a byte that another disk would return, in opening or verifying.
    """
    data = samples[0].read_bytes()
    path = tmp_path / "one.sks"
    sections = layout.sections(data)
    places = {place for one in sections for place in range(one.offset, one.end)}
    places |= {*range(layout.HEADER.size), *range(sections[0].entry, len(data))}
    chance = random.Random(3)
    for at in chance.sample(sorted(places), 1500):
        altered = bytearray(data)
        altered[at] ^= 1 << chance.randrange(8)
        path.write_bytes(altered)
        with pytest.raises(IndexDamagedError) as caught:
            native.Segment(path).verify()
        assert str(path) == caught.value.path


def test_altered_files_with_right_checksums(
    samples: list[Path], tmp_path: Path
) -> None:
    """
    Opening, walking, searching and merging end, refused by name or not.
    """
    whole = [path.read_bytes() for path in samples]
    found = set()
    for seed in range(1200):
        chance = random.Random(seed)
        mutant = mutate(whole[seed % 2], whole[1 - seed % 2], chance)
        found.add(outcome(tmp_path / "one.sks", mutant.data, samples[0], seed))
    assert {"finished", "IndexDamagedError"} == found


# --- what was once not seen -----------------------------------------------------


def altered(samples: list[Path], number: int, changes: dict[int, bytes]) -> bytes:
    """
    Put bytes at places of a sample, and its checksums right.
    """
    data = bytearray(samples[number].read_bytes())
    for at, piece in changes.items():
        data[at : at + len(piece)] = piece
    layout.seal(data)
    return bytes(data)


def place(samples: list[Path], number: int, kind: int, of: int = 0) -> layout.Section:
    """
    Find a section of a sample.
    """
    return next(
        section
        for section in layout.sections(samples[number].read_bytes())
        if (section.kind, section.number) == (kind, of)
    )


def record(samples: list[Path], name: str) -> int:
    """
    Find the record of a field in the large sample.
    """
    return place(samples, 1, layout.FIELDS).offset + 80 * FIELDS.index(name)


def refusal(path: Path, data: bytes) -> str:
    """
    Return how a file is refused when it is opened.
    """
    path.write_bytes(data)
    with pytest.raises(IndexDamagedError) as caught:
        native.Segment(path)
    assert str(path) == caught.value.path
    return str(caught.value)


def test_damage_met_while_beginnings_are_read(
    samples: list[Path], tmp_path: Path
) -> None:
    """
    A damaged dictionary is told of at the hundredth look-up as at the first.
    """
    section = place(samples, 1, layout.TERM_BLOCKS, FIELDS.index("id"))
    # The block in the middle, at which every search begins, lies behind the end.
    middle = section.offset + section.size // 24 // 2 * 24
    path = tmp_path / "one.sks"
    path.write_bytes(altered(samples, 1, {middle: b"\xff" * 8}))
    searcher = native.Searcher([(native.Segment(path), b"")])
    for _ in range(200):
        with pytest.raises(IndexDamagedError) as caught:
            searcher.document_frequency("id", "k050000")
        assert str(path) == caught.value.path


def test_damage_met_while_near_words_are_kept(
    samples: list[Path], tmp_path: Path
) -> None:
    """
    Where a table of the terms cannot be made, the damage is told of as without one.
    """
    section = place(samples, 1, layout.TERM_BLOCKS, FIELDS.index("id"))
    # The last block of terms, which the walk comes to.
    last = section.offset + section.size - 2 * 24
    path = tmp_path / "one.sks"
    path.write_bytes(altered(samples, 1, {last: b"\xff" * 8}))
    searcher = native.Searcher([(native.Segment(path), b"")])
    for _ in range(100):
        with pytest.raises(IndexDamagedError) as caught:
            searcher.expand("fuzzy", "id", "k9999999", 1, 0, limit=9)
        assert str(path) == caught.value.path


@pytest.mark.parametrize("shift", [0, 5, 17, 31, 32])
def test_windows_that_searching_has_no_room_for(
    samples: list[Path], tmp_path: Path, shift: int
) -> None:
    """
    A window is of 2 to the power of 6 to 16 documents.
    """
    data = altered(samples, 1, {36: struct.pack("<I", shift)})
    assert "header" in refusal(tmp_path / "one.sks", data)


def test_documents_without_end(tmp_path: Path) -> None:
    """
    A file of some hundred bytes does not have a thousand million documents.
    """
    path = tmp_path / "one.sks"
    builder = native.SegmentBuilder(None, [("a", 0, None)], [], 1)
    builder.begin_document([], [])
    builder.finish(path)
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, 12, 2**30)
    layout.seal(data)
    path.unlink()
    assert "header" in refusal(path, bytes(data))


@pytest.mark.parametrize("name", [b"\xff", b"a\x80", b"\xed\xa0\x80", b"x" * 48])
def test_names_that_are_no_names(
    samples: list[Path], tmp_path: Path, name: bytes
) -> None:
    """
    Names of fields are UTF-8 and end with zero; so are those of columns.
    """
    data = altered(samples, 1, {record(samples, "body"): name})
    assert "fields" in refusal(tmp_path / "one.sks", data)
    at = place(samples, 1, layout.COLUMNS).offset + 64 * (len(COLUMNS) - 1)
    data = altered(samples, 1, {at: name.ljust(64, name[-1:])})
    assert "columns" in refusal(tmp_path / "one.sks", data)


@pytest.mark.parametrize("flags", [2, 6, 16 | 7, 2**31 | 7])
def test_flags_that_do_not_fit(samples: list[Path], tmp_path: Path, flags: int) -> None:
    """
    Positions without frequencies, and flags that there are not.
    """
    at = record(samples, "body") + 48
    data = altered(samples, 1, {at: struct.pack("<I", flags)})
    assert "fields" in refusal(tmp_path / "one.sks", data)


def test_segments_that_disagree_are_not_merged(
    samples: list[Path], tmp_path: Path
) -> None:
    """
    A field that has lost its positions in one of them is damage, and names that one.
    """
    path = tmp_path / "one.sks"
    path.write_bytes(altered(samples, 1, {record(samples, "body") + 48: b"\x05"}))
    pairs = [(native.Segment(samples[0]), b""), (native.Segment(path), b"")]
    with pytest.raises(IndexDamagedError, match="another kind") as caught:
        native.merge_segments(tmp_path / "merged.sks", pairs, 1, [])
    assert str(path) == caught.value.path
    assert not (tmp_path / "merged.sks").exists()


def test_blocks_that_share_their_posting_lists(
    samples: list[Path], tmp_path: Path
) -> None:
    """
    A file cannot be made longer by reading some of its postings again and again.
    """
    section = place(samples, 1, layout.TERM_BLOCKS, FIELDS.index("id"))
    changes = {at + 8: bytes(8) for at in range(section.offset, section.end - 24, 24)}
    path = tmp_path / "one.sks"
    path.write_bytes(altered(samples, 1, changes))
    cursor = native.Segment(path).terms("id")
    for _ in range(31):
        cursor.next()
    with pytest.raises(IndexDamagedError, match="dictionary"):
        cursor.next()


def test_blocks_that_share_their_positions(tmp_path: Path) -> None:
    """
    Nor by reading some of its positions again and again.
    """
    path = tmp_path / "one.sks"
    both = native.FREQUENCIES | native.POSITIONS
    builder = native.SegmentBuilder(None, [("a", both, None)], ["day"], 1)
    for number in range(300):
        builder.begin_document([], [number])
    builder.add_postings(0, b"x", range(300), [2] * 300, [3, 5] * 300)
    builder.finish(path)
    data = bytearray(path.read_bytes())
    postings = next(one for one in layout.sections(data) if one.kind == layout.POSTINGS)
    # Behind the row of bounds are records of 16 bytes, and their positions at the 8th.
    for at in range(postings.offset + 4, postings.offset + 4 + 3 * 16, 16):
        struct.pack_into("<I", data, at + 8, 0)
    layout.seal(data)
    path.unlink()
    path.write_bytes(data)
    segment = native.Segment(path)
    with pytest.raises(IndexDamagedError, match="posting list"):
        segment.postings("a", b"x").positions()
    with pytest.raises(IndexDamagedError, match="posting list"):
        native.merge_segments(tmp_path / "merged.sks", [(segment, b"")], 1, [])


def test_a_frequency_that_runs_over(tmp_path: Path) -> None:
    """
    The frequency 2**32 - 1, less 1, is the largest; one more would be 0.
    """
    path = tmp_path / "one.sks"
    fields = [("a", native.FREQUENCIES, None)]
    builder = native.SegmentBuilder(None, fields, ["day"], 1)
    builder.begin_document([], [0])
    builder.add_postings(0, b"x", [0], [2**32 - 1], [])
    builder.finish(path)
    data = bytearray(path.read_bytes())
    postings = next(one for one in layout.sections(data) if one.kind == layout.POSTINGS)
    assert b"\0\x20\xfe\xff\xff\xff" == data[postings.offset : postings.end]
    data[postings.offset + 2] = 0xFF
    layout.seal(data)
    path.unlink()
    path.write_bytes(data)
    with pytest.raises(IndexDamagedError, match="posting list"):
        native.Segment(path).postings("a", b"x").frequency()
