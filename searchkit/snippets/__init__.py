"""
Snippets: the stretches of an article that show why it is a hit.

Four steps, a module each:

1. ``matches`` finds what answers the query in a text, as spans with a key and a weight;
2. ``fragments`` cuts the body into stretches that may be quoted: whole sentences of one
   paragraph, or a part of a sentence where it is too long;
3. ``choice`` takes the few that show most of the query;
4. ``render`` makes a line of each, plain, for a terminal or for a web page.

Text and markup never mix before the last step.  A snippet is an exact quotation, a
receipt: ``snippet.text == body[snippet.span.start : snippet.span.end]``, always, and
its highlights are spans of it.  Nothing is shortened inside, joined across a gap,
corrected or summarised; a highlight is what matched, by the rules of the query, and
nothing else.

:func:`snippet_maker` reads a query once and serves all of its hits; its pure form,
``maker``, joins the steps, and ``compiled`` is the native form, which gives the same.

This package knows no engine: what matches is found anew in the stored text, with the
analyzer that the index was made with.

    >>> from searchkit.analysis import english_analyzer
    >>> from searchkit.queries.tree import Word
    >>> body = "Mr. Ghani left. The U.S. envoys stayed in Doha."
    >>> snippets = make_snippets(body, Word("envoy"), english_analyzer(), size=40)
    >>> [render_snippet(snippet, RenderStyle.HTML) for snippet in snippets]
    ['The U.S. <mark>envoys</mark> stayed in Doha.']
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from searchkit.native import load
from searchkit.settings import SNIPPET_SIZE, SNIPPETS_PER_HIT
from searchkit.snippets.render import RenderStyle, render_snippet, render_title

if TYPE_CHECKING:
    from collections.abc import Mapping

    from searchkit.analysis import EnglishAnalyzer
    from searchkit.annotations.model import Annotations
    from searchkit.hits import Snippet
    from searchkit.queries.tree import Query
    from searchkit.snippets.choice import choose
    from searchkit.snippets.maker import SnippetMaker
    from searchkit.snippets.matches import Criteria, Match, find_matches
    from searchkit.spans import Span

__all__ = [
    "Criteria",
    "Match",
    "RenderStyle",
    "SnippetMaker",
    "choose",
    "find_matches",
    "make_snippets",
    "render_snippet",
    "render_title",
    "snippet_maker",
    "title_highlights",
]

#: Where the names of the steps come from; the native form does without some of them.
_LAZY = {
    "Criteria": "searchkit.snippets.matches",
    "Match": "searchkit.snippets.matches",
    "SnippetMaker": "searchkit.snippets.maker",
    "choose": "searchkit.snippets.choice",
    "find_matches": "searchkit.snippets.matches",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415

    return getattr(import_module(_LAZY[name]), name)


def snippet_maker(
    tree: Query,
    analyzer: EnglishAnalyzer,
    *,
    weights: Mapping[str, float] | None = None,
) -> SnippetMaker:
    """
    Make what quotes the hits of a query; it serves any number of them.

    Args:
        tree: The query; what stands under a ``Not`` is left out.
        analyzer: The analyzer of the engine that found the articles.
        weights: How much it is worth to show each key; see :class:`Criteria`.

    Returns:
        The native form where the analyzer is native, else the pure one.
    """
    if load() is not None:
        from searchkit.analysis.compiled import NativeAnalyzer  # noqa: PLC0415
        from searchkit.snippets.compiled import NativeSnippetMaker  # noqa: PLC0415

        if isinstance(analyzer, NativeAnalyzer):
            return NativeSnippetMaker(tree, analyzer, weights=weights)
    from searchkit.snippets.maker import SnippetMaker  # noqa: PLC0415 - one of the two

    return SnippetMaker(tree, analyzer, weights=weights)


def make_snippets(
    body: str,
    tree: Query,
    analyzer: EnglishAnalyzer,
    annotations: Annotations | None = None,
    *,
    count: int = SNIPPETS_PER_HIT,
    size: int = SNIPPET_SIZE,
    weights: Mapping[str, float] | None = None,
) -> tuple[Snippet, ...]:
    """
    Quote the stretches of a body that answer a query best.

    Args:
        body: The text of an article, as stored.
        tree: The query; what stands under a ``Not`` is left out.
        analyzer: The analyzer of the engine that found the article.
        annotations: All annotations of the article; without them, names and dates
            match nothing.
        count: Most snippets, 0 or more.
        size: Most code points of a snippet, 1 or more.
        weights: How much it is worth to show each key; see :class:`Criteria`.

    Returns:
        Disjoint snippets in order of the text.  Where nothing matches in the body, one
        without highlights: its opening.  None where the body is empty.

    Raises:
        ValueError: ``count`` is below 0 or ``size`` below 1.
    """
    maker = snippet_maker(tree, analyzer, weights=weights)
    return maker.snippets(body, annotations, count=count, size=size)


def title_highlights(
    title: str,
    tree: Query,
    analyzer: EnglishAnalyzer,
    annotations: Annotations | None = None,
) -> tuple[Span, ...]:
    """
    Find what answers a query in a title.

    Args:
        title: The headline, as stored.
        tree: The query; what stands under a ``Not`` is left out.
        analyzer: The analyzer of the engine that found the article.
        annotations: All annotations of the article.

    Returns:
        Disjoint spans of the title, in order.
    """
    return snippet_maker(tree, analyzer).title_highlights(title, annotations)
