"""
Aliases: the rules for names that a person keeps beside an index.

``aliases.csv`` in the index folder says where the names that were found in the articles
are to be read otherwise.  It is edited by hand and kept under version control;
searchkit reads it for every query that asks for names, and never writes it.  Nothing in
the index depends on it: a change is in force at the next query, and no article is read
again::

    action,name,type,value,note
    # what is not in the gazetteer
    merge,Usama bin Ladin,person,Osama bin Laden,as the FBI writes it
    split,Bush,person,George W. Bush,mostly his father
    retype,Camp Bastion,,place,
    forbid,Getty Images,,,a credit and not a name

====== ==================================================================== ==========
action all entities …                                                       ``value``
====== ==================================================================== ==========
split  … that are ``value`` where the text has ``name`` are called ``name`` a name
merge  … called ``name`` are called ``value``                               a name
retype … called ``name`` are of the type ``value``                          a type
forbid … called ``name`` are none                                           empty
====== ==================================================================== ==========

``type`` limits a rule to entities of one type; left empty, it is for all, unless there
is one for the type.  Names are compared by their folded words: letter case, diacritics
and punctuation do not matter.

A mention goes through the actions in the order of the table, each on what the one
before has made of it (:meth:`Aliases.apply`).  A merge may lead to a name that is
merged itself; the last one counts.  Two merges of one name, circles, and rules that can
never apply are errors: a person has to say what is meant.

Rules know no index: which mentions there are, ``searchkit.expanding`` looks up.
"""

from __future__ import annotations

import csv
import re
import stat
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, get_args

from searchkit.analysis import english_analyzer
from searchkit.annotations.model import ENTITY_TYPES, EntityType
from searchkit.errors import AliasesError
from searchkit.settings import MAX_ALIASES_BYTES, MAX_ALIASES_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

Action: TypeAlias = Literal["split", "merge", "retype", "forbid"]

COLUMNS = ("action", "name", "type", "value", "note")
"""The header of the file."""

_ACTIONS: tuple[Action, ...] = get_args(Action)
_LINE_END = re.compile(r"\r\n|\n|\r")
#: Longest part of a cell that an error repeats, in characters.
_LONGEST_SHOWN = 60
#: Most merges that lead from one name to the next.
_LONGEST_CHAIN = 20


class Rule(NamedTuple):
    """
    One row of the file.

    Attributes:
        action: What to do.
        name: To whom, as written.
        type: The only type of entities that it is for; ``None`` for all.
        value: As the action wants it.
        note: What the person who keeps the file remarks.
        line: Where it stands, from 1; 0 for a merge that follows from two spellings.
    """

    action: Action
    name: str
    type: EntityType | None
    value: str
    note: str
    line: int


class Identity(NamedTuple):
    """
    One entity of an index: its type, and the folded words of its canonical name.
    """

    type: EntityType
    name: str


@dataclass(frozen=True, slots=True)
class Reading:
    """
    What rules make of a mention.

    Attributes:
        identity: The entity; ``None`` for none.
        rules: The rules that took part, in the order in which they did.
    """

    identity: Identity | None
    rules: tuple[Rule, ...] = ()


def folded_name(text: str) -> str:
    """
    Return what names have in common that are one: their folded words.

    Example:
        >>> folded_name("Recep Tayyip ERDOĞAN's")
        'recep tayyip erdogan'
    """
    return " ".join(word for _, word in english_analyzer().terms(text))


