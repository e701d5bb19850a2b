"""
The compiled extension: analysis, segments and searching.
"""

from collections.abc import Callable, Iterable, Sequence
from os import PathLike
from typing import Any, Literal, TypeAlias, final

from searchkit.hits import Snippet
from searchkit.spans import Span

# --- analysis -------------------------------------------------------------------

_Range: TypeAlias = tuple[int, int]
_Pieces: TypeAlias = Iterable[tuple[str, str, int, int]]

# Finds the surfaces of texts, and remembers what they consist of.
#
# It serves one caller at a time: a second thread, or a call from within `analyse`, gets
# a RuntimeError.
#
# - analyse gives term, word, start and end of each token of a surface; it is called
#   once for each distinct surface, and what it raises goes through.
# - words are letters and numbers, as inclusive ranges of code points; decimals are
#   decimal digits, which may be among the words; marks are combining marks.
#
# A ValueError tells that a range is empty or leaves Unicode, or that of ASCII there are
# not the letters and digits and nothing else.
@final
class Analyzer:
    def __new__(
        cls,
        analyse: Callable[[str], _Pieces],
        words: Sequence[_Range],
        decimals: Sequence[_Range],
        marks: Sequence[_Range],
        # The term of a word of up to 64 small ASCII letters and digits, not of figures
        # alone.  With it, the rules of `analyse` for ASCII are applied without it.
        stem: Callable[[str], str] | None = None,
        # Endings that such a surface comes to the same without.
        possessives: Sequence[str] = (),
    ) -> Analyzer: ...
    # Term, word, position, start and end of each token, in order.
    def tokens(self, text: str) -> list[tuple[str, str, int, int, int]]: ...
    # Term and word of each token, in order.
    def terms(self, text: str) -> list[tuple[str, str]]: ...
    # The bytes that it holds, about.
    def memory(self) -> int: ...
    # Forgets every surface; the numbers of terms and words start anew.
    def clear(self) -> None: ...

# --- segments -------------------------------------------------------------------

FREQUENCIES: int
POSITIONS: int
LENGTHS: int
KEY: int
SEGMENT_FORMAT: int

class Segment:
    """
    A segment file, mapped into memory; see docs/specs/segment-file.md.

    Raises IndexDamagedError, here and in every method that meets damage.
    """

    def __init__(self, path: str | PathLike[str]) -> None: ...
    @property
    def documents(self) -> int:
        """
        How many documents there are, deleted or not.
        """

    @property
    def path(self) -> str: ...
    @property
    def fields(self) -> dict[str, int]:
        """
        Name to flags of each field.
        """

    @property
    def columns(self) -> list[str]: ...
    @property
    def stored_block(self) -> int:
        """
        Documents of a stored blob.
        """

    def statistics(self, field: str, /) -> tuple[int, int, int, int]:
        """
        Return documents with a length, total length, terms and postings of a field.

        Raises:
            KeyError: The segment has no such field; so in all other methods.
        """

    def find(self, field: str, term: bytes, /) -> tuple[int, int, int] | None:
        """
        Return document frequency, frequency and number of a term.
        """

    def terms(self, field: str, /) -> TermCursor:
        """
        Return a cursor at the first term.
        """

    def postings(self, field: str, term: bytes, /) -> PostingCursor | None: ...
    def length(self, field: str, document: int, /) -> int:
        """
        Return the exact length in tokens; 0 for fields without lengths.
        """

    def lengths(self, field: str, /) -> bytes:
        """
        Return all exact lengths, little-endian 32-bit integers.
        """

    def column(self, name: str, /) -> bytes | None:
        """
        Return a column, little-endian 32-bit integers.
        """

    def key(self, field: str, document: int, /) -> str | None:
        """
        Return the term of a key field that a document has.
        """

    def stored(self, block: int, /) -> bytes: ...
    def verify(self) -> None:
        """
        Compare every section with its checksum.
        """

    def verify_terms(self, field: str, /) -> None:
        """
        Compare the term dictionary of a field with its checksum.
        """

