"""
What searchkit finds, in the form that scorers of gold data ask for.

::

    dates(text, published)  ->  [(start, end, type, value)]
    entities(text)          ->  [(start, end, type, name)]
    html(page, url)         ->  {"title", "date", "text"}

Offsets are code points, ends exclusive; types and values are those of
``searchkit.annotations.model``.  Each calls what ``searchkit index`` calls and turns
values around, nothing else: a test holds them to what an index stores.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, TypedDict

from searchkit.annotations.entities import EntityAnnotator
from searchkit.annotations.times import TimeAnnotator
from searchkit.articles.formats.html import HtmlReader
from searchkit.articles.model import Article

if TYPE_CHECKING:
    from datetime import date

_TIMES, _ENTITIES, _PAGES = TimeAnnotator(), EntityAnnotator(), HtmlReader()


class PageContent(TypedDict):
    """
    What a page is about.
    """

    title: str
    date: str | None
    text: str


def dates(text: str, published: date | None) -> list[tuple[int, int, str, str]]:
    """
    Return the time expressions of a text: start, end, type, TIMEX3 value.

    Args:
        text: The body of an article.
        published: When it appeared.
    """
    found = _TIMES.annotate(Article(body=text, published=published))
    return [(*time.span, time.type, time.value) for time in found]


def entities(text: str) -> list[tuple[int, int, str, str]]:
    """
    Return the names in a text: start, end, type, canonical name.

    Args:
        text: The body of an article.
    """
    found = _ENTITIES.annotate(Article(body=text))
    return [(*mention.span, mention.type, mention.name) for mention in found]


def html(page: str, url: str | None) -> PageContent | None:
    """
    Return title, date of publication and text of a page.

    Args:
        page: The source of the page.
        url: Where it came from; files have no address, so that it is not used.

    Returns:
        ``None`` where there is no article in it.
    """
    del url
    for reading in _PAGES.read(
        io.BytesIO(page.encode("utf-8", "replace")), "page.html"
    ):
        if isinstance(reading, Article):
            return {
                "title": reading.title,
                "date": reading.published,
                "text": reading.body,
            }
    return None
