"""
What the extension writes is what the specification says, of the documents it was given.

Files are read by ``segment_reader``, which shares no code with the extension, and
compared with what one finds by looking at each document.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.analysis import Analyzer
from searchkit.analysis.compiled import NativeAnalyzer
from searchkit.engines.scoring import length_to_byte, rounded_length
from searchkit.native import load
from tests.native.segment_reader import (
    FieldContent,
    FormatError,
    Posting,
    SegmentContent,
    read_segment,
)

native: Any = load()
pytestmark = pytest.mark.skipif(
    native is None, reason="the extension is not compiled, or switched off"
)

ANALYZER = Analyzer()
FIELDS = ("id", "title", "body", "words", "names")
TEXTS = ("title", "body")
COLUMNS = ("day", "rank")


@dataclass(frozen=True)
class Written:
    """
    A document as it is given to a builder.
    """

    key: str
    texts: dict[str, str] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    columns: tuple[int, int] = (0, 0)


def flags_of(name: str) -> int:
    text = native.FREQUENCIES | native.POSITIONS | native.LENGTHS
    by_name = {"id": native.KEY, "words": 0, "names": native.FREQUENCIES}
    return int(by_name.get(name, text))


def write(path: Path, documents: list[Written], blobs: list[bytes]) -> None:
    fields = [
        (name, flags_of(name), FIELDS.index("words") if name in TEXTS else None)
        for name in FIELDS
    ]
    analyzer = NativeAnalyzer()
    builder = native.SegmentBuilder(analyzer.native, fields, COLUMNS, 16)
    for document in documents:
        texts = [(FIELDS.index(name), text) for name, text in document.texts.items()]
        terms = [(FIELDS.index("id"), document.key, 1)] if document.key else []
        terms += [(FIELDS.index("names"), *pair) for pair in document.names.items()]
        builder.add(texts, terms, document.columns)
    for blob in blobs:
        builder.add_stored(blob)
    builder.finish(path)


def brute_force(documents: list[Written]) -> dict[str, FieldContent]:
    """
    Return what a segment of these documents holds, without its bounds.
    """
    found = {name: FieldContent(flags_of(name), 0, 0, 0) for name in FIELDS}

    def add(name: str, term: str, posting: Posting) -> None:
        found[name].postings.setdefault(term.encode(), []).append(posting)
        found[name].posting_count += 1

    for number, document in enumerate(documents):
        words: set[str] = set()
        for name in TEXTS:
            tokens = list(ANALYZER.tokens(document.texts.get(name, "")))
            words |= {token.word for token in tokens}
            places: dict[str, list[int]] = {}
            for token in tokens:
                places.setdefault(token.term, []).append(token.position)
            for term, at in places.items():
                add(name, term, Posting(number, len(at), tuple(at)))
            found[name].lengths.append(len(tokens))
            found[name].length_codes += bytes([length_to_byte(len(tokens))])
            found[name].documents += bool(tokens)
            found[name].total_length += len(tokens)
        for word in words:
            add("words", word, Posting(number))
        for term, count in document.names.items():
            add("names", term, Posting(number, count))
        if document.key:
            add("id", document.key, Posting(number))
        found["id"].keys.append(document.key.encode() or None)
    for content in found.values():
        content.postings = dict(sorted(content.postings.items()))
    return found


def check_content(content: SegmentContent, documents: list[Written]) -> None:
    """
    Compare a file with its documents.
    """
    assert len(documents) == content.documents
    expected = brute_force(documents)
    assert list(expected) == list(content.fields)
    for name, wanted in expected.items():
        found = content.fields[name]
        assert list(wanted.postings) == list(found.postings)
        dense = {
            term
            for term, postings in wanted.postings.items()
            if len(postings) > max(content.dense_minimum, 128)
        }
        assert dense == set(found.bounds)
        for term, row in found.bounds.items():
            check_bounds(content, wanted, wanted.postings[term], row)
        found.bounds = {}
        assert wanted == found
    columns = zip(*(document.columns for document in documents), strict=True)
    values = [list(column) for column in columns] or [[], []]
    assert dict(zip(COLUMNS, values, strict=True)) == content.columns


def check_bounds(
    content: SegmentContent, of: FieldContent, postings: list[Posting], row: bytes
) -> None:
    """
    A byte is 0 without a document in the window, else no share of one is above it.
    """
    best = [0.0] * content.windows
    for posting in postings:
        norm = 1.0
        if of.flags & native.LENGTHS:
            length = rounded_length(of.lengths[posting.document])
            norm = 1 - 0.75 + 0.75 * length * of.documents / of.total_length
        share = posting.frequency / (posting.frequency + 1.2 * norm)
        window = posting.document >> content.window_shift
        best[window] = max(best[window], share)
    assert [share > 0 for share in best] == [byte > 0 for byte in row]
    over = [byte - 255 * share for byte, share in zip(row, best, strict=True) if byte]
    assert min(over) >= 0
    assert max(over) < 1.1


def made_up(seed: int, count: int, longest: int) -> list[Written]:
    """
    Make documents up: some terms are in most of them, and most in few.
    """
    chance = random.Random(seed)
    vocabulary = [f"w{number}" for number in range(400)]
    weights = [1 / (rank + 1) for rank in range(len(vocabulary))]

    def text(most: int) -> str:
        return " ".join(chance.choices(vocabulary, weights, k=chance.randint(0, most)))

    return [
        Written(
            f"k{number * 7919 % 100_003}" if chance.random() < 0.95 else "",
            {"title": text(3), "body": text(longest)},
            {
                name: chance.randint(1, 300)
                for name in ("ada", "bo", "cy")[number % 3 :]
            },
            (chance.choice((0, 1, 2**32 - 1)), number),
        )
        for number in range(count)
    ]


WORDS = st.one_of(
    st.sampled_from(
        "war wars peace the U.S. 3.14 covid-19 über 東京 e\u0301 ’ x".split()
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
)
TEXT = st.lists(WORDS, max_size=12).map(" ".join)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=3)
U32 = st.integers(0, 2**32 - 1)
DOCUMENTS = st.lists(
    st.builds(
        Written,
        st.text("abcü\0", max_size=4),
        st.fixed_dictionaries({}, optional={"title": TEXT, "body": TEXT}),
        st.dictionaries(NAMES, st.integers(1, 2**32 - 1), max_size=4),
        st.tuples(U32, U32),
    ),
    max_size=8,
).map(lambda many: [*{one.key: one for one in many}.values()])


@settings(max_examples=150)
@given(DOCUMENTS, st.lists(st.binary(max_size=30), max_size=3))
def test_any_documents(documents: list[Written], blobs: list[bytes]) -> None:
    """
    A file holds the terms, postings, lengths, keys, columns and blobs, and no others.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "one.sks"
        write(path, documents, blobs)
        content = read_segment(path.read_bytes())
    check_content(content, documents)
    assert blobs == content.blobs
    assert 16 == content.stored_block


