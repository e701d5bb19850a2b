"""
The fields of ``searchkit.fields`` as a Whoosh schema.

Each kind of field is a Whoosh ``FieldType`` that takes plain strings, so that Whoosh's
own ``add_document`` and ``QueryParser`` work on it, and, from our writer, values that
are analysed already.  Exact lengths and the first day of publication are columns of
their own.

The classes of this module are named in the pickled table of contents of every index:
renaming one makes older indexes unreadable.
"""

from __future__ import annotations

import struct
import sys
from array import array
from typing import TYPE_CHECKING, Any

from whoosh import columns, fields
from whoosh.analysis import Analyzer, IDTokenizer
from whoosh.analysis import Token as WhooshToken
from whoosh.formats import Existence, Frequency, Positions

from searchkit.analysis import english_analyzer
from searchkit.documents import name_terms, name_words
from searchkit.errors import DateValueError
from searchkit.fields import FIELDS, PUBLISHED_COLUMN, FieldKind
from searchkit.intervals import Interval, index_terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

#: What Whoosh asks of ``FieldType.index``: term, frequency, weight, posting value.
Posting = tuple[bytes, int, float, bytes]

_uint32 = struct.Struct("<I").pack


class EnglishWhooshAnalyzer(Analyzer):  # type: ignore[misc]
    """
    The project's analyzer in the form that Whoosh calls.

    Args:
        surface: Give folded words in place of stems.
    """

    def __init__(self, *, surface: bool = False) -> None:
        self.surface = surface

    def __call__(self, value: str, **_: Any) -> Iterator[WhooshToken]:
        """
        Yield a Whoosh token for each of ours, with position and characters.
        """
        for token in english_analyzer().tokens(value):
            text = token.word if self.surface else token.term
            yield WhooshToken(
                text=text,
                original=token.span.cut(value),
                pos=token.position,
                startchar=token.span.start,
                endchar=token.span.end,
                boost=1.0,
                stopped=False,
            )


class NameAnalyzer(Analyzer):  # type: ignore[misc]
    """
    The words of a name as one token, so that Whoosh's parser finds whole names.
    """

    def __call__(self, value: str, **_: Any) -> Iterator[WhooshToken]:
        """
        Yield a single Whoosh token, or none for a text without words.
        """
        if words := name_words(value):
            yield WhooshToken(
                text=" ".join(words),
                original=value,
                pos=0,
                startchar=0,
                endchar=len(value),
                boost=1.0,
                stopped=False,
            )


class PackedPositions(Positions):  # type: ignore[misc]
    """
    Positions as little-endian 32-bit integers; Whoosh's own format pickles them.
    """

    def encode(self, poslist: Sequence[int]) -> bytes:
        """
        Return the posting value of ascending positions.
        """
        return struct.pack(f"<{len(poslist)}I", *poslist)

    def decode_positions(self, valuestring: bytes) -> list[int]:
        """
        Return the positions of a posting value.
        """
        return list(struct.unpack(f"<{len(valuestring) // 4}I", valuestring))

    def decode_frequency(self, valuestring: bytes) -> int:
        """
        Return how many positions a posting value holds.
        """
        return len(valuestring) // 4


class AnalysedText(list[str]):
    """
    The stems of a text in order: a value that needs no further analysis.
    """


class TextField(fields.TEXT):  # type: ignore[misc]
    """
    Stems with positions.
    """

    def __init__(self, *, stored: bool = False) -> None:
        super().__init__(analyzer=EnglishWhooshAnalyzer(), stored=stored)
        self.format = PackedPositions()
        self.multitoken_query = "phrase"

    def index(self, value: str | AnalysedText, **_: Any) -> Iterator[Posting]:
        """
        Yield the postings of a text.
        """
        if not isinstance(value, AnalysedText):
            terms = english_analyzer().terms(value)
            value = AnalysedText(term for term, _ in terms)
        positions: dict[str, list[int]] = {}
        for position, term in enumerate(value):
            positions.setdefault(term, []).append(position)
        encode = self.format.encode
        for term, places in positions.items():
            count = len(places)
            yield term.encode(), count, float(count), encode(places)


class WordsField(fields.FieldType):  # type: ignore[misc]
    """
    Folded surface forms, documents only.
    """

    def __init__(self) -> None:
        super().__init__(Existence(), EnglishWhooshAnalyzer(surface=True))

    def index(self, value: str | Iterable[str], **_: Any) -> Iterator[Posting]:
        """
        Yield a posting for each distinct word.
        """
        if isinstance(value, str):
            value = {word for _, word in english_analyzer().terms(value)}
        for word in value:
            yield word.encode(), 1, 1.0, b""


class NamesField(fields.FieldType):  # type: ignore[misc]
    """
    Every run of words of the names of entities, with the number of mentions.
    """

    def __init__(self) -> None:
        super().__init__(Frequency(), NameAnalyzer())

    def index(self, value: str | Mapping[str, int], **_: Any) -> Iterator[Posting]:
        """
        Yield a posting for each term; a plain string is one name, mentioned once.
        """
        if isinstance(value, str):
            value = dict.fromkeys(name_terms(value), 1)
        for term, count in value.items():
            yield term.encode(), count, float(count), _uint32(count)


