"""
What scores depend on beyond one segment: counts over the whole snapshot.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from whoosh.reading import TermNotFound

from searchkit.engines.scoring import idf, rounded_length, term_frequency_weight
from searchkit.engines.whoosh.schema import LENGTH_SUFFIX
from searchkit.fields import FIELD, PUBLISHED_COLUMN, FieldKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from whoosh.matching import Matcher
    from whoosh.reading import IndexReader


class Leaf:
    """
    One segment of a snapshot, with its columns read when first needed.

    Attributes:
        reader: Whoosh's reader of the segment.
        base: What to add to its document numbers for those of the snapshot.
    """

    def __init__(self, reader: IndexReader, base: int) -> None:
        self.reader = reader
        self.base = base
        self._columns: dict[str, Sequence[int]] = {}

    def lengths(self, field: str) -> Sequence[int]:
        """
        Return the exact length of a text field in tokens, by document number.
        """
        return self._column(field + LENGTH_SUFFIX)

    @property
    def published(self) -> Sequence[int]:
        """
        The ordinal of the first day of publication by document number, 0 for unknown.
        """
        return self._column(PUBLISHED_COLUMN)

    @cached_property
    def live(self) -> list[int]:
        """
        The numbers of all documents that are not deleted.
        """
        return list(self.reader.all_doc_ids())

    def id(self, doc: int) -> str:
        """
        Return the article id of a document; empty where Whoosh's API gave it none.
        """
        return str(self.reader.stored_fields(doc).get("id", ""))

    def postings(self, field: str, term: str) -> Matcher | None:
        """
        Open a posting list without deleted documents; ``None`` where there is none.
        """
        try:
            return self.reader.postings(field, term)
        except (TermNotFound, UnicodeEncodeError):  # no term has half a code point
            return None

    def _column(self, name: str) -> Sequence[int]:
        if name not in self._columns:
            if self.reader.has_column(name):
                column = self.reader.column_reader(name, translate=False)
                self._columns[name] = column.load()
            else:
                self._columns[name] = [0] * self.reader.doc_count_all()
        return self._columns[name]


class Statistics:
    """
    Counts over all segments of a snapshot.

    Deleted documents count until their segment is merged, as in Lucene.
    """

    def __init__(self, leaves: Sequence[Leaf]) -> None:
        self._leaves = leaves
        self.document_count: int = sum(leaf.reader.doc_count_all() for leaf in leaves)
        self._frequencies: dict[tuple[str, str], int] = {}
        self._field_counts: dict[str, int] = {}
        self._mean_lengths: dict[str, float] = {}

    def document_frequency(self, field: str, term: str) -> int:
        """
        Return in how many documents a term occurs.
        """
        key = field, term
        if key not in self._frequencies:
            try:
                count = sum(leaf.reader.doc_frequency(*key) for leaf in self._leaves)
            except UnicodeEncodeError:  # no term has half a code point
                count = 0
            self._frequencies[key] = count
        return self._frequencies[key]

    def idf(self, field: str, term: str) -> float:
        """
        Return the inverse document frequency of a term.
        """
        frequency = self.document_frequency(field, term)
        # Whoosh's own writer adds documents without a length.
        return idf(frequency, max(self.field_count(field), frequency))

    def field_count(self, field: str) -> int:
        """
        Return how many documents have a text field at all; for others, all documents.
        """
        if FIELD[field].kind is not FieldKind.TEXT:
            return self.document_count
        if field not in self._field_counts:
            empty = sum(leaf.lengths(field).count(0) for leaf in self._leaves)
            self._field_counts[field] = self.document_count - empty
        return self._field_counts[field]

    def mean_length(self, field: str) -> float:
        """
        Return the mean length of a text field where it is not empty, in tokens, exact.
        """
        if field not in self._mean_lengths:
            total = sum(sum(leaf.lengths(field)) for leaf in self._leaves)
            self._mean_lengths[field] = total / max(self.field_count(field), 1)
        return self._mean_lengths[field]

    def frequency_weight(self, field: str) -> Callable[[float, int], float]:
        """
        Return the BM25 weight of (frequency, exact length) in a field.

        Only text fields consider the length.
        """
        is_text = FIELD[field].kind is FieldKind.TEXT
        mean = self.mean_length(field) if is_text else 0.0
        cache: dict[tuple[float, int], float] = {}

        def weight(frequency: float, length: int) -> float:
            key = frequency, length
            found = cache.get(key)
            if found is None:
                cache[key] = found = term_frequency_weight(
                    frequency, rounded_length(length), mean
                )
            return found

        return weight
