"""
Explaining: what is taken for a name, and why.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from searchkit.annotations.entities.aliases import Identity, folded_name
from searchkit.annotations.entities.known import known_names, known_spellings
from searchkit.annotations.entities.reasons import reason, rule_reason
from searchkit.expanding import (
    mentions_of_entity,
    types_of,
    walk_mentions,
    with_alike,
)
from searchkit.naming.tallies import read_articles
from searchkit.naming.values import ExplainedEntity, NameExplanation, Spelling
from searchkit.settings import MAX_EXPLAINED_ENTITIES, MAX_EXPLAINED_SPELLINGS

if TYPE_CHECKING:
    from searchkit.expanding import FoundMention
    from searchkit.naming.tallies import View


def explain_name(name: str, view: View) -> NameExplanation:
    """
    Say whom a name stands for in an index, and which spellings are taken for them.

    Args:
        name: A canonical name, or a name or spelling that is taken for one; whole, in
            any letter case.
        view: The commit.
    """
    key = folded_name(name)
    if not key:
        return NameExplanation(name, ())
    aliases = with_alike({key}, view.aliases, view.searcher)
    view = view._replace(aliases=aliases)
    found, forbidden = _meant(key, view)
    explained: list[ExplainedEntity] = []
    left_out = 0
    for identity in sorted(found, key=lambda one: (-found[one], one)):
        if len(explained) == MAX_EXPLAINED_ENTITIES:
            left_out += bool(found[identity])
        elif entity := _entity(identity, view):
            explained.append(entity)
    rules = tuple(map(rule_reason, view.aliases.touching({key})))
    return NameExplanation(name, tuple(explained), rules, forbidden, left_out)


def _meant(key: str, view: View) -> tuple[Counter[Identity], bool]:
    """
    Find the entities that a folded name may stand for.

    Returns:
        Entities with this canonical name or spelling, and in how many articles each
        has it, counted once a spelling; and whether rules forbid a mention of it.
    """
    types = types_of("entity")
    readings = (view.aliases.read(type_, key, key) for type_ in types)
    found = Counter({one.identity: 0 for one in readings if one.identity is not None})
    for known in known_names(key, types):
        if not view.aliases.is_split(known.type, key, known.identity.name):
            found[known.identity] += 0
    forbidden = False
    for type_ in types:
        for mention in walk_mentions(view.searcher, type_):
            if key not in {mention.name, mention.surface}:
                continue
            identity = view.aliases.read(type_, mention.name, mention.surface).identity
            if identity is None:
                forbidden = True
            else:
                found[identity] += mention.articles
    return found, forbidden


def _entity(identity: Identity, view: View) -> ExplainedEntity | None:
    """
    Explain one entity; ``None`` where no article names it.
    """
    mentions = mentions_of_entity(identity, view.aliases, view.searcher)
    mentions.sort(key=lambda one: (-one.articles, one))
    written = view.aliases.written(identity.name) or view.written(identity)
    spellings = [
        spelling
        for mention in mentions[:MAX_EXPLAINED_SPELLINGS]
        if (spelling := _spelling(mention, written, view)) is not None
    ]
    if not spellings:
        return None
    spellings.sort(key=lambda one: -one.count)
    names = {identity.name, *view.aliases.forms(identity)}
    return ExplainedEntity(
        identity.type,
        written,
        tuple(spellings),
        tuple(map(rule_reason, view.aliases.touching(names))),
        len(mentions) - len(mentions[:MAX_EXPLAINED_SPELLINGS]),
        _also_known(identity, mentions, view),
    )


def _also_known(
    identity: Identity, mentions: list[FoundMention], view: View
) -> tuple[str, ...]:
    """
    Return the spellings of the gazetteer that no article has.
    """
    names = view.aliases.forms(identity)
    surfaces = {mention.surface for mention in mentions}
    seen = surfaces | names
    found: dict[str, str] = {}
    for name in sorted(names):
        for written in known_spellings(Identity(identity.type, name)):
            form = folded_name(written)
            if form not in seen and not view.aliases.is_split(
                identity.type, form, name
            ):
                found.setdefault(form, written)
    alike = (rule.name for rule in view.aliases.rules if not rule.line)
    return (*found.values(), *(one for one in alike if one in names - surfaces))


def _spelling(mention: FoundMention, canonical: str, view: View) -> Spelling | None:
    """
    Read in an article how a mention of an entity of some name is written.
    """
    found = view.searcher.search(mention.leaf, limit=1)
    for article in read_articles(view.catalog, [match.id for match in found.page]):
        assert article.annotations is not None  # it is found by one of them
        written = Counter(
            (" ".join(one.surface.split()), one.name)
            for one in article.annotations.entities
            if one.type == mention.type
            and folded_name(one.name) == mention.name
            and folded_name(one.surface) == mention.surface
        )
        surface, name = min(written, key=lambda one: (-written[one], one))
        rules = view.aliases.read(mention.type, mention.name, mention.surface).rules
        why = _why(mention, name, surface, [rule_reason(r, canonical) for r in rules])
        return Spelling(surface, name, found.total or 0, why, article.id)
    return None


def _why(mention: FoundMention, name: str, surface: str, rules: list[str]) -> str:
    if not rules or mention.surface != mention.name:
        rules = [reason(mention.type, name, surface), *rules]
    return "; ".join(rules)
