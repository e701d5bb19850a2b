"""
The query tree: what a query string means, as plain values.

The parser makes trees, engines compile them, snippets read from them what to highlight.
A tree knows no engine and no index.  ``str(tree)`` is a query string that parses to the
same tree again; a mention alone, for which the query language has no syntax, prints as
the name that it is a mention of.

Leaves::

    Word("Taliban's")                     one word, in any inflection
    Phrase("Doha agreement")              words side by side, in this order
    Prefix("tali")                        tali*
    Fuzzy("Kandahar", 2)                  Kandahar~2
    Name("place", "Kabul")                an entity that annotations found
    Mention("place", "|united states|us") one spelling of one entity
    DateRange("dates", first, last)       overlaps the dates that a text mentions
    DateRange("published", first, last)   overlaps the date of publication
    DateRange("dates", first, last, within=True)   lies within these days
    Exact("source", "Reuters")            the whole value of an identifier field
    Everything(), Nothing()

Branches: ``And(children)``, ``Or(children)``, ``Not(child)``.  In a normal tree And and
Or have two children or more, none of their own kind, and Not never holds a Not; use
:func:`all_of`, :func:`any_of` and :func:`negated` to build one.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal, TypeAlias

from searchkit.intervals import Interval
from searchkit.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TextField: TypeAlias = Literal["title", "body"]
NameField: TypeAlias = Literal["entity", "person", "org", "place", "group", "event"]
Clock: TypeAlias = Literal["dates", "published"]
ExactField: TypeAlias = Literal["id", "source", "url"]


class Word(Value):
    """
    One word as typed; the engine's analyzer folds and stems it.

    Attributes:
        text: Such as ``Taliban's`` or ``F-16``.  Where the analyzer makes several
            tokens of it, they must stand side by side.
        field: The only field to look in; ``None`` for title and body.
    """

    text: str
    field: TextField | None = None

    def __str__(self) -> str:
        return f"{self.field}:{self.text}" if self.field else self.text


class Phrase(Value):
    """
    Words that must stand side by side in this order, stop words included.
    """

    text: str
    field: TextField | None = None

    def __str__(self) -> str:
        return f'{self.field}:"{self.text}"' if self.field else f'"{self.text}"'


class Prefix(Value):
    """
    Any word that begins with ``text``, letter case and diacritics apart.
    """

    text: str
    field: TextField | None = None

    def __str__(self) -> str:
        return f"{self.field}:{self.text}*" if self.field else f"{self.text}*"


class Fuzzy(Value):
    """
    Any word within some edits of ``text``, letter case and diacritics apart.

    Attributes:
        text: One word; of a text that analysis splits, nothing is within reach.
        distance: Edits, at most, 1 or 2: a letter too many, too few or another, or two
            neighbours swapped.
        field: The only field to look in; ``None`` for title and body.
    """

    text: str
    distance: int
    field: TextField | None = None

    def __str__(self) -> str:
        fuzzy = f"{self.text}~{self.distance}"
        return f"{self.field}:{fuzzy}" if self.field else fuzzy


class Name(Value):
    """
    An entity: its canonical name or a form found in the text, whole or by word.

    Attributes:
        kind: ``entity`` stands for all three types.
        text: Such as ``Kabul`` or ``Osama bin Laden``.
    """

    kind: NameField
    text: str

    def __str__(self) -> str:
        return f'{self.kind}:"{self.text}"'


class Mention(Value):
    """
    The mentions of one canonical name in one spelling.

    The query language has no syntax for it: trees have mentions where the rules of an
    index say which of them a name stands for.

    Attributes:
        kind: The type of the mention as it was found.
        key: A mention key, as ``searchkit.documents.mention_key`` makes them.
    """

    kind: Literal["person", "org", "place", "group", "event"]
    key: str

    def __str__(self) -> str:
        return f'{self.kind}:"{self.key.strip("|").partition("|")[0]}"'


class DateRange(Value):
    """
    The article mentions, or was published on, at least one of these days.

    Attributes:
        clock: Which of the two dates.
        first: The first day; ``None`` for an open beginning.
        last: The last day; ``None`` for an open end.
        within: Every day of the mention, or of what is known of the date of
            publication, is one of these.
    """

    clock: Clock
    first: date | None
    last: date | None
    within: bool = False

    @property
    def interval(self) -> Interval:
        """
        The days, open ends closed by the ends of the calendar.
        """
        return Interval(self.first or date.min, self.last or date.max)

    def matches(self, days: Interval) -> bool:
        """
        Tell whether a mention or date of publication is one that is asked for.
        """
        asked = self.interval
        return asked.covers(days) if self.within else asked.overlaps(days)

    def __str__(self) -> str:
        field = f"{self.clock}-within" if self.within else self.clock
        if self.first and self.last:
            return f"{field}:{Interval(self.first, self.last)}"
        first = self.first.isoformat() if self.first else ""
        last = self.last.isoformat() if self.last else ""
        return f"{field}:{first}..{last}"


class Exact(Value):
    """
    The whole value of an identifier field; of ``source`` any words side by side.
    """

    field: ExactField
    text: str

    def __str__(self) -> str:
        return f'{self.field}:"{self.text}"'


class Everything(Value):
    """
    Every article.
    """

    def __str__(self) -> str:
        return "*"


class Nothing(Value):
    """
    No article; the tree of a query without any words.
    """

    def __str__(self) -> str:
        return ""


class And(Value):
    """
    All children match.
    """

    children: tuple[Query, ...]

    def __str__(self) -> str:
        return " ".join(_in_group(child, (Or,)) for child in self.children)


class Or(Value):
    """
    At least one child matches.
    """

    children: tuple[Query, ...]

    def __str__(self) -> str:
        return " OR ".join(_in_group(child, (And,)) for child in self.children)


class Not(Value):
    """
    The child does not match.
    """

    child: Query

    def __str__(self) -> str:
        return "-" + _in_group(self.child, (And, Or))


Leaf: TypeAlias = (
    Word
    | Phrase
    | Prefix
    | Fuzzy
    | Name
    | Mention
    | DateRange
    | Exact
    | Everything
    | Nothing
)
Query: TypeAlias = Leaf | And | Or | Not


def _in_group(query: Query, kinds: tuple[type, ...]) -> str:
    return f"({query})" if isinstance(query, kinds) else str(query)


def all_of(queries: Iterable[Query]) -> Query:
    """
    Join queries so that all must match; a single one stays as it is.

    Returns:
        ``Everything`` for no queries; ``Nothing`` as soon as one of them is.
    """
    children: list[Query] = []
    for query in queries:
        if isinstance(query, Nothing):
            return query
        if isinstance(query, And):
            children.extend(query.children)
        elif not isinstance(query, Everything):
            children.append(query)
    if not children:
        return Everything()
    return children[0] if len(children) == 1 else And(tuple(children))


def any_of(queries: Iterable[Query]) -> Query:
    """
    Join queries so that one is enough; a single one stays as it is.

    Returns:
        ``Nothing`` for no queries; ``Everything`` as soon as one of them is.
    """
    children: list[Query] = []
    for query in queries:
        if isinstance(query, Everything):
            return query
        if isinstance(query, Or):
            children.extend(query.children)
        elif not isinstance(query, Nothing):
            children.append(query)
    if not children:
        return Nothing()
    return children[0] if len(children) == 1 else Or(tuple(children))


def negated(query: Query) -> Query:
    """
    Return the opposite of a query; two negations cancel out.
    """
    if isinstance(query, Not):
        return query.child
    if isinstance(query, Everything):
        return Nothing()
    if isinstance(query, Nothing):
        return Everything()
    return Not(query)


def leaves(query: Query, *, positive_only: bool = False) -> Iterator[Leaf]:
    """
    Walk over the leaves of a tree, from left to right.

    Args:
        query: Any tree.
        positive_only: Leave out what stands under a ``Not``.
    """
    match query:
        case And(children) | Or(children):
            for child in children:
                yield from leaves(child, positive_only=positive_only)
        case Not(child):
            if not positive_only:
                yield from leaves(child)
        case _:
            yield query
