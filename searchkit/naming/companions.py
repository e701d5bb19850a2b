"""
Companions: who shares a sentence with a name.

Sentences are those of ``searchkit.analysis``; a headline is one.  An entity that the
name stands for is no companion of itself, in whatever spelling.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from searchkit.analysis import sentences
from searchkit.annotations.entities.aliases import Identity, folded_name
from searchkit.expanding import AskedName, types_of, with_alike
from searchkit.naming.counting import find_articles, rated
from searchkit.naming.tallies import Resolver, read_articles
from searchkit.naming.values import EntityList, ListedEntity
from searchkit.queries.notes import Note
from searchkit.queries.tree import Name, Nothing
from searchkit.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from searchkit.annotations.model import EntityType
    from searchkit.catalog import QuotableArticle
    from searchkit.naming.tallies import Request, View

#: Spellings of one companion that are shown.
_SHOWN = 5


class _Companion:
    """
    What was seen of one entity beside the name.
    """

    __slots__ = ("article", "articles", "names", "quote", "sentences", "surfaces")

    def __init__(self, article: QuotableArticle, quote: str) -> None:
        self.article = article.id, article.title
        self.quote = quote
        self.articles: set[str] = set()
        self.sentences = 0
        self.names: Counter[str] = Counter()
        self.surfaces: Counter[str] = Counter()


class _Sentence(NamedTuple):
    """
    A sentence with the entities that it names: as written, and in which words.
    """

    text: str
    entities: dict[Identity, tuple[str, str]]


def list_companions(name: str, request: Request, view: View) -> EntityList:
    """
    List who appears with a name in one sentence, the most frequent first.

    Args:
        name: Any name or words of one, of whatever type.
        request: What is asked for; the query says which articles to look at, all that
            have the name where it has no words.
        view: The commit.
    """
    leaf = Name("entity", name)
    asked = AskedName.of(leaf, view.aliases)
    if asked is not None:
        names = asked.names(view.aliases)
        aliases = with_alike(names, view.aliases, view.searcher)
        view = view._replace(aliases=aliases)
    articles = find_articles(request, view, leaf if asked else Nothing())
    notes = articles.notes
    reading = _Reading(view)
    if asked is None:
        notes.append(Note("ignored", f"“{name}” is no name that could be found", name))
    else:
        for article in read_articles(view.catalog, articles.ids):
            reading.add(article, asked)
    examined = len(articles.ids)
    return EntityList(
        request.query,
        str(articles.tree),
        articles.total,
        examined,
        tuple(
            entity
            for kind in types_of("entity")
            if kind in request.kinds
            for entity in reading.listed(kind, examined, request.limit)
        ),
        name,
        tuple(_by_frequency(reading.meant)),
        tuple(notes),
    )


class _Reading:
    """
    What the articles that were read so far say.

    Attributes:
        meant: The names that were asked for, and in how many articles they are.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._resolver = Resolver(view)
        self._companions: dict[Identity, _Companion] = {}
        self.meant: Counter[str] = Counter()

    def add(self, article: QuotableArticle, asked: AskedName) -> None:
        """
        Read one article, the best first.
        """
        ours: dict[Identity, str] = {}
        for mention in article.annotations.entities if article.annotations else ():
            found = self._resolver.entity(mention)
            surface = folded_name(mention.surface)
            if found and asked.means(found[0], surface, self._view.aliases):
                ours[found[0]] = found[1]
        if not ours:
            return
        self.meant.update(ours.values())
        for sentence in _sentences(article, self._resolver):
            if ours.keys().isdisjoint(sentence.entities):
                continue
            for identity, (name, surface) in sentence.entities.items():
                if identity in ours:
                    continue
                if identity not in self._companions:
                    self._companions[identity] = _Companion(article, sentence.text)
                companion = self._companions[identity]
                companion.sentences += 1
                companion.articles.add(article.id)
                companion.names[name] += 1
                companion.surfaces[surface] += 1

    def listed(self, kind: EntityType, examined: int, limit: int) -> list[ListedEntity]:
        """
        Return the companions of one kind in order, so many at most.
        """
        ours = [one for one in self._companions.items() if one[0].type == kind]
        counts = sorted((one.sentences for _, one in ours), reverse=True)
        least = counts[limit - 1] if 0 < limit <= len(counts) else 0
        found = []
        for identity, companion in ours:
            if companion.sentences < least:
                continue  # whatever its significance, it is not among them
            count = len(companion.articles)
            background = max(count, self._view.background(identity))
            rating = rated(count, examined, background, self._view)
            entity = ListedEntity(
                kind,
                _by_frequency(companion.names)[0],
                count,
                background,
                rating,
                tuple(_by_frequency(companion.surfaces)[:_SHOWN]),
                *companion.article,
                companion.sentences,
                companion.quote,
            )
            found.append((-companion.sentences, -(rating or 0.0), identity, entity))
        found.sort(key=lambda one: one[:3])
        return [entity for *_, entity in found[:limit]]


def _sentences(article: QuotableArticle, resolver: Resolver) -> Iterator[_Sentence]:
    """
    Walk over the sentences of the body that name an entity, then over the headline.
    """
    assert article.annotations is not None  # the caller has looked at its mentions
    texts = {
        "body": (article.body, sentences(article.body)),
        "title": (article.title, [Span(0, len(article.title))]),
    }
    for field, (text, spans) in texts.items():
        starts = [span.start for span in spans]
        named: dict[int, dict[Identity, tuple[str, str]]] = {}
        for mention in article.annotations.entities:
            if mention.field != field or (found := resolver.entity(mention)) is None:
                continue
            at = bisect_right(starts, mention.span.start) - 1
            if at >= 0 and mention.span.end <= spans[at].end:
                surface = " ".join(mention.surface.split())
                named.setdefault(at, {}).setdefault(found[0], (found[1], surface))
        for at in sorted(named):
            yield _Sentence(spans[at].cut(text), named[at])


def _by_frequency(counts: Counter[str]) -> list[str]:
    return sorted(counts, key=lambda text: (-counts[text], text))
