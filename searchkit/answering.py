"""
Answering: from a query string to hits.

The path of reading::

    query string -> tree -> engine -> article ids -> catalog -> hits with snippets

What the tree says is shown as it was understood; where it names names, the engine is
asked for what the rules of the index make of them (``searchkit.expanding``).

Where no article matches a tree as it stands, it is read more kindly, and the answer
says so: first, words that no article has are replaced by the most similar ones that
some have; then the best articles for any of the words are shown.  Filters, phrases and
negations are never loosened.
"""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING

from searchkit.analysis import english_analyzer
from searchkit.errors import SearchTimeoutError
from searchkit.expanding import Expansions
from searchkit.hits import Hit, Hits
from searchkit.interpreting import annotation_kind, interpret
from searchkit.native import load
from searchkit.queries import closest, corrected, relaxed
from searchkit.queries.notes import Note
from searchkit.queries.tree import Query, Word, leaves
from searchkit.settings import SNIPPET_SIZE
from searchkit.snippets import snippet_maker

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from searchkit.annotations.entities.aliases import Aliases
    from searchkit.catalog import CatalogReader, QuotableArticle
    from searchkit.engines.base import Matches, ScoredId, Searcher, SortOrder
    from searchkit.snippets import SnippetMaker

#: Unknown words of one query for which similar ones are looked for, at most: each takes
#: a walk over all words of the index with its first letter.
_MAX_LOOKED_UP = 8


def answer(
    query: str,
    searcher: Searcher,
    catalog: CatalogReader,
    *,
    limit: int,
    offset: int,
    order: SortOrder,
    published_from: str | date | None,
    published_to: str | date | None,
    snippets: int,
    annotated: Callable[[], bool],
    aliases: Callable[[], Aliases | None],
    timeout: float | None = None,
    today: date | None = None,
) -> Hits:
    """
    Answer a query string; arguments as for ``Index.search``.

    Args:
        query: What a person typed.
        searcher: The engine's snapshot.
        catalog: Where the articles are.
        limit: Hits on the page.
        offset: Hits before the page.
        order: What to sort by.
        published_from: First day of publication, or nothing.
        published_to: Last day of publication, or nothing.
        snippets: Quotations for each hit, at most.
        annotated: Tells whether dates and entities were looked for in the articles.
        aliases: Returns the rules for names, if there are any.
        timeout: Seconds that the engine may take for it; ``None`` for no limit.
        today: The day that relative dates count from.

    Raises:
        DateValueError: One of the dates is none.
        AliasesError: The query asks for names, and the rules for them cannot be read.
        SearchTimeoutError: It has taken longer.
    """
    clock = Stopwatch(timeout)
    tree, notes = interpret(
        query,
        searcher,
        catalog,
        published_from=published_from,
        published_to=published_to,
        annotated=annotated,
        today=today,
    )

    expansions = Expansions(aliases, searcher)

    def run(candidate: Query) -> Matches:
        return clock.search(
            searcher,
            expansions.expand(candidate),
            limit=limit,
            offset=offset,
            order=order,
        )

    tree, matches, remarks = matched_kindly(tree, searcher, run)
    asked = expansions.expand(tree)
    notes += remarks + expansions.notes
    ids = [match.id for match in matches.page]
    stored = catalog.get_quotable(ids, kinds=_kinds_to_show(asked))
    missing = [article_id for article_id in ids if article_id not in stored]
    if missing:
        were = "document was" if len(missing) == 1 else "documents were"
        message = (
            f"{len(missing)} {were} left out: another program has written to the index;"
            " `searchkit doctor --adopt` imports what it wrote"
        )
        notes.append(Note("index", message))
    maker = snippet_maker(asked, english_analyzer())
    page = tuple(
        [
            _hit(match, stored[match.id], maker, snippets)
            for match in matches.page
            if match.id in stored
        ]
    )
    assert matches.total is not None  # it was asked for
    return Hits(query, str(tree), matches.total, offset, page, tuple(notes))


