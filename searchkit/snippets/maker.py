"""
Making the snippets of many hits of one query.

:class:`SnippetMaker` reads once what a query looks for, and quotes any number of
articles.  It is the pure form; ``searchkit.snippets.compiled`` has the native one,
which gives the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from searchkit.analysis import fold
from searchkit.settings import SNIPPET_SIZE, SNIPPETS_PER_HIT
from searchkit.snippets.matches import Criteria, find_matches
from searchkit.spans import merge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from searchkit.analysis import EnglishAnalyzer
    from searchkit.annotations.model import Annotations
    from searchkit.hits import Snippet
    from searchkit.queries.tree import Query, TextField
    from searchkit.snippets.matches import Match
    from searchkit.spans import Span


class SnippetMaker:
    """
    Quotes articles that answer a query.

    For one thread at a time, as its analyzer is.

    Args:
        tree: The query; what stands under a ``Not`` is left out.
        analyzer: The analyzer of the engine that found the articles.
        weights: How much it is worth to show each key; see :class:`Criteria`.

    Attributes:
        criteria: What the query looks for.

    Example:
        >>> from searchkit.analysis import english_analyzer
        >>> from searchkit.queries.tree import Word
        >>> maker = SnippetMaker(Word("envoys"), english_analyzer())
        >>> [snippet.text for snippet in maker.snippets("It rained. An envoy left.")]
        ['It rained. An envoy left.']
        >>> maker.title_highlights("The envoy")
        (Span(start=4, end=9),)
    """

    def __init__(
        self,
        tree: Query,
        analyzer: EnglishAnalyzer,
        *,
        weights: Mapping[str, float] | None = None,
    ) -> None:
        self.criteria = Criteria.of(tree, analyzer, weights=weights)

    def snippets(
        self,
        body: str,
        annotations: Annotations | None = None,
        *,
        count: int = SNIPPETS_PER_HIT,
        size: int = SNIPPET_SIZE,
    ) -> tuple[Snippet, ...]:
        """
        Quote the stretches of a body that answer the query best.

        Args:
            body: The text of an article, as stored.
            annotations: All annotations of the article; without them, names and dates
                match nothing.
            count: Most snippets, 0 or more.
            size: Most code points of a snippet, 1 or more.

        Returns:
            Disjoint snippets in order of the text.  Where nothing matches in the body,
            one without highlights: its opening.  None where the body is empty.

        Raises:
            ValueError: ``count`` is below 0 or ``size`` below 1.
        """
        # The native form does without, and queries from a shell wait for imports.
        from searchkit.snippets.choice import choose  # noqa: PLC0415

        matches = self.matches(body, "body", annotations) if count else []
        return choose(body, matches, count=count, size=size)

    def title_highlights(
        self, title: str, annotations: Annotations | None = None
    ) -> tuple[Span, ...]:
        """
        Find what answers the query in a title.

        Args:
            title: The headline, as stored.
            annotations: All annotations of the article.

        Returns:
            Disjoint spans of the title, in order.
        """
        matches = self.matches(title, "title", annotations)
        return tuple(merge([match.span for match in matches]))

    def quote(
        self,
        title: str,
        body: str,
        annotations: Annotations | None = None,
        *,
        count: int = SNIPPETS_PER_HIT,
        size: int = SNIPPET_SIZE,
    ) -> tuple[tuple[Snippet, ...], tuple[Span, ...]]:
        """
        Do for one article what :meth:`snippets` and :meth:`title_highlights` do.

        Returns:
            The snippets of the body, and the highlights of the title.

        Raises:
            ValueError: ``count`` is below 0 or ``size`` below 1.
        """
        snippets = self.snippets(body, annotations, count=count, size=size)
        return snippets, self.title_highlights(title, annotations)

    def matches(
        self, text: str, field: TextField, annotations: Annotations | None = None
    ) -> list[Match]:
        """
        Find what answers the query in one text of an article.

        Args:
            text: The title or the body.
            field: Which of the two texts it is.
            annotations: All annotations of the article.

        Returns:
            Matches in order of their spans; those of different keys may overlap.
        """
        return find_matches(text, self.criteria, field, annotations)


def check_options(count: int, size: int) -> None:
    """
    Refuse what no snippets can be made with.

    Raises:
        ValueError: ``count`` is below 0 or ``size`` below 1.
    """
    if count < 0 or size < 1:
        raise ValueError(f"no snippets can be made with {count=}, {size=}")


def comparable(text: str) -> str:
    """
    Return what repetitions share: letter case, spacing and diacritics go.
    """
    return " ".join(fold(text).split())
