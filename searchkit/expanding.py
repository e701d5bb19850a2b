"""
Expanding: from the names of a query to the mentions that they stand for.

Names are kept in the index as they were found.  A name of a query becomes an ``Or`` of
itself and of mention keys, such that it matches just the articles with a mention of
which this is true: by the rules for names of the index folder, ``aliases.csv``, it is
of an entity of the asked-for type, and the text of the query

- is a run of words of the mention, or of a name that the entity goes by, or
- means the entity by the gazetteer ("US" the United States, however they are written).

The rules are :class:`~searchkit.annotations.entities.aliases.Aliases`, the gazetteer is
read backwards by :mod:`~searchkit.annotations.entities.known`.

For a name that rules and gazetteer only add to, the terms of the names that they bring
are walked over; only where rules take something away from a name are all mention keys
of its type, and the name itself goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from searchkit.queries.notes import Note
from searchkit.queries.tree import (
    And,
    Mention,
    Name,
    Not,
    Or,
    all_of,
    any_of,
    leaves,
    negated,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from searchkit.annotations.entities.aliases import Aliases, Identity, Rule
    from searchkit.annotations.model import EntityType
    from searchkit.engines.base import Searcher
    from searchkit.queries.tree import NameField, Query

#: Names that one note lists, at most.
_LISTED = 5
#: More names than are looked up one by one.
_MANY = 2000


class FoundMention(NamedTuple):
    """
    A mention key that the index holds.

    Attributes:
        type: The field that it stands in.
        name: The folded canonical name, as it was found.
        surface: The folded words of the mention.
        articles: In how many articles it occurs.
    """

    type: EntityType
    name: str
    surface: str
    articles: int

    @property
    def leaf(self) -> Mention:
        """
        The leaf of a query tree that finds it.
        """
        return Mention(self.type, f"|{self.name}|{self.surface}")


class Expansions:
    """
    What the names of one query stand for.

    Args:
        aliases: Returns the rules of the index, if there are any; called once, and only
            for a query that asks for names.
        searcher: The engine's snapshot.

    Attributes:
        notes: What the names were taken for.
    """

    __slots__ = ("_aliases", "_of_names", "_plain", "_read", "_searcher", "notes")

    def __init__(
        self, aliases: Callable[[], Aliases | None], searcher: Searcher
    ) -> None:
        self._read = aliases
        self._searcher = searcher
        self._aliases: Aliases | None = None
        self._of_names: dict[Name, Query] = {}
        self._plain: Query | None = None
        self.notes: list[Note] = []

    def expand(self, tree: Query) -> Query:
        """
        Return the tree to be run in place of one that was understood.

        Raises:
            AliasesError: It asks for names, and the rules cannot be read.
        """
        if tree is self._plain:
            return tree
        for leaf in leaves(tree):
            if isinstance(leaf, Name):
                break
        else:
            self._plain = tree  # most queries have no name, and are asked for twice
            return tree
        if self._aliases is None:
            from searchkit.annotations.entities.aliases import (  # noqa: PLC0415 - as below
                NO_ALIASES,
            )

            self._aliases = self._read() or NO_ALIASES
        return self._expanded(tree, self._aliases)

    def _expanded(self, tree: Query, aliases: Aliases) -> Query:
        match tree:
            case And(children):
                return all_of([self._expanded(child, aliases) for child in children])
            case Or(children):
                return any_of([self._expanded(child, aliases) for child in children])
            case Not(child):
                return negated(self._expanded(child, aliases))
            case Name():
                if tree not in self._of_names:
                    found, notes = expand_name(tree, aliases, self._searcher)
                    self._of_names[tree] = found
                    self.notes += notes
                return self._of_names[tree]
            case _:
                return tree


def expand_name(
    name: Name, aliases: Aliases, searcher: Searcher
) -> tuple[Query, list[Note]]:
    """
    Return what a name stands for by some rules, and what there is to say about it.

    Args:
        name: As it was asked for.
        aliases: The rules.
        searcher: The engine's snapshot.
    """
    asked = AskedName.of(name, aliases)
    if asked is None:
        return name, []
    if "person" in asked.types:
        aliases = with_alike(asked.names(aliases), aliases, searcher)
    gained: list[FoundMention] = []
    is_less = False
    for mention in mentions_of_names(asked.origins(aliases), searcher):
        before = mention.type in asked.types and asked.is_in(mention)
        after = asked.matches(mention, aliases)
        is_less |= before and not after
        if after and not before:
            gained.append(mention)
    if not is_less:
        kept, notes = _most_frequent(gained, name)
        return any_of([name, *(one.leaf for one in kept)]), [
            *_remarks(asked, gained, aliases, is_less=False),
            *notes,
        ]
    remaining = [
        mention
        for type_ in asked.types
        for mention in walk_mentions(searcher, type_)
        if asked.is_in(mention) and asked.matches(mention, aliases)
    ]
    kept, notes = _most_frequent([*remaining, *gained], name)
    remarks = _remarks(asked, gained, aliases, is_less=True)
    return any_of([one.leaf for one in kept]), [*remarks, *notes]


class AskedName(NamedTuple):
    """
    A name that a query asks for, ready to be compared.

    Attributes:
        name: The leaf of the tree.
        text: Its folded words.
        types: The types that it may have.
        known: The entities that the gazetteer knows by it, where rules leave it theirs.
    """

    name: Name
    text: str
    types: tuple[EntityType, ...]
    known: frozenset[Identity]

    @classmethod
    def of(cls, name: Name, aliases: Aliases) -> AskedName | None:
        """
        Prepare a name; ``None`` for one that matches nothing on any account.
        """
        from searchkit.annotations.entities.known import known_names  # noqa: PLC0415
        from searchkit.documents import (  # noqa: PLC0415 - few queries name names
            MAX_NAME_WORDS,
            name_words,
        )

        words = name_words(name.text)
        if not words or len(words) > MAX_NAME_WORDS:
            return None
        text, types = " ".join(words), types_of(name.kind)
        known = frozenset(one.identity for one in known_names(text, types))
        kept = (one for one in known if not aliases.is_split(one.type, text, one.name))
        return cls(name, text, types, frozenset(kept))

    def names(self, aliases: Aliases) -> set[str]:
        """
        Return the text, and the names that it is known or merged as.
        """
        names = (self.text, *(name for _, name in self.known))
        return set().union(*map(aliases.merged_with, names))

    def origins(self, aliases: Aliases) -> set[str]:
        """
        Return the names whose mentions may match but for the words, or no longer.
        """
        found = aliases.origins(self.text)
        for _, name in self.known:
            # A rule may have merged it into another one, too.
            found |= aliases.merged_with(name) | aliases.origins(name)
        return found

    def is_in(self, mention: FoundMention) -> bool:
        """
        Tell whether a mention has the text as it was found, types and rules apart.
        """
        from searchkit.annotations.entities.aliases import holds  # noqa: PLC0415

        return holds(mention.name, self.text) or holds(mention.surface, self.text)

    def matches(self, mention: FoundMention, aliases: Aliases) -> bool:
        """
        Tell whether a mention is meant, by the rules.
        """
        return self.means(
            aliases.read(mention.type, mention.name, mention.surface).identity,
            mention.surface,
            aliases,
        )

    def means(self, identity: Identity | None, surface: str, aliases: Aliases) -> bool:
        """
        Tell whether mentions of an entity in some spelling, folded, are meant.
        """
        from searchkit.annotations.entities.aliases import holds  # noqa: PLC0415

        if identity is None or identity.type not in self.types:
            return False
        return holds(surface, self.text) or any(
            holds(form, self.text) or (identity.type, form) in self.known
            for form in aliases.forms(identity)
        )


def types_of(kind: NameField) -> tuple[EntityType, ...]:
    """
    Return the types of entities that a field of a query asks for.
    """
    from searchkit.annotations.model import ENTITY_TYPES  # noqa: PLC0415 - costly

    return ENTITY_TYPES if kind == "entity" else (kind,)


def walk_mentions(
    searcher: Searcher, type_: EntityType, name: str | None = None
) -> Iterator[FoundMention]:
    """
    Walk over the mention keys of an index, in order.

    Args:
        searcher: The engine's snapshot.
        type_: The type of the mentions as they were found.
        name: A folded canonical name; all where left out.
    """
    from searchkit.documents import KEY_MARK, split_key  # noqa: PLC0415 - as above

    prefix = KEY_MARK if name is None else f"{KEY_MARK}{name}{KEY_MARK}"
    for term, count in searcher.terms(type_, prefix):
        yield FoundMention(type_, *split_key(term), count)


def with_alike(names: Iterable[str], aliases: Aliases, searcher: Searcher) -> Aliases:
    """
    Return the rules of an index, and those by which names of people are spelled alike.

    Args:
        names: The folded names that matter.
        aliases: The rules of the file.
        searcher: The engine's snapshot.
    """
    from searchkit.annotations.entities.alike import (  # noqa: PLC0415 - as above
        rules_for_alike,
        skeleton,
    )
    from searchkit.documents import ALIKE_MARK, KEY_MARK  # noqa: PLC0415

    groups: dict[str, dict[str, int]] = {}
    for name in names:
        if bones := skeleton(name):
            groups.setdefault(bones, {})[name] = 0
    rules: list[Rule] = []
    for bones, group in sorted(groups.items()):
        prefix = f"{ALIKE_MARK}{bones}{KEY_MARK}"
        for term, count in searcher.terms("person", prefix):
            group[term.removeprefix(prefix)] = count
        rules += rules_for_alike(group, aliases)
    return aliases.extended(rules)


def with_all_alike(aliases: Aliases, searcher: Searcher) -> Aliases:
    """
    Do so for all names of an index.
    """
    from searchkit.annotations.entities.alike import (  # noqa: PLC0415 - as above
        rules_for_alike,
    )
    from searchkit.documents import ALIKE_MARK, KEY_MARK  # noqa: PLC0415

    rules: list[Rule] = []
    before = ""
    group: dict[str, int] = {}
    for term, count in searcher.terms("person", ALIKE_MARK):
        bones, _, name = term.partition(KEY_MARK)
        if bones != before:
            if len(group) > 1:
                rules += rules_for_alike(group, aliases)
            before, group = bones, {}
        group[name] = count
    rules += rules_for_alike(group, aliases)
    return aliases.extended(rules)


def mentions_of_names(
    names: Iterable[str], searcher: Searcher
) -> Iterator[FoundMention]:
    """
    Walk over the mentions of whatever type that were found with one of some names.

    The order is always the same.  Very many names are looked for among all of the
    index, which takes less time than to look for each.
    """
    wanted = set(names)
    if len(wanted) > _MANY:
        for type_ in types_of("entity"):
            for mention in walk_mentions(searcher, type_):
                if mention.name in wanted:
                    yield mention
        return
    for name in sorted(wanted):
        for type_ in types_of("entity"):
            yield from walk_mentions(searcher, type_, name)


def mentions_of_entity(
    identity: Identity, aliases: Aliases, searcher: Searcher
) -> list[FoundMention]:
    """
    Return the mentions that are of an entity by the rules, in a fixed order.
    """
    if not aliases.rules:
        return list(walk_mentions(searcher, identity.type, identity.name))
    return [
        mention
        for mention in mentions_of_names(aliases.origins_of(identity.name), searcher)
        if aliases.read(mention.type, mention.name, mention.surface).identity
        == identity
    ]


def _most_frequent(
    mentions: list[FoundMention], name: Name
) -> tuple[list[FoundMention], list[Note]]:
    """
    Keep as many mentions as a query may have.
    """
    from searchkit.settings import MAX_MENTION_KEYS  # noqa: PLC0415 - as above

    if len(mentions) <= MAX_MENTION_KEYS:
        return mentions, []
    best = sorted(mentions, key=lambda one: (-one.articles, one))[:MAX_MENTION_KEYS]
    message = f"{name} stands for very many spellings; the most frequent were used"
    return best, [Note("expanded", message, str(name))]


def _remarks(
    asked: AskedName, gained: list[FoundMention], aliases: Aliases, *, is_less: bool
) -> list[Note]:
    """
    Say whom else a name stands for.
    """
    text = asked.name.text
    # Names by what tells that they are meant, the gazetteer first.
    others: dict[str, dict[str, str]] = {"": {}, "spelled alike": {}, "aliases.csv": {}}
    alike = {
        one
        for rule in aliases.rules
        if not rule.line
        for one in (rule.name, rule.value)
    }
    is_ruled = is_less
    for mention in gained:
        reading = aliases.read(mention.type, mention.name, mention.surface)
        if reading.identity is None:
            continue
        source = "aliases.csv"
        if all(not rule.line for rule in reading.rules):
            if reading.identity in asked.known and not reading.rules:
                source = ""
            elif asked.text in alike and alike & aliases.forms(reading.identity):
                source = "spelled alike"
        is_ruled |= source == "aliases.csv"
        name = reading.identity.name
        shown = name if name != asked.text else mention.name
        if shown != asked.text:
            written = _written(shown, reading.identity, aliases)
            others[source].setdefault(shown, written)
    notes = []
    for source, names in others.items():
        if names:
            why = f" ({source})" if source else ""
            notes.append(Note("alias", f"“{text}” is also {_listed(names)}{why}", text))
    if is_ruled and not others["aliases.csv"]:
        message = f"aliases.csv says which mentions of “{text}” are meant"
        notes.append(Note("alias", message, text))
    return notes


def _written(name: str, identity: Identity, aliases: Aliases) -> str:
    """
    Return how rules or gazetteer write a folded name, or else the name.
    """
    from searchkit.annotations.entities.known import known_spellings  # noqa: PLC0415

    if written := aliases.spelled(name):
        return written
    known = known_spellings(identity) if name == identity.name else ()
    return known[0] if known else name


def _listed(names: Mapping[str, str]) -> str:
    listed = ", ".join(f"“{name}”" for name in [*names.values()][:_LISTED])
    more = len(names) - _LISTED
    return f"{listed} and {more} more" if more > 0 else listed