class Stopwatch:
    """
    Shares one time limit among the searches that an answer takes.

    Args:
        timeout: Seconds for all of them; ``None`` for no limit.
    """

    def __init__(self, timeout: float | None) -> None:
        self._timeout = timeout
        self._end = None if timeout is None else time.monotonic() + timeout

    def search(
        self,
        searcher: Searcher,
        query: Query,
        *,
        limit: int,
        offset: int = 0,
        order: SortOrder = "relevance",
        count: bool = True,
    ) -> Matches:
        """
        Search within what is left of the time; arguments as for ``Searcher.search``.

        Raises:
            SearchTimeoutError: The time is over.
        """
        left = None if self._end is None else max(0.0, self._end - time.monotonic())
        try:
            return searcher.search(
                query,
                limit=limit,
                offset=offset,
                order=order,
                count=count,
                timeout=left,
            )
        except SearchTimeoutError:
            raise SearchTimeoutError(self._timeout or 0.0) from None


def matched_kindly(
    tree: Query, searcher: Searcher, run: Callable[[Query], Matches]
) -> tuple[Query, Matches, list[Note]]:
    """
    Search for a tree, and where nothing matches it, for what may have been meant.

    Args:
        tree: What the query string means.
        searcher: The engine's snapshot, for the words that the index has.
        run: Searches for a tree.

    Returns:
        The tree that was asked in the end, its matches, and what was done to get there.
    """
    notes: list[Note] = []
    matches = run(tree)
    if not matches.total:
        kinder, notes = _corrected(tree, searcher)
        if kinder != tree:
            tree = kinder
            matches = run(tree)
        if not matches.total and (looser := relaxed(tree)) is not None:
            found = run(looser)
            if found.total:
                tree, matches = looser, found
                message = "no article has all the words; these have some of them"
                notes.append(Note("relaxed", message))
    notes += map(_expanded, matches.cut)
    return tree, matches, notes


def _expanded(typed: str) -> Note:
    """
    Say that a prefix or a fuzzy word stands for too many words.
    """
    which = "most frequent" if typed.endswith("*") else "most similar"
    message = f"“{typed}” stands for very many words; the {which} were used"
    return Note("expanded", message, typed)


def _kinds_to_show(tree: Query) -> set[str]:
    """
    Return the kinds of annotations that answer a query.
    """
    kinds = map(annotation_kind, leaves(tree, positive_only=True))
    return {kind for kind in kinds if kind is not None}


def _hit(
    match: ScoredId, article: QuotableArticle, maker: SnippetMaker, snippets: int
) -> Hit:
    quotations, highlights = maker.quote(
        article.title,
        article.body,
        article.annotations,
        count=snippets,
        size=SNIPPET_SIZE,
    )
    return _hit_maker()(
        article.id,
        match.score,
        article.title,
        article.published,
        article.source,
        article.url,
        article.authors,
        article.path,
        quotations,
        highlights,
    )


@cache
def _hit_maker() -> Callable[..., Hit]:
    """
    Return what makes a hit of the values of its fields.
    """
    extension = load()
    if extension is None:
        return Hit
    make: Callable[..., Hit] = extension.ValueMaker(Hit, Hit.__match_args__).make
    return make


def _corrected(tree: Query, searcher: Searcher) -> tuple[Query, list[Note]]:
    """
    Replace words that no article has by similar ones that some have.

    Returns:
        The tree, changed or not, and what was done.
    """
    notes: list[Note] = []

    def replacement(word: Word) -> Word | None:
        if not _is_unknown(word, searcher):
            return None
        found = None
        if len(notes) < _MAX_LOOKED_UP:
            ((_, folded),) = english_analyzer().terms(word.text)
            found = closest(folded, searcher.terms("words", folded[0]))
        if found is None:
            message = f"no article has “{word.text}”"
            notes.append(Note("missing", message, word.text))
            return None
        message = f"no article has “{word.text}”; searched for “{found}”"
        notes.append(Note("corrected", message, word.text))
        return Word(found, word.field)

    return corrected(tree, replacement), notes


def _is_unknown(word: Word, searcher: Searcher) -> bool:
    from searchkit.fields import TEXT_FIELDS  # noqa: PLC0415 - few words are unknown

    terms = english_analyzer().terms(word.text)
    return len(terms) == 1 and not any(
        searcher.document_frequency(field, terms[0][0]) for field in TEXT_FIELDS
    )