class TermCursor:
    """
    Walks over the terms of a field in order of their bytes.
    """

    @property
    def valid(self) -> bool: ...
    @property
    def text(self) -> bytes: ...
    @property
    def document_frequency(self) -> int: ...
    @property
    def frequency(self) -> int: ...
    def first(self) -> None: ...
    def seek(self, text: bytes, /) -> None:
        """
        Move to the first term that is not before ``text``, in either direction.
        """

    def next(self) -> None: ...

class PostingCursor:
    """
    Walks over the documents of a posting list, deleted ones included.
    """

    def is_active(self) -> bool: ...
    def document(self) -> int:
        """
        Return the current document; 2**31 - 1 behind the last one.
        """

    def frequency(self) -> int: ...
    def next(self) -> bool:
        """
        Move on; return whether that was into another block.
        """

    def next_block(self) -> None: ...
    def skip_to(self, document: int, /) -> None: ...
    def positions(self) -> list[int]: ...
    def rest(self) -> list[int]:
        """
        Return the current document and all behind it, and move behind the last one.
        """

    def most_frequent(self) -> int:
        """
        Return the greatest frequency in the block.
        """

    def shortest(self) -> int:
        """
        Return the least exact length in the block.
        """

    def peaks(self) -> tuple[int, int]:
        """
        Return the greatest frequency and the least exact length from this block on.
        """

    def score_by(self, idf: float, factor: float, norms: bytes, /) -> None:
        """
        Say how to score.

        Args:
            idf: Factor of the whole score.
            factor: Of the frequency.
            norms: For each document, as f64, what is added to the frequency below the
                line.

        Raises:
            ValueError: There are more or fewer norms than documents.
        """

    def score(self) -> float:
        """
        Return idf * (f * factor / (f + norm)), after :meth:`score_by`.
        """

    def copy(self) -> PostingCursor: ...

class SegmentBuilder:
    """
    Collects documents, or lengths and then posting lists, and writes a segment.

    Args:
        analyzer: Of the texts; it is not to be cleared before ``finish``.
        fields: Name, flags, and the number of the field that takes the distinct words.
        columns: Names of the columns.
        stored_block: Documents of a stored blob.
    """

    def __init__(
        self,
        analyzer: Analyzer | None,
        fields: Sequence[tuple[str, int, int | None]],
        columns: Sequence[str],
        stored_block: int,
        /,
    ) -> None: ...
    @property
    def documents(self) -> int: ...
    @property
    def memory(self) -> int:
        """
        Bytes in use while the segment is written, about.
        """

    def share(self, terms: Sequence[tuple[int, str, int]], /) -> int:
        """
        Take up terms, with field and frequency, that many documents have together.

        Returns:
            The number of the group, for ``add``.
        """

    def add(
        self,
        texts: Sequence[tuple[int, str]],
        terms: Sequence[tuple[int, str, int] | int],
        columns: Sequence[int],
        /,
    ) -> int:
        """
        Add a document: texts and terms with frequencies by field, and its columns.

        A number among the terms stands for those of a group.

        Returns:
            Its number.
        """

    def begin_document(
        self, lengths: Sequence[tuple[int, int]], columns: Sequence[int], /
    ) -> int:
        """
        Add a document whose postings come later.
        """

    def add_postings(
        self,
        field: int,
        term: bytes,
        documents: Sequence[int],
        frequencies: Sequence[int],
        positions: Sequence[int],
        /,
    ) -> None:
        """
        Add the posting list of the next term, after all documents.

        ``frequencies`` and ``positions`` (of all documents, one after the other) are
        empty for fields without them.
        """

    def add_stored(self, blob: bytes, /) -> None: ...
    def finish(self, path: str | PathLike[str], /) -> None:
        """
        Write the segment to a new file, and sync it.
        """