@pytest.mark.parametrize(
    ("count", "longest"), [(127, 3), (128, 3), (129, 3), (800, 30), (1500, 9)]
)
def test_many_documents(tmp_path: Path, count: int, longest: int) -> None:
    """
    So do files whose lists have several blocks, and rows of bounds.
    """
    documents = made_up(count, count, longest)
    write(tmp_path / "one.sks", documents, [])
    content = read_segment((tmp_path / "one.sks").read_bytes())
    assert (count > 512) == bool(content.fields["body"].bounds)
    check_content(content, documents)


@pytest.mark.parametrize("least", [0, 1000, 2**20])
def test_checksums_of_any_length(tmp_path: Path, least: int) -> None:
    """
    Sections have the checksum of zlib, however long they are.
    """
    for size in range(least, least + 150):
        path = tmp_path / f"{size}.sks"
        blob = bytes(number * number % 251 for number in range(150)) * (size // 150 + 1)
        write(path, [], [blob[:size]])
        assert [blob[:size]] == read_segment(path.read_bytes()).blobs
        path.unlink()


def merge(
    folder: Path, parts: list[list[Written]], gone: list[set[int]], blobs: list[bytes]
) -> SegmentContent:
    """
    Write segments, merge them, and read what comes of it.
    """
    inputs = []
    for number, (documents, deleted) in enumerate(zip(parts, gone, strict=True)):
        path = folder / f"{number}.sks"
        write(path, documents, [b"old"])
        marks = bytearray((len(documents) + 7) // 8 if deleted else 0)
        for one in deleted:
            marks[one >> 3] |= 1 << (one & 7)
        inputs.append((native.Segment(path), bytes(marks)))
    native.merge_segments(folder / "merged.sks", inputs, 5, blobs)
    return read_segment((folder / "merged.sks").read_bytes())


def live(parts: list[list[Written]], gone: list[set[int]]) -> list[Written]:
    """
    Return the documents that are not deleted, in order.
    """
    return [
        document
        for documents, deleted in zip(parts, gone, strict=True)
        for number, document in enumerate(documents)
        if number not in deleted
    ]


@settings(max_examples=80)
@given(st.lists(DOCUMENTS, min_size=1, max_size=3), st.data())
def test_any_merged_segments(parts: list[list[Written]], data: st.DataObject) -> None:
    """
    A merged file holds the documents that were not deleted, in order.
    """
    gone = [
        data.draw(st.sets(st.integers(0, len(documents) - 1))) if documents else set()
        for documents in parts
    ]
    with TemporaryDirectory() as folder:
        content = merge(Path(folder), parts, gone, [b"new", b""])
    check_content(content, live(parts, gone))
    assert [b"new", b""] == content.blobs
    assert 5 == content.stored_block


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_large_merged_segments(tmp_path: Path, share: float) -> None:
    """
    So does one of segments with long lists and many deletions.
    """
    chance = random.Random(5)
    parts = [made_up(seed, count, 8) for seed, count in [(1, 900), (2, 1), (3, 500)]]
    gone = [
        {number for number in range(len(part)) if chance.random() < share}
        for part in parts
    ]
    content = merge(tmp_path, parts, gone, [])
    check_content(content, live(parts, gone))


def test_what_a_segment_lacks_is_empty_when_merged(tmp_path: Path) -> None:
    """
    Fields that only some segments have keep their postings; missing columns are 0.
    """
    for number, name in enumerate(("a", "b")):
        fields = [(name, native.FREQUENCIES | native.POSITIONS | native.LENGTHS, None)]
        builder = native.SegmentBuilder(None, fields, [name], 1)
        builder.begin_document([(0, 3)], [7])
        builder.add_postings(0, b"x", [0], [2], [0, 2])
        builder.finish(tmp_path / f"{number}.sks")
    inputs = [(native.Segment(tmp_path / f"{number}.sks"), b"") for number in range(2)]
    native.merge_segments(tmp_path / "merged.sks", inputs, 1, [])
    content = read_segment((tmp_path / "merged.sks").read_bytes())
    assert {"a": [7, 0], "b": [0, 7]} == content.columns
    assert [[3, 0], [0, 3]] == [one.lengths for one in content.fields.values()]
    assert [
        {b"x": [Posting(0, 2, (0, 2))]},
        {b"x": [Posting(1, 2, (0, 2))]},
    ] == [one.postings for one in content.fields.values()]


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 40),
            st.sets(st.one_of(st.integers(0, 40), U32), min_size=1, max_size=5),
        ),
        min_size=1,
        max_size=200,
    ),
    st.lists(st.integers(1, 2**32 - 1), min_size=200, max_size=200),
)
def test_numbers_of_any_width(
    rows: list[tuple[int, set[int]]], counts: list[int]
) -> None:
    """
    Posting lists keep documents far apart, and the largest positions and frequencies.
    """
    postings, document = [], -1
    for gap, positions in rows:
        document += gap + 1
        postings.append(Posting(document, len(positions), tuple(sorted(positions))))
    documents = [posting.document for posting in postings]
    places = [at for posting in postings for at in posting.positions]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "one.sks"
        both = native.FREQUENCIES | native.POSITIONS
        fields = [("a", both, None), ("b", native.FREQUENCIES, None)]
        builder = native.SegmentBuilder(None, fields, ["number"], 1)
        for number in range(document + 1):
            builder.begin_document([], [number])
        lengths = [posting.frequency for posting in postings]
        builder.add_postings(0, b"", documents, lengths, places)
        builder.add_postings(1, b"x" * 65_535, documents, counts[: len(rows)], [])
        builder.finish(path)
        content = read_segment(path.read_bytes())
    assert {b"": postings} == content.fields["a"].postings
    assert {
        b"x" * 65_535: [
            Posting(one, count) for one, count in zip(documents, counts, strict=False)
        ]
    } == content.fields["b"].postings


