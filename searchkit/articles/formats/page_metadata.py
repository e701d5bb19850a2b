"""
Metadata of a web page: headline, date, authors, source and address.

Pages say these several times over, in different vocabularies and not always alike.
The order in which they are believed, found by trying on pages of many newsrooms:

- headline: the ``<h1>`` most like what the metadata call the page, as readers see it;
  JSON-LD; ``og:title`` and its kin; ``<title>`` without the name of the site;
- date: JSON-LD, ``<meta>``, ``itemprop`` and ``<time>``, the address; at each step only
  what :func:`~searchkit.articles.published.parse_published` is sure of;
- authors, source and address: JSON-LD, then ``<meta>`` and ``<link>``.

Only elements that can carry these are made into a tree, in one pass of Beautiful Soup.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from searchkit.articles.formats.bylines import clean_names, split_byline
from searchkit.articles.formats.json_ld import (
    article_entities,
    names_of,
    text_of,
)
from searchkit.articles.published import parse_published

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bs4 import BeautifulSoup, Tag

_TITLE_NAMES = (
    *("og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title"),
    *("dcterms.title", "headline"),
)
_DATE_NAMES = (
    *("article:published_time", "og:published_time", "og:article:published_time"),
    *("datepublished", "parsely-pub-date", "sailthru.date", "publish-date"),
    *("publishdate", "publish_date", "publication_date", "pubdate", "published"),
    *("article.published", "article:published", "article_date_original"),
    *("originalpublicationdate", "cxenseparse:recs:publishtime", "rnews:datepublished"),
    *("dc.date.issued", "dcterms.issued", "dc.date", "dcterms.date", "dcterms.created"),
    *("dc.date.created", "date.issued", "citation_publication_date", "date", "created"),
)
_AUTHOR_NAMES = ("author", "parsely-author", "sailthru.author", "dc.creator", "byl")
_SOURCE_NAMES = ("og:site_name", "application-name", "dc.publisher", "publisher")
_ADDRESS_NAMES = ("og:url", "parsely-link", "twitter:url")

_DATE_IN_ADDRESS = re.compile(
    r"/((?:19|20)\d\d)([/-]?)(0?[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01]|[1-9])(?=[/_.-]|\Z)",
    re.ASCII,
)
_MONTH_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)/(0[1-9]|1[0-2])/", re.ASCII)
_SITE = re.compile(r"\s+[|–—»·•:-]\s+(?=[^|–—»·•]{2,50}\Z)")
_WORD = re.compile(r"\w+")

#: Tags that carry no metadata and are most of a page.  Beautiful Soup looks at each
#: tag in Python, even those that it leaves out; without these it is three times faster.
_PLAIN_TAGS = re.compile(
    r"</?(?:div|span|a|p|li|ul|path|svg|g|img|button|picture|source|figure|i|b|em|use"
    r"|strong|section|input|label|br|td|tr|nav|option)(?=[\s/>])[^<>]*+>",
    re.IGNORECASE,
)
#: Share of a heading's words from which it is taken for what the metadata name.
_ALIKE = 0.5
#: Longest headline, in code points; what is longer is no headline.
_MAX_TITLE = 500
#: Most elements of one kind that are looked at.
_MAX_ELEMENTS = 1000


@dataclass(frozen=True, slots=True)
class PageMetadata:
    """
    What a page says of itself; empty, or ``None``, where it says nothing.

    Attributes:
        title: The headline.
        headings: All that the page gives for its headline, to be told from its text.
        published: An ISO date at the precision that is known.
        unread_date: What stands in the place of a date and is none, if no date is.
        source: The name of the site or publisher.
        url: The canonical address.
        authors: Names as printed.
    """

    title: str
    headings: tuple[str, ...]
    published: str | None
    unread_date: str
    source: str
    url: str
    authors: tuple[str, ...]


def page_metadata(page: str, *, url: str = "") -> PageMetadata:
    """
    Read the metadata of a page.

    Args:
        page: HTML of any quality.
        url: The address that the page came from, where it is known.
    """
    return _Page(page, url).metadata()


class _Page:
    """
    A page with only those elements that can carry metadata.
    """

    def __init__(self, page: str, url: str) -> None:
        self._page = page
        self._soup = _strained(
            _PLAIN_TAGS.sub(" ", page),
            name=["script", "meta", "title", "h1", "time", "link"],
        )
        self._entities = article_entities(
            script.get_text()
            for script in self._all("script")
            if "ld+json" in str(script.get("type", "")).lower()
        )
        self._meta: dict[str, str] = {}
        for element in self._all("meta"):
            names = (element.get(a) for a in ("property", "name", "itemprop"))
            name = next((str(n) for n in names if n), "").strip().lower()
            content = _line(str(element.get("content", "")))
            if name and content:
                self._meta.setdefault(name, content)
        self._url = url or self._address()

    def metadata(self) -> PageMetadata:
        title, headings = self._title()
        published, unread = self._published()
        return PageMetadata(
            title=title,
            headings=headings,
            published=published,
            unread_date=unread,
            source=self._source(),
            url=self._url,
            authors=tuple(self._authors()),
        )

    def _all(self, name: str) -> list[Tag]:
        return self._soup.find_all(name, limit=_MAX_ELEMENTS)

    def _named(self, names: Iterable[str]) -> Iterator[str]:
        return (self._meta[name] for name in names if name in self._meta)

    def _title(self) -> tuple[str, tuple[str, ...]]:
        declared = [_line(text_of(entity.get("headline"))) for entity in self._entities]
        declared.extend(self._named(_TITLE_NAMES))
        declared = [title for title in declared if title]
        headings = [_line(element.get_text(" ")) for element in self._all("h1")]
        site = _words(self._source())
        headings = [
            title
            for title in headings
            if len(title) <= _MAX_TITLE and _words(title) and _words(title) != site
        ]
        titles = [_line(element.get_text()) for element in self._all("title")[:1]]
        known = [*declared, *titles]
        best, score = "", 0.0
        for heading in headings:
            likeness = max((_likeness(heading, title) for title in known), default=0.0)
            if likeness > score:
                best, score = heading, likeness
        if score < _ALIKE or len(_words(best)) < 2:
            best = ""
        if not best and declared:
            best = _without_site(declared[0], self._source())
        if not best and titles:
            best = _without_site(titles[0], self._source())
        if not best and headings:
            best = headings[0]
        return best[:_MAX_TITLE], tuple(dict.fromkeys((*headings, *declared, *titles)))

    def _published(self) -> tuple[str | None, str]:
        partial, unread = None, ""
        for text in self._dates():
            published = parse_published(text)
            if published and len(published) == len("2020-02-29"):
                return published, ""
            partial = partial or published
            unread = unread or text
        return partial, "" if partial else unread

    def _dates(self) -> Iterator[str]:
        for entity in self._entities:
            if text := text_of(entity.get("datePublished")).strip():
                yield text
        yield from self._named(_DATE_NAMES)
        if "datePublished" in self._page:
            marked = _strained(self._page, attrs={"itemprop": "datePublished"})
            for element in marked.find_all(itemprop="datePublished", limit=3):
                yield from _moments(element)
        times = self._all("time")
        # Times that say what they are come before those of teasers and comments.
        times.sort(key=lambda element: not _says_published(element))
        for element in times[:3]:
            yield from _moments(element)
        if found := _DATE_IN_ADDRESS.search(self._url):
            yield f"{found[1]}-{int(found[3]):02d}-{int(found[4]):02d}"
        elif found := _MONTH_IN_ADDRESS.search(self._url):
            yield f"{found[1]}-{found[2]}"

    def _authors(self) -> list[str]:
        for entity in self._entities:
            if names := clean_names(list(map(_line, names_of(entity.get("author"))))):
                return names
        for text in self._named(_AUTHOR_NAMES):
            if names := split_byline(text):
                return names
        return []

    def _source(self) -> str:
        for name in self._named(("og:site_name",)):
            return name
        for entity in self._entities:
            if name := _line(text_of(entity.get("publisher"))):
                return name
        return next(self._named(_SOURCE_NAMES), "")

    def _address(self) -> str:
        for element in self._all("link"):
            address = str(element.get("href", "")).strip()
            if "canonical" in str(element.get("rel", "")) and _is_address(address):
                return address
        for entity in self._entities:
            address = text_of(entity.get("url")).strip()
            if _is_address(address):
                return address
        return next(filter(_is_address, self._named(_ADDRESS_NAMES)), "")


def _strained(page: str, **wanted: Any) -> BeautifulSoup:
    from bs4 import BeautifulSoup  # noqa: PLC0415 - takes 80 ms
    from bs4.filter import SoupStrainer  # noqa: PLC0415

    return BeautifulSoup(page, "lxml", parse_only=SoupStrainer(**wanted))


def _line(text: str) -> str:
    """
    Return a text on one line; metadata are often escaped twice.
    """
    return " ".join(html.unescape(text).split())


def _moments(element: Tag) -> Iterator[str]:
    for name in ("datetime", "content"):
        if text := str(element.get(name, "")).strip():
            yield text
            return
    if text := _line(element.get_text(" ")):
        yield text


def _says_published(element: Tag) -> bool:
    text = f"{element.get('itemprop', '')} {element.get('class', '')}".lower()
    return element.has_attr("pubdate") or "publish" in text


def _is_address(text: str) -> bool:
    return text.startswith(("https://", "http://")) and len(text) <= 2000


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))


def _likeness(heading: str, title: str) -> float:
    """
    Return the share of a heading's words that a title has, 0 to 1.
    """
    words = _words(heading)
    return len(words & _words(title)) / len(words) if words else 0.0


def _without_site(title: str, site: str) -> str:
    """
    Cut the name of the site off a title.

    Example:
        >>> _without_site("Rates rise again | The Daily Wire", "")
        'Rates rise again'
    """
    cut = list(_SITE.finditer(title))
    if not cut:
        return title
    last = cut[-1]
    head, tail = title[: last.start()], title[last.end() :]
    named = bool(site) and _likeness(tail, site) >= _ALIKE
    # A dash may stand inside a headline: then the name of the site has to follow it.
    bar = last[0].strip() in "|·•»"
    return head if named or bar or (not site and len(_words(head)) >= 4) else title
