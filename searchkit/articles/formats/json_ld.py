"""
JSON-LD: what a page says of itself in ``<script type="application/ld+json">``.

Publishers nest the article in many ways: as the whole script, in a list, in ``@graph``,
as the main entity of a page.  All are searched; related articles, comments and parts of
other things are not.  A script that is no valid JSON still gives its first headline and
date, since raw line breaks and stray commas are common.

Vocabulary: https://schema.org/Article
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

Entity: TypeAlias = Mapping[str, object]
"""One object of JSON-LD: property to value."""

#: Endings of the types that are an article: NewsArticle, BlogPosting, Report, …
_ARTICLE_TYPES = ("article", "posting", "report", "newsstory")
#: Properties that lead to other articles, or to what has a headline of its own.
_ELSEWHERE = frozenset(
    """
    isPartOf hasPart relatedLink mentions about comment citation itemListElement
    publisher author creator image video associatedMedia mainEntityOfPage review
    """.split()
)

#: Most objects that are looked at in one script.
_MAX_ENTITIES = 5000
_STRING = r'"\s{0,9}:\s{0,9}"((?:[^"\\\n]|\\.){1,1000})"'
_HEADLINE = re.compile(r'"headline' + _STRING)
_PUBLISHED = re.compile(r'"datePublished' + _STRING)


def article_entities(scripts: Iterable[str]) -> list[Entity]:
    """
    Find the objects of JSON-LD that describe an article.

    Args:
        scripts: The content of each script, in the order of the page.

    Returns:
        Those with a headline or a date, outermost first within their script.
    """
    found: list[Entity] = []
    for script in scripts:
        text = script.strip().removeprefix("<!--").removesuffix("-->")
        text = text.strip().rstrip(";")
        try:
            found.extend(_articles(json.loads(text, strict=False)))
        except (ValueError, RecursionError):
            if salvaged := _salvage(text):
                found.append(salvaged)
    return found


def text_of(value: object) -> str:
    """
    Return a property as text: a string, the first of a list, or the name of an object.
    """
    for item in _each(value):
        if isinstance(item, str) and item.strip():
            return item
        if isinstance(item, dict):
            name = item.get("name", item.get("@value"))
            if isinstance(name, str) and name.strip():
                return name
    return ""


def names_of(value: object) -> list[str]:
    """
    Return the names in a property such as ``author``: strings, objects, lists of both.
    """
    names: list[str] = []
    for item in _each(value):
        if isinstance(item, dict) and isinstance(item.get("name"), list):
            names.extend(name for name in item["name"] if isinstance(name, str))
        elif name := text_of(item):
            names.append(name)
    return names


def _each(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _articles(value: object) -> Iterator[Entity]:
    pending, seen = [value], 0
    while pending and seen < _MAX_ENTITIES:
        item = pending.pop(0)
        seen += 1
        if isinstance(item, list):
            pending.extend(item[:_MAX_ENTITIES])
        elif isinstance(item, dict):
            if _is_article(item):
                yield item
            pending.extend(
                inner
                for name, inner in item.items()
                if name not in _ELSEWHERE and isinstance(inner, dict | list)
            )


def _is_article(entity: Entity) -> bool:
    types = [str(name).lower() for name in _each(entity.get("@type"))]
    return any(name.endswith(_ARTICLE_TYPES) for name in types) and bool(
        entity.get("headline") or entity.get("datePublished")
    )


def _salvage(text: str) -> Entity:
    headline, published = _HEADLINE.search(text), _PUBLISHED.search(text)
    entity: dict[str, object] = {}
    if headline:
        entity["headline"] = re.sub(r"\\(.)", r"\1", headline[1])
    if published:
        entity["datePublished"] = published[1]
    return entity