# Tuples of values, of the first names each, as lines of JSON in UTF-8, with half code
# points as if they were whole; None where a value is neither a string nor a boolean.
def json_lines(
    names: tuple[str, ...], documents: Sequence[tuple[Any, ...]], /
) -> bytes | None: ...
def merge_segments(
    path: str | PathLike[str],
    inputs: Sequence[tuple[Segment, bytes]],
    stored_block: int,
    stored: Sequence[bytes],
    /,
) -> None:
    """
    Write the live documents of several segments, in order, to a new file.

    Args:
        path: Of the new file.
        inputs: Segments, each with a bitmap of its deleted documents, lowest bit
            first; empty for none.
        stored_block: Documents of a stored blob.
        stored: The blobs of the new segment.
    """

# --- searching ------------------------------------------------------------------

Term: TypeAlias = str | bytes
"""A term of a dictionary: its bytes, or the text that they are in UTF-8."""

Plan: TypeAlias = (
    tuple[Literal["none"]]
    | tuple[Literal["all"]]
    | tuple[Literal["term"], str, Term, float]
    | tuple[Literal["phrase"], str, Sequence[Term], float, int]
    | tuple[Literal["and"], Sequence[Plan]]
    | tuple[Literal["or"], Sequence[Plan]]
    | tuple[Literal["not"], Plan]
    | tuple[Literal["constant"], float, Plan]
    | tuple[Literal["boost"], float, Plan]
    | tuple[Literal["best"], str, float, Sequence[tuple[float, Sequence[Term]]]]
    | tuple[Literal["prefix"], str, Term]
    | tuple[Literal["range"], str, Term | None, Term | None, bool, bool]
    | tuple[Literal["wildcard"], str, Term]
    | tuple[Literal["fuzzy"], str, Term, int, int]
    | tuple[Literal["fuzzy"], str, Term, int, int, bool]
)
"""
What is asked, as nested tuples or lists.  Weights and scores are 0 to 1e20.

- ``("none",)`` matches no document, ``("all",)`` every one, with score 0.
- ``("term", field, term, weight)`` scores weight x idf x BM25's part of the document;
  in fields without lengths, length does not count.  Weight 0 makes a filter.
- ``("phrase", field, terms, weight, slop)`` occurs at each position of the first term
  from which the others follow in order, each at most ``slop`` positions behind the one
  before (1: side by side).  It scores as a term that occurs as often, its idf the sum
  over its terms.
- ``("and", nodes)``: all of them; a ``not`` among them excludes.  ``("or", nodes)``:
  at least one.  Both add up scores.
- ``("not", node)`` elsewhere matches all other documents, with score 0.
- ``("constant", score, node)`` gives every match the same score.
- ``("boost", factor, node)`` multiplies scores.
- ``("best", field, weight, groups)``: documents with a term of at least one group
  (share, terms); weight x the best ``date_score(share, mentions)`` over the groups,
  mentions summed over a group's terms.
- Documents with at least one term that a pattern describes, score 0:
  ``("prefix", field, text)``; in the order of bytes,
  ``("range", field, first, last, includes_first, includes_last)``; with ``*`` and
  ``?``, ``("wildcard", field, pattern)``; within at most 8 edits, in code points,
  ``("fuzzy", field, text, distance, prefix_length, transpositions)``.
"""

Proximity: TypeAlias = Sequence[tuple[str, Term, Term, float]]
"""Field, left and right term, and the weight that ``proximity()`` is multiplied by."""

Order: TypeAlias = Literal["relevance", "newest", "oldest"]

class Cancellation:
    """
    Ends searches from another thread.
    """

    def __init__(self) -> None: ...
    def cancel(self) -> None:
        """
        End every search that this was given to, now and later.
        """

    @property
    def cancelled(self) -> bool:
        """
        Whether :meth:`cancel` was called.
        """