class Aliases:
    """
    The rules of an index, checked and ready to be applied.

    Args:
        rules: In the order of the file.
        path: The file, for errors.

    Raises:
        AliasesError: Rules contradict each other, or can never apply.

    Attributes:
        rules: All of them.

    Example:
        >>> rule = Rule("merge", "Usama bin Ladin", None, "Osama bin Laden", "", 2)
        >>> Aliases([rule]).apply("person", "Usama Bin Ladin", "bin Ladin")
        ('person', 'Osama bin Laden')
    """

    def __init__(self, rules: Iterable[Rule], path: str = "aliases.csv") -> None:
        self.rules = tuple(rules)
        self._path = path
        #: Rules by type and folded name; those for all types stand under each of them.
        self._merges = self._by_name("merge")
        self._retypes = self._by_name("retype")
        self._forbids = self._by_name("forbid")
        #: Splits by type, and the folded words of the mention and of the name.
        self._splits = self._by_name("split")
        self._final = {
            identity: self._follow(identity, rule)
            for identity, rule in self._merges.items()
        }
        self._check_reach()

    def apply(
        self, type_: EntityType, name: str, surface: str
    ) -> tuple[EntityType, str] | None:
        """
        Say which entity a mention is of.

        Args:
            type_: The type of the mention as it was found.
            name: Its canonical name as it was found.
            surface: Its words.

        Returns:
            Type and canonical name; ``None`` for no entity.  A name that a rule gives
            is written as in the first rule that gives it, whoever bears it.
        """
        key = folded_name(name)
        identity = self.read(type_, key, folded_name(surface)).identity
        if identity is None:
            return None
        written = self.written(identity.name)
        return identity.type, written or (name if identity.name == key else surface)

    def read(self, type_: EntityType, name: str, surface: str) -> Reading:
        """
        Do the same with folded words, and say which rules took part.
        """
        if name not in self._touched:
            return Reading(Identity(type_, name))
        used: list[Rule] = []
        for value in dict.fromkeys((name, self._merged(type_, name)[0])):
            if split := self._splits.get((type_, f"{surface}|{value}")):
                used.append(split)
                name = surface
                break
        name, merges = self._merged(type_, name)
        used += merges
        retype = self._retypes.get((type_, name))
        if retype is not None and retype.value != type_:
            used.append(retype)
            type_ = _as_type(retype.value)
        if forbid := self._forbids.get((type_, name)):
            return Reading(None, (*used, forbid))
        return Reading(Identity(type_, name), tuple(used))

    def forms(self, identity: Identity) -> frozenset[str]:
        """
        Return the names that an entity goes by: its own, and those merged into it.
        """
        return self._forms.get(identity, frozenset((identity.name,)))

    def written(self, name: str) -> str:
        """
        Return how the rules write a name; empty where none gives it.
        """
        return self._written.get(name, "")

    def spelled(self, name: str) -> str:
        """
        Return how a name is written in the file, wherever in it; empty where nowhere.
        """
        return self._spelled.get(name, "")

    def extended(self, rules: Iterable[Rule]) -> Aliases:
        """
        Return these rules and some more.
        """
        more = tuple(rules)
        return Aliases((*self.rules, *more), self._path) if more else self

    def is_about(self, type_: EntityType, name: str) -> bool:
        """
        Tell whether a row says what becomes of entities or mentions of a folded name.
        """
        return (type_, name) in self._concerned

    def is_split(self, type_: EntityType, surface: str, name: str) -> bool:
        """
        Tell whether a spelling is split off from a name, both folded.
        """
        return (type_, f"{surface}|{name}") in self._splits

    def merged_with(self, name: str) -> set[str]:
        """
        Return the names, folded, that are merged into one, itself among them.
        """
        return {name} | self._groups.get(name, set())

    def origins(self, text: str) -> set[str]:
        """
        Return the names whose mentions may match ``text`` by a rule, or no longer.

        What mentions of all other names match does not depend on the rules.

        Args:
            text: Folded words.

        Returns:
            Folded canonical names as they were found in the articles.
        """
        found = set(self._unsettled)
        for members in self._groups.values():
            if any(holds(member, text) for member in members):
                found |= members
        return found

    def origins_of(self, name: str) -> set[str]:
        """
        Return the names whose mentions may be of an entity called ``name``.

        Args:
            name: Folded words.

        Returns:
            Folded canonical names as they were found in the articles.
        """
        found = self.merged_with(name)
        for (_, key), rule in self._splits.items():
            if key.partition("|")[0] in found:
                found |= self.merged_with(folded_name(rule.value))
        return found

    def touching(self, names: Iterable[str]) -> list[Rule]:
        """
        Return the rows that name one of some names, folded, in order of the file.
        """
        wanted = set(names)
        return [
            rule
            for rule in filter(_is_written, self.rules)
            if folded_name(rule.name) in wanted or folded_name(rule.value) in wanted
        ]

    # --- inside -----------------------------------------------------------------

    @cached_property
    def _groups(self) -> dict[str, set[str]]:
        """
        The names that are merged into each, of whatever type, with itself.
        """
        groups: dict[str, set[str]] = defaultdict(set)
        for (_, name), (final, _) in self._final.items():
            groups[final] |= {final, name}
        return dict(groups)

    @cached_property
    def _touched(self) -> frozenset[str]:
        """
        The names of which a mention may be read otherwise.
        """
        names = {name for _, name in (*self._merges, *self._retypes, *self._forbids)}
        return frozenset(names | {key.partition("|")[2] for _, key in self._splits})

    @cached_property
    def _concerned(self) -> set[tuple[EntityType, str]]:
        splits = {(type_, key.partition("|")[0]) for type_, key in self._splits}
        return {*splits, *self._merges, *self._retypes, *self._forbids}

    @cached_property
    def _forms(self) -> dict[Identity, frozenset[str]]:
        forms: dict[Identity, set[str]] = defaultdict(set)
        for (type_, name), (final, _) in self._final.items():
            identity = self.read(type_, final, final).identity
            if identity is not None:
                forms[identity] |= {identity.name, name}
        return {identity: frozenset(names) for identity, names in forms.items()}

    @cached_property
    def _written(self) -> dict[str, str]:
        written: dict[str, str] = {}
        for rule in filter(_is_written, self.rules):
            given = {"merge": rule.value, "split": rule.name}.get(rule.action, "")
            if given:
                written.setdefault(folded_name(given), given)
        return written

    @cached_property
    def _spelled(self) -> dict[str, str]:
        spelled = dict(self._written)
        for rule in filter(_is_written, self.rules):
            spelled.setdefault(folded_name(rule.name), rule.name)
        return spelled

    @cached_property
    def _unsettled(self) -> frozenset[str]:
        """
        The names of which a mention may lose its name, its type or itself.
        """
        names = {name for _, name in (*self._retypes, *self._forbids)}
        names |= {key.partition("|")[2] for _, key in self._splits}
        for name in tuple(names):
            names |= self._groups.get(name, set())
        return frozenset(names)

    def _merged(self, type_: EntityType, name: str) -> tuple[str, tuple[Rule, ...]]:
        return self._final.get((type_, name), (name, ()))

    def _by_name(self, action: Action) -> dict[tuple[EntityType, str], Rule]:
        """
        Sort out the rules of one action; one for a type goes before one for all.
        """
        found: dict[tuple[EntityType, str], Rule] = {}
        ours = [rule for rule in self.rules if rule.action == action]
        for rule in sorted(ours, key=lambda rule: rule.type is None):
            key = folded_name(rule.name)
            if action == "split":
                key = f"{key}|{folded_name(rule.value)}"
            for type_ in (rule.type,) if rule.type else ENTITY_TYPES:
                other = found.setdefault((type_, key), rule)
                if other.type == rule.type and _differ(action, other, rule):
                    first, second = sorted((other.line, rule.line))
                    raise self._error(
                        second, f"line {first} says otherwise of “{_shown(rule.name)}”"
                    )
        return found

    def _follow(
        self, identity: tuple[EntityType, str], rule: Rule
    ) -> tuple[str, tuple[Rule, ...]]:
        """
        Return the name at the end of a chain of merges, and the chain.
        """
        type_, _ = identity
        chain = [rule]
        seen = {identity}
        while True:
            identity = type_, folded_name(chain[-1].value)
            if identity in seen:
                *others, last = sorted(chain, key=lambda one: one.line)
                way = " and ".join(f"line {one.line}" for one in others)
                reason = f"“{_shown(last.name)}” is merged into itself"
                raise self._error(last.line, f"{reason}{way and ', with '}{way}")
            seen.add(identity)
            if len(chain) > _LONGEST_CHAIN:
                raise self._error(
                    rule.line,
                    f"“{_shown(rule.name)}” is merged more than {_LONGEST_CHAIN} times"
                    " in a row: name the last one",
                )
            if identity not in self._merges:
                return identity[1], tuple(chain)
            chain.append(self._merges[identity])

    def _check_reach(self) -> None:
        """
        Refuse rules for names that merges leave to nobody.
        """
        for rule in self.rules:
            types = (rule.type,) if rule.type else ENTITY_TYPES
            if rule.action not in {"retype", "forbid"}:
                continue
            found = [self._merges.get((t, folded_name(rule.name))) for t in types]
            if all(found) and found[0]:
                raise self._error(
                    rule.line,
                    f"line {found[0].line} merges “{_shown(rule.name)}” into"
                    f" “{_shown(found[0].value)}”: name that one",
                )

    def _error(self, line: int, reason: str) -> AliasesError:
        return AliasesError(self._path, reason, f"line {line}")


