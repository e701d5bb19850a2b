"""
Lists of entities and explanations of names, as plain values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from searchkit.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from searchkit.annotations.model import EntityType
    from searchkit.queries.notes import Note


class ListedEntity(Value):
    """
    One entity of a list.

    Attributes:
        kind: Whether it is a person, an organisation, a place, a group or an event.
        name: The canonical name, after the rules of the index.
        count: In how many of the articles that were looked at it is named.
        background: In how many articles of the whole index it is named.
        significance: How telling ``count`` is against ``background``: signed
            log-likelihood ratio, unitless, below 0 for what is rarer than elsewhere;
            ``None`` where all articles of the index were looked at.
        spellings: How it is written there, the most frequent first; a few at most.
        article_id: The best of the articles that name it.
        title: Its headline.
        sentences: In how many sentences it stands beside the name that was asked for;
            0 where none was.
        quote: One of these sentences, from that article, word for word.
    """

    kind: EntityType
    name: str
    count: int
    background: int
    significance: float | None
    spellings: tuple[str, ...]
    article_id: str
    title: str
    sentences: int = 0
    quote: str = ""


class EntityList(Value):
    """
    The entities of an answer, each kind in its own order.

    It can be looped over, has a length, and is false when empty.

    Attributes:
        query: The query string as given.
        interpretation: How it was understood.
        total: How many articles match.
        examined: In how many of them, the best ones, entities were looked for.
        entities: One kind after the other.
        with_name: The name beside which they stand; ``None`` where none was asked for.
        companions_of: The canonical names that were taken for ``with_name``.
        notes: What was understood, set aside or cut.
    """

    query: str
    interpretation: str
    total: int
    examined: int
    entities: tuple[ListedEntity, ...]
    with_name: str | None = None
    companions_of: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()

    def __iter__(self) -> Iterator[ListedEntity]:
        return iter(self.entities)

    def __len__(self) -> int:
        return len(self.entities)


class Spelling(Value):
    """
    One way of writing a name that was taken for an entity.

    Attributes:
        text: The words as an article has them.
        found_as: The canonical name that the article alone gives them.
        count: In how many articles they are written so, letter case and diacritics
            apart.
        reason: Why they are taken for the entity, as a clause.
        article_id: One of these articles.
    """

    text: str
    found_as: str
    count: int
    reason: str
    article_id: str


class ExplainedEntity(Value):
    """
    One entity of a name, with all that is taken for it.

    Attributes:
        kind: Person, organisation, place, group or event.
        name: The canonical name.
        spellings: The most frequent first.
        rules: What the rows of ``aliases.csv`` that name it, or a name it goes by, do.
        left_out: How many more spellings there are, all of them rarer.
        known: Further spellings that queries may use: the gazetteer has them, and no
            article.
    """

    kind: EntityType
    name: str
    spellings: tuple[Spelling, ...]
    rules: tuple[str, ...] = ()
    left_out: int = 0
    known: tuple[str, ...] = ()


class NameExplanation(Value):
    """
    Whom a name stands for, and why.

    Attributes:
        name: As it was given.
        entities: Those with this canonical name or spelling, the one that has it in
            most articles first.
        rules: What the rows of ``aliases.csv`` that name it do, if they apply.
        forbidden: Rules leave mentions of the name out.
        left_out: How many more entities there are, all of them rarer.
    """

    name: str
    entities: tuple[ExplainedEntity, ...]
    rules: tuple[str, ...] = ()
    forbidden: bool = False
    left_out: int = 0