@pytest.mark.parametrize("flags", [2, 6, 16, 2**31])
def test_flags_that_no_reader_takes_are_refused(flags: int) -> None:
    """
    Positions need frequencies, and there are four flags.
    """
    with pytest.raises(ValueError, match="flags"):
        native.SegmentBuilder(None, [("a", flags, None)], [], 1)


def test_texts_need_positions_for_their_frequencies() -> None:
    """
    A text in a field with frequencies alone is refused, and so are words with them.
    """
    analyzer = NativeAnalyzer().native
    names = ("a", native.FREQUENCIES, None)
    builder = native.SegmentBuilder(analyzer, [names], [], 1)
    with pytest.raises(ValueError, match="positions"):
        builder.add([(0, "a text")], [], [])
    with pytest.raises(ValueError, match="flags"):
        native.SegmentBuilder(analyzer, [names, ("b", 3, 0)], [], 1)


def test_documents_come_before_posting_lists() -> None:
    """
    A document after a posting list would have neither length nor key.
    """
    fields = [("a", native.LENGTHS, None)]
    builder = native.SegmentBuilder(None, fields, [], 1)
    builder.begin_document([], [])
    builder.add_postings(0, b"x", [0], [], [])
    with pytest.raises(ValueError, match="after all documents"):
        builder.begin_document([], [])


def test_the_reader_sees_what_is_altered(tmp_path: Path) -> None:
    """
    The reader that these tests rest on believes no file with a byte flipped.
    """
    write(tmp_path / "one.sks", made_up(1, 40, 6), [b"blob"])
    data = (tmp_path / "one.sks").read_bytes()
    read_segment(data)
    for at in random.Random(3).sample(range(len(data)), 300):
        altered = bytearray(data)
        altered[at] ^= 0x10
        with pytest.raises(FormatError):
            read_segment(bytes(altered))
