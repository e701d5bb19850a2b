"""
Documents in bulk: what a segment has of the texts and terms that it was built from.
"""

from __future__ import annotations

import sys
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.native import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

native: Any = load()
pytestmark = pytest.mark.skipif(
    native is None, reason="the extension is not compiled, or switched off"
)

_WORDS = [(ord("0"), ord("9")), (ord("A"), ord("Z")), (ord("a"), ord("z"))]
_DIGITS = [(ord("0"), ord("9"))]
TEXT, WORDS, RAW = 0, 1, 2

Posting = tuple[int, int, list[int]]
"""A document, the frequency and the positions in it."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    Return a folder that all examples of a property may write to.
    """
    return tmp_path_factory.mktemp("segments")


_numbers = count()


def builder() -> Any:
    """
    Make a builder with a text, its words, and a field of terms.
    """
    analyzer = native.Analyzer(
        lambda surface: ((surface.lower()[:4], surface.lower(), 0, len(surface)),),
        _WORDS,
        _DIGITS,
        [],
    )
    text = native.FREQUENCIES | native.POSITIONS | native.LENGTHS
    fields = [("text", text, WORDS), ("words", 0, None), ("raw", 0, None)]
    return native.SegmentBuilder(analyzer, fields, [], 64)


def finished(building: Any, folder: Path) -> Any:
    """
    Write a segment and open it.
    """
    path = folder / f"{next(_numbers)}.sks"
    building.finish(path)
    segment = native.Segment(path)
    segment.verify()
    return segment


def built(texts: Iterable[str], folder: Path) -> Any:
    """
    Write a segment with a document for each text.
    """
    building = builder()
    for text in texts:
        building.add([(TEXT, text)], [], [])
    return finished(building, folder)


def terms_of(segment: Any, field: str) -> list[bytes]:
    """
    Return the terms of a field in the order of the dictionary.
    """
    cursor = segment.terms(field)
    cursor.first()
    found = []
    while cursor.valid:
        found.append(cursor.text)
        cursor.next()
    return found


def postings_of(segment: Any, field: str) -> dict[bytes, list[Posting]]:
    """
    Return all postings of a field with positions.
    """
    found: dict[bytes, list[Posting]] = {}
    for term in terms_of(segment, field):
        cursor = segment.postings(field, term)
        rows = found.setdefault(term, [])
        while cursor.is_active():
            rows.append((cursor.document(), cursor.frequency(), cursor.positions()))
            cursor.next()
    return found


def expected_postings(texts: Sequence[str]) -> dict[bytes, list[Posting]]:
    """
    Return what :func:`postings_of` has to find in the text field.
    """
    found: dict[bytes, list[Posting]] = {}
    for document, text in enumerate(texts):
        places: dict[bytes, list[int]] = {}
        for at, word in enumerate(text.split()):
            places.setdefault(word.lower()[:4].encode(), []).append(at)
        for term, positions in places.items():
            found.setdefault(term, []).append((document, len(positions), positions))
    return dict(sorted(found.items()))


def some_words(numbers: Iterable[int]) -> str:
    """
    Return words of all lengths, some of them twice as long as is quick to look up.
    """
    return " ".join("abcdefghijklmnop"[n % 16] * (n % 33 + 1) + str(n) for n in numbers)


