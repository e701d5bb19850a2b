"""
Documents: articles made ready for the schema of ``searchkit.fields``.

A document holds what an engine indexes and nothing else; it is made from an article and
its annotations, lives until it is written, and is never stored itself.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from searchkit.analysis import english_analyzer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from searchkit.annotations.model import (
        Annotation,
        Annotations,
        EntityMention,
        TimeExpression,
    )
    from searchkit.articles.model import Article
    from searchkit.intervals import Interval

DOCUMENT_FINGERPRINT = "document-2"
"""Changes whenever the same article and annotations may give other terms."""

TITLE_MENTIONS = 2
"""How many mentions in the body one in the title counts for."""

MAX_NAME_WORDS = 6
"""Longest run of words of a name that is a term; longer queries never match."""


@dataclass(frozen=True, slots=True)
class Document:
    """
    The values of one article for every field of the schema.

    Attributes:
        id: The article id.
        title: Text to analyse.
        body: Text to analyse.
        names: For each field of kind NAMES, its terms and how many mentions have them;
            one in the title counts for ``TITLE_MENTIONS``.
        dates: For each interval that the text mentions, how often it does, likewise.
        published: The days on which the article may have appeared.
        published_value: The same as an ISO date, for display.
        source: Publisher or collection.
        url: Address of the page.
    """

    id: str
    title: str = ""
    body: str = ""
    names: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    dates: Mapping[Interval, int] = field(default_factory=dict)
    published: Interval | None = None
    published_value: str | None = None
    source: str = ""
    url: str = ""


def name_words(text: str) -> list[str]:
    """
    Cut a name into folded words, as names are compared.

    Example:
        >>> name_words("U.S. Central Command"), name_words("Recep Tayyip Erdoğan")
        (['us', 'central', 'command'], ['recep', 'tayyip', 'erdogan'])
    """
    return [word for _, word in english_analyzer().terms(text)]


def name_terms(*names: str) -> set[str]:
    """
    Return the terms of an entity that goes by ``names``.

    Returns:
        Every run of at most ``MAX_NAME_WORDS`` words of each name.

    Example:
        >>> sorted(name_terms("Osama bin Laden"))
        ['bin', 'bin laden', 'laden', 'osama', 'osama bin', 'osama bin laden']
    """
    terms: set[str] = set()
    for name in names:
        words = name_words(name)
        for start in range(len(words)):
            for end in range(start + 1, min(start + MAX_NAME_WORDS, len(words)) + 1):
                terms.add(" ".join(words[start:end]))
    return terms


def name_term(text: str) -> str:
    """
    Return the term that finds a name, or several words of it.

    Returns:
        At most ``MAX_NAME_WORDS`` words; empty where there is none.

    Example:
        >>> name_term("Bin Laden,") in name_terms("Osama bin Laden")
        True
    """
    return " ".join(name_words(text)[:MAX_NAME_WORDS])


def _weight(annotation: Annotation) -> int:
    return TITLE_MENTIONS if annotation.field == "title" else 1


def _names(entities: Iterable[EntityMention]) -> dict[str, Counter[str]]:
    mentions: Counter[tuple[str, str, str]] = Counter()
    for entity in entities:
        key = entity.type, entity.name, entity.surface
        mentions[key] += _weight(entity)
    names: dict[str, Counter[str]] = {}
    for (type_, name, surface), count in mentions.items():
        for term in name_terms(name, surface):
            for field_name in ("entities", type_):
                names.setdefault(field_name, Counter())[term] += count
    return names


def _dates(times: Iterable[TimeExpression]) -> Counter[Interval]:
    dates: Counter[Interval] = Counter()
    for time in times:
        if time.interval is not None:
            dates[time.interval] += _weight(time)
    return dates


def document_of(article: Article, annotations: Annotations) -> Document:
    """
    Make an article ready to be indexed.
    """
    return Document(
        id=article.id,
        title=article.title,
        body=article.body,
        names=_names(annotations.entities) if annotations.entities else {},
        dates=_dates(annotations.times) if annotations.times else {},
        published=article.published_interval,
        published_value=article.published,
        source=article.source,
        url=article.url,
    )