class Searcher:
    """
    A snapshot of segments.  Many threads may use it at once.

    Args:
        segments: Each with the bitmap of its deleted documents, the lowest bit first;
            empty where nothing is deleted.
        key_field: The field whose term names a document.
        date_column: The column with days of publication; 0 for none.
        hit: The class of the hits of :meth:`search`, a named tuple of key and score;
            left out, hits are plain tuples that say where the document is, too.

    Raises:
        ValueError: A bitmap has another size than its segment.
        TypeError: ``hit`` is no subclass of tuple.
    """

    def __init__(
        self,
        segments: Sequence[tuple[Segment, bytes]],
        key_field: str = "id",
        date_column: str = "published_day",
        *,
        hit: type[tuple[str, float]] | None = None,
    ) -> None: ...
    def search(
        self,
        plan: Plan | tuple[Any, ...],
        *,
        limit: int = 10,
        offset: int = 0,
        order: Order = "relevance",
        count: bool = True,
        proximity: Proximity = (),
        max_expansions: int = 2000,
        timeout: float | None = None,
        cancellation: Cancellation | None = None,
    ) -> tuple[int | None, list[Any], list[str]]:
        """
        Find one page.

        Args:
            plan: What is asked.
            limit: Hits of the page.
            offset: Hits before it.
            order: What comes first: high scores, then the newest, then keys; or the
                newest or oldest, undated ones last, then scores, then keys.
            count: Whether a total is wanted.
            proximity: Evidence added to the scores of matches that have both terms.
            max_expansions: Terms that one pattern stands for, at most: those in most
                documents of the snapshot.
            timeout: Seconds that the search may take.
            cancellation: Ends the search when it is cancelled.

        Returns:
            The exact total, or ``None``; (key, score, number of the segment, document
            number) of each hit, or what is its class, the best first; patterns that
            stand for more terms than were taken.

        Raises:
            ValueError: The plan or an option is wrong, or too large.
            TimeoutError: It has taken too long, or was cancelled.
            IndexDamagedError: A segment is damaged.
        """

    def matches(
        self,
        plan: Plan | tuple[Any, ...],
        segment: int,
        *,
        proximity: Proximity = (),
        max_expansions: int = 2000,
        timeout: float | None = None,
        cancellation: Cancellation | None = None,
    ) -> tuple[bytes, bytes]:
        """
        Return all matches of a segment.

        Returns:
            Document numbers as u32, ascending, and their scores as f32, both
            little-endian.

        Raises:
            IndexError: There is no such segment.
        """

    def count(
        self,
        plan: Plan | tuple[Any, ...],
        *,
        max_expansions: int = 2000,
        timeout: float | None = None,
        cancellation: Cancellation | None = None,
    ) -> int:
        """
        Count the matches.
        """

    def expand(
        self,
        kind: str,
        field: str,
        *arguments: object,
        limit: int = 2000,
        timeout: float | None = None,
        cancellation: Cancellation | None = None,
    ) -> list[tuple[str, int]]:
        """
        Return the terms that a pattern stands for, with their document frequencies.

        Args:
            kind: ``prefix``, ``range``, ``wildcard`` or ``fuzzy``.
            field: The field.
            *arguments: What follows in a plan.
            limit: Terms, at most.
            timeout: Seconds that it may take.
            cancellation: Ends it when it is cancelled.

        Returns:
            The most frequent ones, in this order; equals in the order of their bytes.
            Of fuzzy terms, nearer ones come first.
        """

    def document_frequency(self, field: str, term: Term) -> int:
        """
        Return in how many documents a term occurs, deleted ones included.
        """

    def field_count(self, field: str) -> int:
        """
        Return how many documents have a field with lengths; for others, all documents.
        """

    def mean_length(self, field: str) -> float:
        """
        Return the mean length of a field where it is not empty; 0 without lengths.
        """

