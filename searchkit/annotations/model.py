"""
Annotations: typed spans added to an article, and what it takes to make them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from searchkit.intervals import Interval
from searchkit.spans import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from searchkit.articles.model import Article

AnnotatedField: TypeAlias = Literal["title", "body"]
"""The field of an article whose text a span counts in."""

TimeType: TypeAlias = Literal["DATE", "TIME", "DURATION", "SET"]
"""The types of TIMEX3."""

Precision: TypeAlias = Literal[
    "time",
    "day",
    "weekend",
    "week",
    "month",
    "season",
    "quarter",
    "half",
    "year",
    "decade",
    "century",
    "range",
]
"""How exactly a time expression is known, from a time of a day to a century."""

EntityType: TypeAlias = Literal["person", "org", "place", "group", "event"]
"""
The types of entities.  Groups are peoples, faiths and political camps; events are wars,
disasters, contests and meetings, and treaties, laws and works.
"""

ENTITY_TYPES: tuple[EntityType, ...] = ("person", "org", "place", "group", "event")


_FORMS: dict[Precision, str] = {
    "time": r"\d{4}-\d\d-\d\dT.*",
    "day": r"\d{4}-\d\d-\d\d",
    "weekend": r"\d{4}-W\d\d-WE",
    "week": r"\d{4}-W\d\d",
    "month": r"\d{4}-\d\d",
    "season": r"\d{4}-(?:SP|SU|FA|WI)",
    "quarter": r"\d{4}-Q\d",
    "half": r"\d{4}-H\d",
    "year": r"\d{4}",
    "decade": r"\d{3}X",
    "century": r"\d\dXX",
}


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """
    A span that names a time.

    Attributes:
        span: Where it stands in ``field``.
        surface: The words, equal to the text at ``span``.
        type: DATE and TIME have a place on the calendar; DURATION and SET have none.
        value: The normal form as in TIMEX3 (ISO 24617-1): ``2020-02-29``, ``2020-02``,
            ``2021-W27``, ``2010-Q3``, ``198X``, ``P20Y``, ``PAST_REF``; a range that
            is no unit of the calendar is ``first/last``.
        interval: The calendar days that the value covers; ``None`` where it has no
            place on the calendar or cannot be resolved.
        relative: It was resolved against the publication date, or needs one.
        approximate: The words say that the edges are vague ("about", "the mid 2010s").
        field: The text that ``span`` counts in.
    """

    span: Span
    surface: str
    type: TimeType
    value: str
    interval: Interval | None = None
    relative: bool = False
    approximate: bool = False
    field: AnnotatedField = "body"

    @property
    def precision(self) -> Precision | None:
        """
        The calendar unit that the value names; ``None`` where it has no interval.

        Words such as "early" narrow the interval and leave the unit.
        """
        if self.interval is None:
            return None
        for precision, form in _FORMS.items():
            if re.fullmatch(form, self.value):
                return precision
        return "range"

    def to_record(self) -> list[Any]:
        """
        Return the annotation as a flat list of JSON values.
        """
        first, last = self.interval or (None, None)
        return [
            self.field,
            *self.span,
            self.surface,
            self.type,
            self.value,
            first and first.isoformat(),
            last and last.isoformat(),
            int(self.relative),
            int(self.approximate),
        ]

    @classmethod
    def from_record(cls, record: Sequence[Any]) -> TimeExpression:
        """
        Rebuild an annotation from :meth:`to_record`.
        """
        field, start, end, surface, type_, value, first, last, rel, approx = record
        interval = (
            Interval(date.fromisoformat(first), date.fromisoformat(last))
            if first
            else None
        )
        return cls(
            Span(start, end),
            surface,
            type_,
            value,
            interval,
            bool(rel),
            bool(approx),
            field,
        )


@dataclass(frozen=True, slots=True)
class EntityMention:
    """
    A span that names a person, an organisation, a place, a group or an event.

    Attributes:
        span: Where it stands in ``field``, without articles, titles and possessives.
        surface: The words, equal to the text at ``span``.
        type: What is named.
        name: The canonical name of the entity, such as ``United States`` for ``U.S.``.
        field: The text that ``span`` counts in.
    """

    span: Span
    surface: str
    type: EntityType
    name: str
    field: AnnotatedField = "body"

    def to_record(self) -> list[Any]:
        """
        Return the annotation as a flat list of JSON values.
        """
        return [self.field, *self.span, self.surface, self.type, self.name]

    @classmethod
    def from_record(cls, record: Sequence[Any]) -> EntityMention:
        """
        Rebuild an annotation from :meth:`to_record`.
        """
        field, start, end, surface, type_, name = record
        return cls(Span(start, end), surface, type_, name, field)


Annotation: TypeAlias = TimeExpression | EntityMention


@dataclass(frozen=True, slots=True)
class Annotations:
    """
    All annotations of one article, each list in order of field (title first) and span.
    """

    times: tuple[TimeExpression, ...] = ()
    entities: tuple[EntityMention, ...] = ()


class Annotator(Protocol):
    """
    Finds one kind of annotation in an article.

    An annotator is deterministic: the same article and fingerprint give the same
    annotations on every machine and every day, so that they can be kept in the catalog
    and need not be made again.  It never reads the clock, the network or a file that
    is not package data, never raises on any text, and may be called for any number of
    articles in any order.
    """

    @property
    def kind(self) -> Literal["times", "entities"]:
        """
        Which list of :class:`Annotations` it fills.
        """

    @property
    def fingerprint(self) -> str:
        """
        A name and version that changes whenever its findings may change.
        """

    def annotate(self, article: Article) -> Sequence[Annotation]:
        """
        Find all annotations in the title and the body of ``article``.

        Returns:
            In order of field (title first) and span.  Each span is inside its text,
            ``surface`` is the text there, and no two of one kind overlap.
        """