NO_ALIASES = Aliases(())
"""The rules of an index without a file of them."""


def holds(name: str, text: str) -> bool:
    """
    Tell whether words stand side by side in a name, all of them folded.

    Example:
        >>> holds("osama bin laden", "bin laden"), holds("osama bin laden", "lad")
        (True, False)
    """
    return bool(text) and f" {text} " in f" {name} "


def read_aliases(path: Path) -> Aliases:
    """
    Read the rules of an index.

    The file is read whenever this is called, so that a change is seen at once; what it
    says is worked out anew only where it has changed.

    Args:
        path: The file; without one, there are no rules.

    Raises:
        AliasesError: The file cannot be read, or a row of it cannot be understood.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise AliasesError(str(path), "it is no file")
        with path.open("rb") as file:
            data = file.read(MAX_ALIASES_BYTES + 1)
    except FileNotFoundError:
        return NO_ALIASES
    except OSError as error:
        reason = f"it cannot be read ({error.strerror})"
        raise AliasesError(str(path), reason) from error
    return _remembered(data, str(path))


@lru_cache(maxsize=1)
def _remembered(data: bytes, path: str) -> Aliases:
    return parse_aliases(data, path)


def parse_aliases(data: bytes, path: str = "aliases.csv") -> Aliases:
    """
    Read rules from the content of a file.

    Args:
        data: UTF-8, with or without a byte order mark.
        path: The file, for errors.

    Raises:
        AliasesError: A row cannot be understood.
    """
    if len(data) > MAX_ALIASES_BYTES:
        size = f"{MAX_ALIASES_BYTES // 2**20} MB"
        raise AliasesError(path, f"the file is longer than {size}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        reason = "this is no UTF-8; save the file in that encoding"
        raise AliasesError(path, reason, f"line {line}") from error
    return Aliases(_rules(text, path), path)


def _rules(text: str, path: str) -> Iterator[Rule]:
    header = True
    count = 0
    for number, line in enumerate(_LINE_END.split(text), 1):

        def error(reason: str, number: int = number) -> AliasesError:
            return AliasesError(path, reason, f"line {number}")

        if not line.strip() or line.startswith("#"):
            continue
        cells = _cells(line, error)
        if cells[0].startswith("#"):
            continue  # as spreadsheets write a comment with a comma
        if header:
            if tuple(cell.lower() for cell in cells) != COLUMNS:
                reason = f"the first row is not {','.join(COLUMNS)}"
                if "," not in line and (";" in line or "\t" in line):
                    reason += "; what parts cells is a comma"
                raise error(reason)
            header = False
            continue
        count += 1
        if count > MAX_ALIASES_ROWS:
            raise error(f"there are more than {MAX_ALIASES_ROWS:,} rows")
        if any(cells):
            yield _rule(cells, number, error)


def _cells(line: str, error: Callable[[str], AliasesError]) -> list[str]:
    if line.count('"') % 2:
        raise error("a double quote is not closed in its line")
    try:
        (cells,) = csv.reader([line], strict=True)
    except (csv.Error, ValueError) as problem:
        raise error(f"the row is no CSV ({problem})") from problem
    cells = [cell.strip() for cell in cells]
    if len(cells) > len(COLUMNS):
        raise error(
            f"the row has {len(cells)} cells in place of {len(COLUMNS)}; a cell with a"
            " comma stands in double quotes"
        )
    return cells + [""] * (len(COLUMNS) - len(cells))


def _rule(cells: list[str], line: int, error: Callable[[str], AliasesError]) -> Rule:
    word, name, type_, value, note = cells
    action = next((one for one in _ACTIONS if one == word.lower()), None)
    if action is None:
        raise error(f"“{_shown(word)}” is no action")
    if not folded_name(name):
        raise error("the name has no word")
    if type_ and type_.lower() not in ENTITY_TYPES:
        raise error(f"“{_shown(type_)}” is no type: {', '.join(ENTITY_TYPES)}, or none")
    kind = _as_type(type_) if type_ else None
    if action == "forbid":
        if value:
            raise error("a row that forbids a name has no value")
    elif action == "retype":
        if value.lower() not in ENTITY_TYPES:
            types = ", ".join(ENTITY_TYPES)
            raise error(f"the value “{_shown(value)}” is no type: {types}")
        value = value.lower()
        if value == kind:
            raise error(f"“{_shown(name)}” is of that type already")
    elif not folded_name(value):
        raise error("the value has no word: it is the other name")
    elif folded_name(value) == folded_name(name):
        raise error(f"“{_shown(name)}” and “{_shown(value)}” are one name")
    return Rule(action, name, kind, value, note, line)


def _shown(cell: str) -> str:
    """
    Make a cell fit for a sentence: short, and without control characters.
    """
    text = "".join(c if c.isprintable() else "�" for c in cell[: _LONGEST_SHOWN + 1])
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _is_written(rule: Rule) -> bool:
    """
    Tell whether a rule is in the file.
    """
    return rule.line > 0


def _as_type(text: str) -> EntityType:
    return next(one for one in ENTITY_TYPES if one == text.lower())


def _differ(action: Action, one: Rule, other: Rule) -> bool:
    """
    Tell whether two rules for one name want different things.
    """
    match action:
        case "merge":
            return folded_name(one.value) != folded_name(other.value)
        case "retype":
            return one.value != other.value
        case _:
            return False
