"""
Making a timeline: from a query string to buckets with their best articles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from searchkit.answering import Stopwatch, matched_kindly
from searchkit.expanding import Expansions
from searchkit.hits import Hit
from searchkit.interpreting import interpret
from searchkit.queries.notes import Note
from searchkit.queries.tree import DateRange, all_of, negated
from searchkit.timelines.calendar import bucket_days, bucket_label
from searchkit.timelines.counting import BucketCounter
from searchkit.timelines.model import Bucket, Timeline

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from searchkit.annotations.entities.aliases import Aliases
    from searchkit.catalog import CatalogReader
    from searchkit.engines.base import Matches, ScoredId, Searcher
    from searchkit.queries.tree import Clock, Query
    from searchkit.timelines.calendar import BucketChoice

#: Articles whose texts are in memory at once while their titles are read.
_READ_AT_ONCE = 500


def make_timeline(
    query: str,
    searcher: Searcher,
    catalog: CatalogReader,
    *,
    by: Clock,
    bucket: BucketChoice,
    published_from: str | date | None,
    published_to: str | date | None,
    annotated: Callable[[], bool],
    aliases: Callable[[], Aliases | None],
    timeout: float | None = None,
    today: date | None = None,
) -> Timeline:
    """
    Count what matches a query along the calendar; arguments as for ``Index.timeline``.

    Args:
        query: What a person typed; blank for all articles.
        searcher: The engine's snapshot.
        catalog: Where the articles are.
        by: The dates that are looked at.
        bucket: The size of the buckets, or ``auto``.
        published_from: First day of publication, or nothing.
        published_to: Last day of publication, or nothing.
        annotated: Tells whether dates and entities were looked for in the articles.
        aliases: Returns the rules for names, if there are any.
        timeout: Seconds that the engine may take for it; ``None`` for no limit.
        today: The day that relative dates count from.

    Raises:
        DateValueError: One of the dates is none.
        AliasesError: The query asks for names, and the rules for them cannot be read.
        SearchTimeoutError: It has taken longer.
        TooManyBucketsError: Too many buckets have something.
    """
    clock = Stopwatch(timeout)
    tree, notes = interpret(
        query if query.strip() else "*",
        searcher,
        catalog,
        published_from=published_from,
        published_to=published_to,
        annotated=annotated,
        today=today,
    )

    expansions = Expansions(aliases, searcher)

    def ask(asked: Query, /, *, limit: int, count: bool = True) -> Matches:
        return clock.search(searcher, asked, limit=limit, count=count)

    def run(candidate: Query) -> Matches:
        return ask(expansions.expand(candidate), limit=0)

    tree, found, remarks = matched_kindly(tree, searcher, run)
    names_read = expansions.expand(tree)
    notes += remarks + expansions.notes
    total = found.total or 0
    without_date = negated(DateRange(by, None, None))
    undated = ask(all_of([names_read, without_date]), limit=0).total or 0
    counter = BucketCounter(names_read, by, ask)
    dated = total - undated
    size = counter.choose(dated) if bucket == "auto" else bucket
    tallies = counter.tallies(size)
    tops, missing = _hits([tally.top for tally in tallies.values()], catalog)
    buckets = []
    for (number, tally), top in zip(tallies.items(), tops, strict=True):
        days = bucket_days(size, number)
        within = DateRange(by, *days, within=True)
        label = bucket_label(size, number)
        buckets.append(Bucket(days, label, tally.articles, str(within), top))
    if by == "dates" and not annotated():
        message = "no dates and entities were looked for, so no article mentions any"
        notes.append(Note("index", message))
    if missing:
        articles = "article is" if len(missing) == 1 else "articles are"
        message = (
            f"{len(missing)} top {articles} from another program;"
            " `searchkit doctor --adopt` imports what it wrote"
        )
        notes.append(Note("index", message))
    return Timeline(
        query,
        str(tree),
        by,
        size,
        total,
        undated,
        dated - counter.count_articles(size),
        tuple(buckets),
        tuple(notes),
    )


def _hits(
    matches: Sequence[ScoredId], catalog: CatalogReader
) -> tuple[list[Hit], set[str]]:
    """
    Read what is shown of articles.

    Returns:
        A hit for each match, and the ids that the catalog lacks: hits without a title.
    """
    hits, missing = [], set()
    for start in range(0, len(matches), _READ_AT_ONCE):
        part = matches[start : start + _READ_AT_ONCE]
        stored = catalog.get_quotable({match.id for match in part})
        for article_id, score in part:
            if (one := stored.get(article_id)) is None:
                missing.add(article_id)
                hits.append(Hit(article_id, score, ""))
                continue
            shown = one.title, one.published, one.source, one.url
            hits.append(Hit(article_id, score, *shown, one.authors, one.path))
    return hits, missing
