"""
Tallies: what is counted of the entities in some articles, one article at a time.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from searchkit.annotations.entities.aliases import Identity, folded_name
from searchkit.expanding import mentions_of_entity, mentions_of_names
from searchkit.queries.tree import any_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from datetime import date

    from searchkit.annotations.entities.aliases import Aliases
    from searchkit.annotations.model import EntityMention, EntityType
    from searchkit.catalog import CatalogReader, QuotableArticle
    from searchkit.engines.base import Searcher
    from searchkit.queries.tree import Query

#: Articles that are in memory at once.
_AT_ONCE = 200
#: Spellings of one entity that are shown.
_SHOWN = 5


class Request(NamedTuple):
    """
    What a list is asked for.

    Attributes:
        query: What a person typed; for all articles where it has no words.
        kinds: What to list.
        limit: How many of each kind, at most.
        published_from: As for ``Index.search``.
        published_to: Likewise.
        today: Likewise.
        annotated: Tells whether entities were looked for in the articles.
    """

    query: str
    kinds: Collection[EntityType]
    limit: int
    published_from: str | date | None
    published_to: str | date | None
    today: date | None
    annotated: Callable[[], bool]


class View(NamedTuple):
    """
    One commit of an index, with the rules for names that are in force.

    Among them are those by which names are spelled alike.
    """

    searcher: Searcher
    catalog: CatalogReader
    aliases: Aliases

    def written(self, identity: Identity) -> str:
        """
        Return how an article writes a canonical name that has been found in some.
        """
        # Rules may have found it under another type.
        for mention in mentions_of_names([identity.name], self.searcher):
            found = self.searcher.search(mention.leaf, limit=1, count=False)
            for article in read_articles(self.catalog, [one.id for one in found.page]):
                assert article.annotations is not None  # it is found by one of them
                names = Counter(
                    one.name
                    for one in article.annotations.entities
                    if folded_name(one.name) == identity.name
                )
                return _by_frequency(names)[0]
        return identity.name

    def background(self, identity: Identity) -> int:
        """
        Return how many articles of the index name an entity.
        """
        mentions = mentions_of_entity(identity, self.aliases, self.searcher)
        return self.matching(mention.leaf for mention in mentions)

    def matching(self, leaves: Iterable[Query]) -> int:
        """
        Return how many articles match one of some leaves.
        """
        return self.searcher.search(any_of(leaves), limit=0).total or 0


class Resolver:
    """
    Says of mentions which entity they are of; an article repeats a few many times.

    Args:
        view: The commit.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._known: dict[tuple[str, str, str], tuple[Identity, str] | None] = {}
        #: Names that neither a rule nor the mention itself writes.
        self._written: dict[Identity, str] = {}

    def entity(self, mention: EntityMention) -> tuple[Identity, str] | None:
        """
        Return an entity and its canonical name as written; ``None`` for no entity.
        """
        key = mention.type, mention.name, mention.surface
        if key not in self._known:
            self._known[key] = self._resolved(mention)
        return self._known[key]

    def _resolved(self, mention: EntityMention) -> tuple[Identity, str] | None:
        name, surface = folded_name(mention.name), folded_name(mention.surface)
        aliases = self._view.aliases
        identity = aliases.read(mention.type, name, surface).identity
        if identity is None or not identity.name:
            return None
        if written := aliases.written(identity.name):
            return identity, written
        if identity.name in {name, surface}:
            return identity, mention.name if identity.name == name else mention.surface
        if identity not in self._written:
            self._written[identity] = self._view.written(identity)
        return identity, self._written[identity]


class Tally:
    """
    What was seen of one entity.

    Attributes:
        count: In how many articles it is named.
        names: How its canonical name is written, and how often.
        surfaces: How it is written in the articles, and how often.
        article: The first article that names it.
    """

    __slots__ = ("article", "count", "names", "surfaces")

    def __init__(self, article: QuotableArticle) -> None:
        self.count = 0
        self.names: Counter[str] = Counter()
        self.surfaces: Counter[str] = Counter()
        self.article = article.id, article.title

    @property
    def name(self) -> str:
        """
        The canonical name in its most frequent writing.
        """
        return _by_frequency(self.names)[0]

    @property
    def spellings(self) -> tuple[str, ...]:
        """
        The most frequent spellings.
        """
        return tuple(_by_frequency(self.surfaces)[:_SHOWN])


def tally(
    articles: Iterable[QuotableArticle], resolver: Resolver
) -> dict[Identity, Tally]:
    """
    Count the entities of some articles, the best article first.
    """
    tallies: dict[Identity, Tally] = {}
    for article in articles:
        seen: set[Identity] = set()
        for mention in article.annotations.entities if article.annotations else ():
            if (found := resolver.entity(mention)) is None:
                continue
            identity, name = found
            if identity not in tallies:
                tallies[identity] = Tally(article)
            entry = tallies[identity]
            entry.names[name] += 1
            entry.surfaces[" ".join(mention.surface.split())] += 1
            if identity not in seen:
                seen.add(identity)
                entry.count += 1
    return tallies


def read_articles(
    catalog: CatalogReader, ids: Sequence[str]
) -> Iterator[QuotableArticle]:
    """
    Walk over articles with their entities, in the order of their ids given.

    Memory is bounded; ids of documents that the catalog lacks are passed over.
    """
    for start in range(0, len(ids), _AT_ONCE):
        part = ids[start : start + _AT_ONCE]
        stored = catalog.get_quotable(part, kinds={"entities"})
        yield from (stored[one] for one in part if one in stored)


def _by_frequency(counts: Counter[str]) -> list[str]:
    return sorted(counts, key=lambda text: (-counts[text], text))