class PreparedSearch:
    """
    A plan made ready for a searcher, to be asked any number of times.

    Many threads may use it at once.  The first search finds out which terms of the plan
    there are, and how much they weigh, and this is kept; what patterns stand for is
    looked up by each search.

    Args:
        searcher: The snapshot that it is for.
        plan: What is asked.
        proximity: Evidence added to the scores of matches that have both terms.
        max_expansions: Terms that one pattern stands for, at most.
        matches: The class of the answers, a named tuple of total, page and patterns
            that were cut; left out, plain tuples.
        cut: Called in each search with the list of patterns that were cut; what it
            returns is the third item of the answer, which is a tuple of these else.

    Raises:
        ValueError: The plan is wrong, or too large.
        TypeError: ``searcher`` is none, or ``matches`` is no subclass of tuple.
    """

    def __init__(
        self,
        searcher: Searcher,
        plan: Plan | tuple[Any, ...],
        *,
        proximity: Proximity = (),
        max_expansions: int = 2000,
        matches: type[tuple[Any, ...]] | None = None,
        cut: Callable[[list[str]], object] | None = None,
    ) -> None: ...
    def search(
        self,
        *,
        limit: int,
        offset: int = 0,
        order: Order = "relevance",
        count: bool = True,
        timeout: float | None = None,
        cancellation: Cancellation | None = None,
    ) -> Any:
        """
        Find one page, as :meth:`Searcher.search` does.

        Returns:
            The exact total, or ``None``; a tuple of hits, the best first; and patterns
            that stand for more terms than were taken: in the class of answers.

        Raises:
            QueryTreeError: An option is wrong, or a pattern is too long.
            SearchTimeoutError: It has taken too long, or was cancelled.
            IndexDamagedError: A segment is damaged.
        """

class BoundPlan:
    """
    A plan with its weights and expansions, to be run segment by segment.

    Many threads may use it at once.

    Args:
        searcher: The snapshot that it is for.
        plan: What is asked.
        proximity: Evidence added to the scores of matches that have both terms.
        max_expansions: Terms that one pattern stands for, at most.

    Raises:
        ValueError: The plan is wrong, or too large.
        IndexDamagedError: A segment is damaged; so with all methods.
    """

    def __init__(
        self,
        searcher: Searcher,
        plan: Plan | tuple[Any, ...],
        proximity: Proximity,
        max_expansions: int,
        /,
    ) -> None: ...
    def best(
        self, segment: int, count: int, offset: int, least: float, /
    ) -> tuple[list[int], list[float]]:
        """
        Return the best ``count`` matches of a segment behind the ``offset`` best.

        Args:
            segment: Number of the segment.
            count: Matches, at most.
            offset: Matches to pass over.
            least: Scores of interest are above it; 0 for all.

        Returns:
            Document numbers and scores, the best first; equal scores in the searcher's
            order.  A score that is a rounding error above ``least`` may be among them.

        Raises:
            IndexError: There is no such segment.
        """

    def documents(self, segment: int, /) -> bytes:
        """
        Return the numbers of all matches of a segment as u32, ascending.
        """

    def any(self, segment: int, /) -> bool:
        """
        Tell whether a segment has a match.
        """

# --- values ---------------------------------------------------------------------

class ValueMaker:
    """
    Makes objects of a class of ``searchkit.values`` in less time than the class.

    Args:
        kind: The class.
        fields: The names of its fields.
    """

    def __init__(self, kind: type[Any], fields: tuple[str, ...], /) -> None: ...
    def make(self, *values: object) -> Any:
        """
        Return an object, given the values of all fields in their order.

        Raises:
            TypeError: There are more or fewer of them.
            AttributeError: The class has no such fields.
        """

# --- the catalog ----------------------------------------------------------------

def row_checksum(*values: object) -> int:
    """
    Return the CRC-32 of a row, as ``searchkit.catalog.rows`` says.

    Raises:
        TypeError: The last of the values is no bytes.
    """

def encodes_without_nul(text: str, /) -> bool:
    """
    Tell whether UTF-8 can hold a text, and it has no NUL.

    Raises:
        TypeError: It is no text.
    """

# --- snippets -------------------------------------------------------------------

