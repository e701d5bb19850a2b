"""
HTML: one article a page.

:mod:`~searchkit.articles.formats.page_metadata` finds what the page says of itself;
trafilatura finds the text among menus, teasers and comments, and where it finds none,
all ``<p>`` elements are the text.  The headline is not repeated in the text.

A page is read as it lies there: nothing is fetched, no script is run, no entity beyond
those of HTML is expanded.  A page too long, of too many tags or nested too deeply is an
error: what takes a browser minutes is no article.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO

from searchkit.articles.encodings import decode_html
from searchkit.articles.formats.base import Reading, ReadWarning
from searchkit.articles.formats.page_metadata import PageMetadata, page_metadata
from searchkit.articles.model import Article
from searchkit.errors import ArticleError
from searchkit.settings import MAX_HTML_BYTES, MAX_HTML_DEPTH, MAX_HTML_TAGS

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_WORD = re.compile(r"\w+")
#: Paragraphs at the beginning of a text among which the headline is looked for.
_BEFORE_TEXT = 3


class HtmlReader:
    """
    Reads web pages.
    """

    name = "HTML"
    extensions = (".html", ".htm", ".xhtml")
    max_bytes = MAX_HTML_BYTES

    def read(self, stream: BinaryIO, path: str) -> Iterator[Reading]:
        """
        Read the one article of a page; see ``Reader.read``.
        """
        try:
            page = extract_page(decode_html(stream.read()))
        except PageError as error:
            yield ArticleError(path, str(error))
            return
        found = page.metadata
        if not found.title and not page.body:
            yield ArticleError(path, "it holds no text")
            return
        if found.unread_date and found.published is None:
            message = f"{found.unread_date[:80]!r} is not a date; the article has none"
            yield ReadWarning(path, message)
        if not page.body:
            yield ReadWarning(path, "no text was found below its headline")
        yield Article(
            title=found.title,
            body=page.body,
            published=found.published,
            source=found.source,
            url=found.url,
            authors=found.authors,
            path=path,
        )


class PageError(ValueError):
    """
    A page is not read, since it would take too long.
    """


@dataclass(frozen=True, slots=True)
class Page:
    """
    What is of use in a web page.

    Attributes:
        metadata: What it says of itself.
        body: The text, paragraphs parted by blank lines; empty where there is none.
    """

    metadata: PageMetadata
    body: str


def extract_page(page: str, *, url: str = "") -> Page:
    """
    Find the article in a web page.

    Args:
        page: HTML of any quality.
        url: The address that the page came from, where it is known; the page's own
            canonical address is taken otherwise.

    Raises:
        PageError: The page has too many tags or is nested too deeply.
    """
    if page.count("<") > MAX_HTML_TAGS:
        reason = f"more than {MAX_HTML_TAGS:,} tags"
        raise PageError(reason)
    page = _NO_XML.sub(" ", page)
    try:
        tree = _parse(page)
        if tree is not None and _is_deep(tree):
            reason = f"it is nested deeper than {MAX_HTML_DEPTH} elements"
            raise PageError(reason)
        metadata = page_metadata(page, url=url)
        paragraphs = _main_text(tree) or _all_paragraphs(page)
    except RecursionError:
        reason = "it is nested too deeply"
        raise PageError(reason) from None
    return Page(metadata, "\n\n".join(_without_headline(paragraphs, metadata)))


def _parse(page: str) -> Any:
    """
    Return the tree of a page, or ``None`` where there is nothing in it.
    """
    from lxml import etree, html  # noqa: PLC0415 - takes 30 ms

    parser = html.HTMLParser(
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        no_network=True,
        huge_tree=False,
        collect_ids=False,
        default_doctype=False,
    )
    try:
        return html.document_fromstring(page.encode("utf-8"), parser=parser)
    except etree.LxmlError:
        return None


def _main_text(tree: Any) -> list[str]:
    if tree is None:
        return []
    found = _trafilatura().bare_extraction(
        tree, fast=True, include_comments=False, include_tables=False
    )
    return _lines(found.text or "") if found is not None else []


def _is_deep(tree: Any) -> bool:
    from lxml import etree  # noqa: PLC0415 - loaded before

    depth = 0
    for event, _element in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_HTML_DEPTH:
            return True
    return False


@cache
def _trafilatura() -> Any:
    import logging  # noqa: PLC0415 - of no use before

    import trafilatura  # noqa: PLC0415 - takes 200 ms

    # It warns of every page without text; without a handler that goes to the terminal.
    for name in ("trafilatura", "htmldate"):
        logging.getLogger(name).addHandler(logging.NullHandler())
    return trafilatura


def _all_paragraphs(page: str) -> list[str]:
    from bs4 import BeautifulSoup  # noqa: PLC0415 - takes 80 ms
    from bs4.filter import SoupStrainer  # noqa: PLC0415

    soup = BeautifulSoup(page, "lxml", parse_only=SoupStrainer("p"))
    return [
        text for element in soup.find_all("p") for text in _lines(element.get_text())
    ]


def _lines(text: str) -> list[str]:
    return [line for line in map(str.strip, text.split("\n")) if line]


def _without_headline(paragraphs: list[str], metadata: PageMetadata) -> list[str]:
    """
    Drop the headline where it stands once more above the text.
    """
    titles = {_folded(title) for title in (metadata.title, *metadata.headings)}
    head = [text for text in paragraphs[:_BEFORE_TEXT] if _folded(text) not in titles]
    return head + paragraphs[_BEFORE_TEXT:]


def _folded(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))
