"""
Articles: from files to the values that all else works on.

An *article* is what a newsroom published: title, body, date.  A *source* is a file that
holds one or more of them.  The way from one to the other::

    paths ──discover──▶ Source ──read_source──▶ Article | ArticleError | ReadWarning

1. ``sources`` finds the sources under files, folders, glob patterns (``globs``) and
   standard input, tells whether one has changed (its *fingerprint*), and opens it,
   unpacked (``unpacking``) and limited in length.
2. ``formats`` has one reader a format; ``registry`` picks it by the file's name.
   ``encodings`` turns bytes into text, ``published`` the words of a date into ISO.
3. ``model`` is the article itself: its id, its canonical URL, its fingerprint.
4. ``reading`` joins these: ``read_source`` for a program that keeps track of sources,
   ``read_articles`` for a script that only wants the articles.

Sources come from strangers.  Whatever they hold, reading yields values and raises
nothing: what cannot be read is an ``ArticleError``, what had to be set aside of an
article that *is* read is a ``ReadWarning``, both with the file and the place in it.
Sizes, depths and counts have limits, all in :mod:`searchkit.settings`.

Not here: no page is fetched, nothing is kept (that is ``searchkit.catalog``), the text
is not cut into words or sentences (``searchkit.analysis``), and no date is taken from
the machine's clock or from a file's age: an article that does not say when it appeared
has no date.

Example:
    >>> from searchkit.articles import read_articles
    >>> articles = read_articles(["no-such-folder"])
    >>> [article.title for article in articles], len(articles.errors)
    ([], 1)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from searchkit.articles.formats.base import Reader, Reading, ReadWarning
    from searchkit.articles.model import Article
    from searchkit.articles.published import parse_published
    from searchkit.articles.reading import ArticleStream, read_articles, read_source
    from searchkit.articles.sources import (
        Discovery,
        Source,
        SourceFailure,
        discover,
        fingerprint,
    )

__all__ = [
    "Article",
    "ArticleStream",
    "Discovery",
    "ReadWarning",
    "Reader",
    "Reading",
    "Source",
    "SourceFailure",
    "discover",
    "fingerprint",
    "parse_published",
    "read_articles",
    "read_source",
]

#: Where the names come from, so that who needs one step does not wait for all.
_LAZY = {
    "Article": "searchkit.articles.model",
    "ArticleStream": "searchkit.articles.reading",
    "Discovery": "searchkit.articles.sources",
    "ReadWarning": "searchkit.articles.formats.base",
    "Reader": "searchkit.articles.formats.base",
    "Reading": "searchkit.articles.formats.base",
    "Source": "searchkit.articles.sources",
    "SourceFailure": "searchkit.articles.sources",
    "discover": "searchkit.articles.sources",
    "fingerprint": "searchkit.articles.sources",
    "parse_published": "searchkit.articles.published",
    "read_articles": "searchkit.articles.reading",
    "read_source": "searchkit.articles.reading",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415

    return getattr(import_module(_LAZY[name]), name)