class DaysField(fields.FieldType):  # type: ignore[misc]
    """
    Calendar prefixes of intervals, with the number of mentions.
    """

    def __init__(self, *, stored: bool = False) -> None:
        super().__init__(Frequency(), IDTokenizer(), stored=stored)

    def index(
        self, value: str | Interval | Mapping[Interval, int], **_: Any
    ) -> Iterator[Posting]:
        """
        Yield a posting for each term; a plain string is one partial date.
        """
        if isinstance(value, str):
            value = Interval.parse(value)
        if isinstance(value, Interval):
            value = {value: 1}
        counts: dict[str, int] = {}
        for interval, count in value.items():
            for term in index_terms(interval):
                counts[term] = counts.get(term, 0) + count
        for term, count in counts.items():
            yield term.encode(), count, float(count), _uint32(count)

    def self_parsing(self) -> bool:
        """
        Tell Whoosh's parser to ask this field.
        """
        return True

    def parse_query(self, fieldname: str, qstring: str, boost: float = 1.0) -> Any:
        """
        Read a partial date for Whoosh's parser; any other text finds nothing.
        """
        from searchkit.engines.whoosh.query import TreeQuery  # noqa: PLC0415 - a cycle
        from searchkit.queries.tree import Clock, DateRange  # noqa: PLC0415

        try:
            interval = Interval.parse(qstring)
        except DateValueError:
            from whoosh.query import NullQuery  # noqa: PLC0415

            return NullQuery
        clock: Clock = "published" if fieldname == "published" else "dates"
        return TreeQuery(DateRange(clock, *interval), boost=boost)


class IdentifierField(fields.ID):  # type: ignore[misc]
    """
    The whole value as one term.

    Args:
        by_word: Each run of its words is a term, in place of the whole.
        unique: At most one document has a value.
        stored: Whoosh keeps the value.
    """

    def __init__(
        self, *, by_word: bool = False, unique: bool = False, stored: bool = False
    ) -> None:
        super().__init__(stored=stored, unique=unique)
        self.by_word = by_word
        if by_word:
            self.analyzer = NameAnalyzer()

    def index(self, value: str, **_: Any) -> Iterator[Posting]:
        """
        Yield a posting for each term; none for an empty value.
        """
        terms = name_terms(value) if self.by_word else {value} - {""}
        for term in terms:
            yield term.encode(), 1, 1.0, b""


class IntegerColumn(columns.Column):  # type: ignore[misc]
    """
    One unsigned 32-bit integer a document, little-endian, 0 where none was given.
    """

    def writer(self, dbfile: Any) -> _IntegerWriter:
        """
        Return a writer to an open file of the segment.
        """
        return _IntegerWriter(dbfile)

    def reader(
        self, dbfile: Any, basepos: int, length: int, doccount: int
    ) -> _IntegerReader:
        """
        Return a reader of ``length`` bytes from ``basepos``.
        """
        return _IntegerReader(dbfile, basepos, length, doccount)

    def default_value(self, reverse: bool = False) -> int:  # noqa: ARG002, FBT001, FBT002 - Whoosh's signature
        """
        Return the value of documents that were given none.
        """
        return 0


class _IntegerWriter(columns.ColumnWriter):  # type: ignore[misc]
    def __init__(self, dbfile: Any) -> None:
        super().__init__(dbfile)
        self._values = array("I")

    def add(self, docnum: int, value: int) -> None:
        missing = docnum - len(self._values)
        self._values.extend([0] * missing)
        self._values.append(value)

    def finish(self, doccount: int) -> None:
        self._values.extend([0] * (doccount - len(self._values)))
        if sys.byteorder == "big":
            self._values.byteswap()
        self._dbfile.write(self._values.tobytes())


class _IntegerReader(columns.ColumnReader):  # type: ignore[misc]
    def __init__(self, dbfile: Any, basepos: int, length: int, doccount: int) -> None:
        super().__init__(dbfile, basepos, length, doccount)
        self.values = array("I")
        self.values.frombytes(bytes(dbfile.get(basepos, length)))
        if sys.byteorder == "big":
            self.values.byteswap()

    def __getitem__(self, docnum: int) -> int:
        return self.values[docnum]

    def sort_key(self, docnum: int) -> int:
        return self.values[docnum]

    def __iter__(self) -> Iterator[int]:
        return iter(self.values)

    def load(self) -> array[int]:
        return self.values


LENGTH_SUFFIX = "_length"
"""``body_length`` is the column with the lengths of ``body``, in tokens, exact."""


def whoosh_schema() -> fields.Schema:
    """
    Make the Whoosh schema of ``searchkit.fields``.
    """
    schema = fields.Schema()
    for field in FIELDS:
        # The bodies of our own documents are in the catalog; what Whoosh's API adds
        # is nowhere else.
        stored = field.stored or field.name == "body"
        match field.kind:
            case FieldKind.TEXT:
                schema.add(field.name, TextField(stored=stored))
                schema.add(field.name + LENGTH_SUFFIX, fields.COLUMN(IntegerColumn()))
            case FieldKind.WORDS:
                schema.add(field.name, WordsField())
            case FieldKind.NAMES:
                schema.add(field.name, NamesField())
            case FieldKind.DAYS:
                schema.add(field.name, DaysField(stored=stored))
            case FieldKind.IDENTIFIER:
                schema.add(
                    field.name,
                    IdentifierField(
                        by_word=field.name == "source",
                        unique=field.name == "id",
                        stored=stored,
                    ),
                )
    schema.add(PUBLISHED_COLUMN, fields.COLUMN(IntegerColumn()))
    return schema
