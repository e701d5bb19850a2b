"""
Documents: articles made ready for the schema of ``searchkit.fields``.

A document holds what an engine indexes and nothing else; it is made from an article and
its annotations, lives until it is written, and is never stored itself.
"""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

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

DOCUMENT_FINGERPRINT = "document-3"
"""Changes whenever the same article and annotations may give other terms."""

TITLE_MENTIONS = 2
"""How many mentions in the body one in the title counts for."""

MAX_NAME_WORDS = 6
"""Longest run of words of a name that is a term; longer queries never match."""

MAX_KEY_WORDS = 32
"""Longest name, in words, that mention keys are made of; the annotator finds none that
is longer."""

KEY_MARK = "|"
"""Parts a mention key; no folded word holds it."""

ALIKE_MARK = "~"
"""Begins a term with the skeleton of a name; no folded word holds it."""

NO_TERMS: Mapping[Any, Any] = MappingProxyType({})
"""Names or dates of a document without any."""


class Document(NamedTuple):
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
    names: Mapping[str, Mapping[str, int]] = NO_TERMS
    dates: Mapping[Interval, int] = NO_TERMS
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


def mention_key(name: str, surface: str) -> str:
    """
    Return the term of all mentions of one canonical name in one spelling.

    It stands in the field of the mention's type, beside the runs of words.  A walk over
    the terms that begin with ``|name|`` finds all spellings of a name, and one over
    those that begin with ``|`` all names.

    Args:
        name: The canonical name.
        surface: The words of the mention.

    Returns:
        The folded words of both; empty where neither has a word, or one has more than
        ``MAX_KEY_WORDS``.

    Example:
        >>> mention_key("United States", "U.S.")
        '|united states|us'
    """
    names, surfaces = name_words(name), name_words(surface)
    if not (names or surfaces) or max(len(names), len(surfaces)) > MAX_KEY_WORDS:
        return ""
    return KEY_MARK.join(("", " ".join(names), " ".join(surfaces)))


def alike_key(name: str) -> str:
    """
    Return the term of all mentions of a person, by which to find similar names.

    It stands in the field of people.  A walk over the terms that begin with a skeleton,
    ``~osama bin ladin|``, finds all full names that are spelled alike.

    Args:
        name: The canonical name.

    Returns:
        The skeleton and the folded words; empty for names of one word, or of more than
        ``MAX_KEY_WORDS``.

    Example:
        >>> alike_key("Usama bin Ladin")
        '~osama bin ladin|usama bin ladin'
    """
    from searchkit.annotations.entities.alike import skeleton  # noqa: PLC0415 - costly

    words = name_words(name)
    folded = " ".join(words)
    bones = skeleton(folded) if len(words) <= MAX_KEY_WORDS else ""
    return f"{ALIKE_MARK}{bones}{KEY_MARK}{folded}" if bones else ""


def split_key(key: str) -> tuple[str, str]:
    """
    Return the folded canonical name and the folded surface of a mention key.

    Example:
        >>> split_key("|united states|us")
        ('united states', 'us')
    """
    _, name, surface = key.split(KEY_MARK)
    return name, surface


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
        if mention := mention_key(name, surface):
            names.setdefault(type_, Counter())[mention] += count
        if type_ == "person" and (alike := alike_key(name)):
            names.setdefault(type_, Counter())[alike] += count
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
    # The constructor of a named tuple takes three times as long.
    return tuple.__new__(
        Document,
        (
            article.id,
            article.title,
            article.body,
            _names(annotations.entities) if annotations.entities else NO_TERMS,
            _dates(annotations.times) if annotations.times else NO_TERMS,
            article.published_interval,
            article.published,
            article.source,
            article.url,
        ),
    )