class TestTexts:
    @given(
        st.lists(
            st.lists(st.integers(0, 200), max_size=150).map(some_words), max_size=5
        )
    )
    def test_every_token_has_its_document_and_position(
        self, folder: Path, texts: list[str]
    ) -> None:
        """
        Whatever surfaces are new, known or long, tokens stay in order.
        """
        segment = built(texts, folder)
        assert expected_postings(texts) == postings_of(segment, "text")
        assert [len(text.split()) for text in texts] == [
            segment.length("text", document) for document in range(len(texts))
        ]
        words = {word.lower().encode() for text in texts for word in text.split()}
        assert sorted(words) == terms_of(segment, "words")

    def test_numbers_of_documents_and_positions_may_need_more_than_32_bits(
        self, folder: Path
    ) -> None:
        """
        A long document among many short ones keeps its positions.
        """
        long, short = "storm " * 70_000 + "ebbs", "ebbs"
        texts = [long, *[short] * 40_000]
        assert 32 < (len(long.split()) - 1).bit_length() + (len(texts) - 1).bit_length()
        segment = built(texts, folder)
        assert expected_postings(texts) == postings_of(segment, "text")

    def test_a_word_counts_once_for_all_texts_of_a_document(self, folder: Path) -> None:
        """
        A word of two texts is one word of the document.
        """
        building = builder()
        for _ in range(2):
            building.add([(TEXT, "rain rain"), (TEXT, "Rain falls")], [], [])
        cursor = finished(building, folder).postings("words", b"rain")
        assert [0, 1] == cursor.rest()

    def test_a_field_of_words_takes_no_texts(self) -> None:
        """
        Words and terms would be told apart by nothing.
        """
        building = builder()
        with pytest.raises(ValueError, match="either texts or words"):
            building.add([(WORDS, "rain")], [], [])

    def test_numbers_of_terms_may_need_more_than_16_bits(self, folder: Path) -> None:
        """
        A builder may collect more terms than are kept in two bytes each.
        """
        building = builder()
        terms = [f"x{number:05}" for number in range(66_000)]
        for start in range(0, len(terms), 1000):
            of_document = terms[start : start + 1000]
            building.add([], [(RAW, term, 1) for term in of_document], [])
        building.add([], [(RAW, terms[-1], 1), (RAW, terms[0], 1)], [])
        segment = finished(building, folder)
        assert [term.encode() for term in terms] == terms_of(segment, "raw")
        for term, documents in [(terms[-1], [65, 66]), (terms[0], [0, 66])]:
            cursor = segment.postings("raw", term.encode())
            assert documents[0] == cursor.document()
            cursor.next()
            assert documents[1] == cursor.document()

    def test_half_code_points_part_words(self, folder: Path) -> None:
        """
        A lone surrogate is no letter, and no reason to fail.
        """
        texts = ["rain\ud800falls now", "\udfff", "sn\udc00"]
        plain = [text.encode(errors="replace").decode() for text in texts]
        assert expected_postings([text.replace("?", " ") for text in plain]) == (
            postings_of(built(texts, folder), "text")
        )

    def test_strings_do_not_keep_what_they_were_read_as(self, folder: Path) -> None:
        """
        Adding a text leaves it as large as it was.
        """
        text = "der Föhn legt sich " * 100
        before = sys.getsizeof(text)
        built([text], folder)
        assert before == sys.getsizeof(text)

    @pytest.mark.parametrize(
        "arguments",
        [
            ([(TEXT, b"rain")], [], []),
            ([(TEXT,)], [], []),
            ([(9, "rain")], [], []),
            ([(TEXT, "rain")], [(RAW, "rain")], []),
            ([(TEXT, "rain")], [(RAW, "\ud800", 1)], []),
            ([(TEXT, "rain")], [(9, "rain", 1)], []),
            ([(TEXT, "rain")], [], [1]),
        ],
    )
    def test_what_is_no_document_is_not_added(
        self, folder: Path, arguments: tuple[Any, ...]
    ) -> None:
        """
        Arguments are read as a whole before anything is added.
        """
        building = builder()
        with pytest.raises((TypeError, ValueError, IndexError)):
            building.add(*arguments)
        assert 0 == building.documents
        assert 0 == building.add([(TEXT, "rain")], [], [])
        assert [b"rain"] == terms_of(finished(building, folder), "text")


