"""
Counting: the most telling entities of an answer.

In the best articles that match a query, each entity is counted once an article.  How
telling a count is, :mod:`searchkit.naming.significance` says by what the engine counts
in the whole index.  Without a query there is nothing to compare with: then the plain
number of articles is the measure, and the engine's terms alone are read.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from searchkit.annotations.entities.aliases import Identity, folded_name
from searchkit.expanding import (
    Expansions,
    mentions_of_entity,
    types_of,
    walk_mentions,
)
from searchkit.interpreting import interpret
from searchkit.naming.significance import significance
from searchkit.naming.tallies import Resolver, read_articles, tally
from searchkit.naming.values import EntityList, ListedEntity
from searchkit.queries.notes import Note
from searchkit.queries.tree import Everything, all_of, any_of
from searchkit.settings import MAX_ENTITY_ARTICLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from searchkit.annotations.model import EntityType
    from searchkit.naming.tallies import Request, Tally, View
    from searchkit.queries.tree import Query

_EVERYTHING: Query = Everything()
#: Spellings that are shown of an entity of the whole index.
_SHOWN = 5


class Asked(NamedTuple):
    """
    The articles in which entities are looked for.

    Attributes:
        tree: How the query was understood.
        total: How many match.
        ids: The best of them, in order.
        notes: What there is to say about it.
    """

    tree: Query
    total: int
    ids: list[str]
    notes: list[Note]


def find_articles(request: Request, view: View, and_also: Query = _EVERYTHING) -> Asked:
    """
    Find the best articles for a query, as many as entities are looked for in.

    A query is never loosened here: a list of names would not show what was left out.

    Args:
        request: With the query, and the dates of publication.
        view: The commit.
        and_also: What else has to match.
    """
    tree, notes = interpret(
        request.query if request.query.strip() else "*",
        view.searcher,
        view.catalog,
        published_from=request.published_from,
        published_to=request.published_to,
        annotated=request.annotated,
        today=request.today,
    )
    if not request.annotated():
        message = "no dates and entities were looked for, so there are none to list"
        notes.append(Note("index", message))
    both = all_of([tree, and_also])
    if both == _EVERYTHING:
        return Asked(tree, view.searcher.document_count, [], notes)
    expansions = Expansions(lambda: view.aliases, view.searcher)
    asked = expansions.expand(both)
    found = view.searcher.search(asked, limit=MAX_ENTITY_ARTICLES)
    total = found.total or 0
    notes += expansions.notes
    if total > len(found.page):
        message = f"names were counted in the best {len(found.page):,} of {total:,}"
        notes.append(Note("cut", f"{message} articles"))
    return Asked(tree, total, [match.id for match in found.page], notes)


def list_entities(request: Request, view: View) -> EntityList:
    """
    List the most telling entities in the articles that match a query.

    Args:
        request: What is asked for.
        view: The commit.
    """
    asked = find_articles(request, view)
    listed: list[ListedEntity] = []
    kinds = [kind for kind in types_of("entity") if kind in request.kinds]
    if asked.tree == _EVERYTHING:
        examined = asked.total
        bounds = _bounds(view)
        for kind in kinds:
            listed += _of_all(bounds[kind], request.limit, view)
    else:
        examined = len(asked.ids)
        articles = read_articles(view.catalog, asked.ids)
        tallies = tally(articles, Resolver(view))
        for kind in kinds:
            listed += _most_telling(kind, tallies, examined, request.limit, view)
    return EntityList(
        request.query,
        str(asked.tree),
        asked.total,
        examined,
        tuple(listed),
        notes=tuple(asked.notes),
    )


def rated(count: int, examined: int, background: int, view: View) -> float | None:
    """
    Return how telling a count is; ``None`` where there is nothing to compare with.
    """
    whole = max(view.searcher.document_count, background)
    if examined >= whole:
        return None
    # Documents of other programs are in the engine alone.
    background = min(background, whole - examined + count)
    return significance(count, examined, background, whole)


def _most_telling(
    kind: EntityType,
    tallies: Mapping[Identity, Tally],
    examined: int,
    limit: int,
    view: View,
) -> Iterator[ListedEntity]:
    """
    Return the entities of one kind whose counts are the most significant.

    The rarer an entity is elsewhere, the more telling it is; one that is nowhere else
    bounds what others of the same count can be, so that few have to be looked up.
    """
    ours = sorted(
        (entry for entry in tallies.items() if entry[0].type == kind),
        key=lambda entry: (-entry[1].count, entry[0]),
    )
    found: list[tuple[float, int, Identity, int, float | None]] = []
    for identity, entry in ours:
        if len(found) >= limit:
            found = sorted(found)[:limit]
            bound = rated(entry.count, examined, entry.count, view)
            if not found or bound is None or -found[-1][0] > bound:
                break
        background = max(entry.count, view.background(identity))
        rating = rated(entry.count, examined, background, view)
        found.append((-(rating or 0.0), -entry.count, identity, background, rating))
    for _, _, identity, background, rating in sorted(found)[:limit]:
        entry = tallies[identity]
        yield ListedEntity(
            kind,
            entry.name,
            entry.count,
            background,
            rating,
            entry.spellings,
            *entry.article,
        )


def _bounds(view: View) -> dict[EntityType, Counter[Identity]]:
    """
    Count, for each entity of the index, the articles of its spellings together.

    It is in at most as many.
    """
    bounds: dict[EntityType, Counter[Identity]] = {
        type_: Counter() for type_ in types_of("entity")
    }
    # Rules may say that what was found as a person is a place.
    for type_ in bounds:
        for mention in walk_mentions(view.searcher, type_):
            reading = view.aliases.read(type_, mention.name, mention.surface)
            identity = reading.identity
            if identity is not None and identity.name:
                bounds[identity.type][identity] += mention.articles
    return bounds


def _of_all(
    bounds: Counter[Identity], limit: int, view: View
) -> Iterator[ListedEntity]:
    """
    Return the entities of one kind that most articles of the index name.

    Those of which the spellings together come to few have not to be counted.
    """
    found: list[tuple[int, Identity]] = []
    for identity in sorted(bounds, key=lambda one: (-bounds[one], one)):
        if len(found) >= limit:
            found = sorted(found)[:limit]
            if not found or -found[-1][0] > bounds[identity]:
                break
        if count := view.background(identity):
            found.append((-count, identity))
    for negated, identity in sorted(found)[:limit]:
        yield _described(identity, -negated, view)


def _described(identity: Identity, count: int, view: View) -> ListedEntity:
    """
    Read how an entity is written in some of its articles.
    """
    resolver = Resolver(view)
    mentions = mentions_of_entity(identity, view.aliases, view.searcher)
    mentions.sort(key=lambda one: (-one.articles, one))
    every = any_of([mention.leaf for mention in mentions])
    best = view.searcher.search(every, limit=1, count=False).page
    articles = read_articles(view.catalog, [match.id for match in best])
    entry = tally(articles, resolver).get(identity)
    name = entry.name if entry else view.aliases.written(identity.name) or identity.name
    spellings: list[str] = []
    for mention in mentions[:_SHOWN]:
        page = view.searcher.search(mention.leaf, limit=1, count=False).page
        for article in read_articles(view.catalog, [match.id for match in page]):
            written = tally([article], resolver)[identity].surfaces
            same = [one for one in written if folded_name(one) == mention.surface]
            spellings += sorted(same, key=lambda one: (-written[one], one))[:1]
    # The same words may have been found with several names.
    return ListedEntity(
        identity.type,
        name,
        count,
        count,
        None,
        tuple(dict.fromkeys(spellings)),
        *(entry.article if entry else ("", "")),
    )