class MatchFinder:
    """
    Finds what a query looks for in a text.

    What is looked for has a target: the number of a key and a weight, in their order.

    Args:
        analyzer: Gives the texts their terms, as it did those of the query.
        keeps_beginnings: Its terms begin with the same two letters as the words that
            they are the stems of, but that ``y`` may have become ``i``; words that
            begin otherwise than the wanted ones are passed over then.
        words: Terms, each with its target.
        sequences: Terms that must stand side by side, two or more, with their target.
        prefixes: Beginnings of folded words, not empty, each with its target.
        fuzzies: Folded words, the edits within which others are wanted, at most 8, and
            their target.
    """

    def __init__(
        self,
        analyzer: Analyzer,
        keeps_beginnings: bool,
        words: Iterable[tuple[str, int]],
        sequences: Iterable[tuple[Sequence[str], int]],
        prefixes: Iterable[tuple[str, int]],
        fuzzies: Iterable[tuple[str, int, int]],
        /,
    ) -> None: ...
    def find(self, text: str, /) -> list[tuple[int, int, int]]:
        """
        Return start, end and target of each match, in the order of their ends.

        Raises:
            RuntimeError: Another thread uses the analyzer.
        """

class SnippetChooser:
    r"""
    Chooses the fragments of a text that answer a query best.

    Args:
        kinds: Takes the number of a block of 128 characters; returns a byte for each:
            the sum of 1 for ``\w``, 2 for white space, 4 for a small letter, 8 for a
            capital, 16 for a digit, 32 for a combining mark.
        comparable: What repetitions share.
        folded_alone: Takes a character; returns what :func:`fold` makes of it, wherever
            it stands, or ``None`` where only `comparable` knows.
        before_names: Abbreviations that end no sentence, in lower case.
        anywhere: Abbreviations that may end one.
        openers: Words that open one.
        snippet: The class ``searchkit.hits.Snippet``; its objects are made without a
            call of it.
        span: The class ``searchkit.spans.Span``, likewise.
    """

    def __init__(
        self,
        kinds: Callable[[int], bytes],
        comparable: Callable[[str], str],
        folded_alone: Callable[[str], str | None],
        before_names: Iterable[str],
        anywhere: Iterable[str],
        openers: Iterable[str],
        snippet: type[Snippet],
        span: type[Span],
        /,
    ) -> None: ...
    def choose(
        self,
        text: str,
        finder: MatchFinder | None,
        matches: Iterable[tuple[int, int, int]],
        targets: tuple[tuple[int, float], ...],
        count: int,
        size: int,
        /,
    ) -> tuple[Snippet, ...]:
        """
        Return the snippets of a text, in order.

        Args:
            text: The body of an article.
            finder: Finds matches; ``None`` where all are given.
            matches: Start, end and target of further ones, in any order.
            targets: Key and weight of each target; keys are numbered in their order.
            count: Most snippets, 1 or more.
            size: Most code points of a snippet, from 1 to 2 to the power of 40.
        """

    def quote(
        self,
        title: str,
        body: str,
        in_title: MatchFinder,
        in_body: MatchFinder,
        targets: tuple[tuple[int, float], ...],
        count: int,
        size: int,
        /,
    ) -> tuple[tuple[Snippet, ...], tuple[Span, ...]]:
        """
        Return the snippets of a body and the highlights of a title, in one call.

        Args:
            title: The title of an article.
            body: Its body.
            in_title: Finds the matches in the title.
            in_body: And those in the body.
            targets: As for :meth:`choose`, and so on.
            count: Likewise.
            size: Likewise.
        """

    def highlights(
        self,
        text: str,
        finder: MatchFinder | None,
        matches: Iterable[tuple[int, int, int]],
        /,
    ) -> tuple[Span, ...]:
        """
        Return the disjoint stretches of a text that matches cover, in order.

        Args:
            text: The title of an article.
            finder: As for :meth:`choose`.
            matches: Likewise.
        """

    def sentences(self, text: str, /) -> list[tuple[int, int]]:
        """
        Return start and end of each sentence.
        """