class TestTerms:
    @given(
        st.sets(
            st.text(st.sampled_from("ab\0é"), max_size=3)
            | st.builds(
                "".join,
                st.lists(st.sampled_from(["https://", "\0" * 8, "a", "é"]), max_size=5),
            ),
            max_size=40,
        )
    )
    def test_terms_are_sorted_by_their_bytes(
        self, folder: Path, terms: set[str]
    ) -> None:
        """
        Shared beginnings, zeros and ends within eight bytes change no order.
        """
        building = builder()
        for term in terms:
            building.add([], [(RAW, term, 1)], [])
        assert sorted(term.encode() for term in terms) == (
            terms_of(finished(building, folder), "raw")
        )

    def test_thousands_of_terms_with_one_beginning_are_sorted(
        self, folder: Path
    ) -> None:
        """
        Addresses of pages, which differ at their ends, come in order.
        """
        urls = [f"https://example.org/news/{n * 7919 % 10_007}" for n in range(5000)]
        building = builder()
        for url in urls:
            building.add([], [(RAW, url, 1)], [])
        segment = finished(building, folder)
        assert sorted(url.encode() for url in urls) == terms_of(segment, "raw")
        for number in (0, 1, 4999):
            cursor = segment.postings("raw", urls[number].encode())
            assert [number] == cursor.rest()

    def test_terms_may_have_most_of_their_bytes_in_common(self, folder: Path) -> None:
        """
        Terms that differ behind tens of thousands of bytes come in order.
        """
        terms = ["a" * 60_000 + f"{n * 7 % 50:02}" for n in range(50)]
        building = builder()
        for term in terms:
            building.add([], [(RAW, term, 1)], [])
        assert sorted(term.encode() for term in terms) == (
            terms_of(finished(building, folder), "raw")
        )


class TestGroups:
    @given(st.lists(st.tuples(st.sets(st.sampled_from("abcd")), st.booleans())))
    def test_a_group_stands_for_its_terms(
        self, folder: Path, documents: list[tuple[set[str], bool]]
    ) -> None:
        """
        Documents have the same terms whether they come one by one or in groups.
        """
        alone, grouped = builder(), builder()
        known: dict[frozenset[str], int] = {}
        for terms, has_more in documents:
            triples = [(RAW, term, 1) for term in sorted(terms)]
            more = [(RAW, "more", 1)] if has_more else []
            key = frozenset(terms)
            if key not in known:
                known[key] = grouped.share(triples)
            alone.add([], [*triples, *more], [])
            grouped.add([], [known[key], *more], [])
        first, second = finished(alone, folder), finished(grouped, folder)
        used = {term.encode() for terms, _ in documents for term in terms}
        for term in sorted(
            used | ({b"more"} if any(m for _, m in documents) else set())
        ):
            expected = first.postings("raw", term).rest()
            assert expected == second.postings("raw", term).rest()

    @pytest.mark.parametrize(
        "terms", [[(RAW, "rain", 0)], [(TEXT, "rain", 1)], [(9, "rain", 1)], [0], ["a"]]
    )
    def test_what_is_no_group_leaves_nothing_behind(
        self, folder: Path, terms: list[Any]
    ) -> None:
        """
        Terms that came before the wrong one are not in the next group.
        """
        building = builder()
        first = building.share([(RAW, "snow", 1)])
        with pytest.raises((TypeError, ValueError, IndexError)):
            building.share([(RAW, "lost", 1), *terms])
        second = building.share([(RAW, "sun", 1)])
        assert (0, 1) == (first, second)
        building.add([], [second], [])
        building.add([], [first], [])
        segment = finished(building, folder)
        assert [0] == segment.postings("raw", b"sun").rest()
        assert [1] == segment.postings("raw", b"snow").rest()
        assert segment.postings("raw", b"lost") is None

    @pytest.mark.parametrize("group", [1, -1, 2**40])
    def test_a_group_that_is_not_there_is_refused(self, group: int) -> None:
        """
        Nothing is added then.
        """
        building = builder()
        building.share([(RAW, "rain", 1)])
        with pytest.raises((ValueError, OverflowError)):
            building.add([], [group], [])
        assert 0 == building.documents

    def test_a_segment_that_is_written_meanwhile_is_told(self, folder: Path) -> None:
        """
        Arguments may be sequences whose code does anything.
        """
        building = builder()

        class Writing(list[Any]):
            def __iter__(self) -> Any:
                building.finish(folder / f"{next(_numbers)}.sks")
                return super().__iter__()

        with pytest.raises(ValueError, match="meanwhile"):
            building.add([(TEXT, "rain")], Writing([(RAW, "rain", 1)]), [])
