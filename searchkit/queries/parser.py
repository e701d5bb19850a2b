"""
The parser: from tokens to a query tree.

Nothing that a person types is an error.  What cannot be understood is set aside or read
as plain words, and a note says so.  The grammar is ``docs/specs/query-grammar.md``.

The parser keeps its own stack of groups, so that no number of parentheses can exhaust
Python's.  A group collects alternatives (joined by OR) and, of these, conjuncts (all
else): OR binds tighter than the AND between two words.

Limits are measured on the tree, not on what was typed, so that a tree which was printed
is read again whole: superfluous parentheses do not count.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from searchkit.analysis import STOP_WORDS, fold
from searchkit.queries import remarks
from searchkit.queries.leaves import leaves_of
from searchkit.queries.lexer import (
    FIELD_NAMES,
    OPERATORS,
    FieldName,
    Lexer,
    Token,
    TokenKind,
)
from searchkit.queries.patterns import lazily
from searchkit.queries.tree import (
    And,
    DateRange,
    Exact,
    Not,
    Nothing,
    Or,
    Query,
    Word,
    all_of,
    any_of,
    negated,
)
from searchkit.settings import MAX_QUERY_DEPTH, MAX_QUERY_LEAVES, MAX_QUERY_LENGTH
from searchkit.values import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from searchkit.queries.dates import ReferenceDay
    from searchkit.queries.notes import Note

#: Read as blanks: control characters, marks of the writing direction, half code points.
_UNREADABLE = lazily(
    "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\ud800-\udfff]"
)


class ParsedQuery(Value):
    """
    A query string and what it means.

    Attributes:
        text: The string as typed.
        tree: A normal tree; ``str(tree)`` parses to an equal one.
        notes: What was set aside or read as plain words, in the order of the string.
    """

    text: str
    tree: Query
    notes: tuple[Note, ...] = ()


def parse(
    text: str, *, reference: Callable[[], ReferenceDay | None] = lambda: None
) -> ParsedQuery:
    """
    Understand a query string.

    Args:
        text: Anything.
        reference: Returns the day that relative dates count from, if there is one; it
            is asked only where there are any.

    Returns:
        Its tree, which is ``Nothing`` where there is nothing to search for, and notes.

    Example:
        >>> parsed = parse("the withdrawal place:Kabul OR place:Herat dates:2021")
        >>> print(parsed.tree)
        withdrawal (place:"Kabul" OR place:"Herat") dates:2021
        >>> print(*parsed.notes)
        “the” was skipped as a common word
    """
    length, cut = MAX_QUERY_LENGTH, 0
    while True:
        read = _readable(_shortened(text, length))
        tree, notes = _plain(read) or _Parser(read, reference).parse()
        excess = len(str(tree)) - MAX_QUERY_LENGTH
        if excess <= 0:
            break
        # Printed, a tree can be longer than what was typed: it spells out both dates.
        cut = max(excess, 2 * cut)
        length = max(0, len(read) - cut)
    rest = text[len(read) :]
    if rest and not rest.isspace():
        notes.insert(0, remarks.too_long(read, _readable(rest[:1000])))
    return ParsedQuery(text, tree, tuple(dict.fromkeys(notes)))


def _plain(text: str) -> tuple[Query, list[Note]] | None:
    """
    Read a query of words alone, as most are, in a fifth of the time.

    Returns:
        ``None`` where anything else is in it.
    """
    words = text.split()
    if (
        not 0 < len(words) <= MAX_QUERY_LEAVES
        or not OPERATORS.isdisjoint(words)
        or not all(map(str.isalnum, words))
    ):
        return None
    return _telling(all_of([Word(word) for word in words]))


def _telling(tree: Query) -> tuple[Query, list[Note]]:
    """
    Leave out the stop words, and say which.
    """
    tree, skipped = _without_stop_words(tree)
    if not skipped:
        return tree, []
    return tree, [remarks.stop_words(list(dict.fromkeys(skipped)))]


def _readable(text: str) -> str:
    # What can be printed has none of those characters.
    return text if text.isprintable() else _UNREADABLE().sub(" ", text)


def _shortened(text: str, length: int) -> str:
    """
    Cut a text to a length, if possible between two words.
    """
    if len(text) <= length:
        return text
    words = re.match(r".*\s", text[: length + 1], re.DOTALL)
    at_blank = words.end() - 1 if words else 0
    return text[: at_blank if length - at_blank < 100 else length]


class _Pending:
    """
    What stands before the next word, phrase or group and acts on it.
    """

    __slots__ = ("field", "field_text", "negated", "operator", "required")

    def __init__(self) -> None:
        self.negated = False
        self.required = False
        self.operator = ""
        self.field: FieldName | None = None
        self.field_text = ""


class _Group:
    """
    What was read so far of the query, or of a group in parentheses.

    Args:
        field: The field of every value inside that has none of its own.
        required: A plus stands before the group.
    """

    def __init__(self, field: FieldName | None = None, *, required: bool = False):
        self.field = field
        self.required = required
        self.conjuncts: list[Query] = []
        #: Joined by OR; they become the next conjunct.
        self.alternatives: list[Query] = []
        #: AND or OR, where nothing stands behind it yet.
        self.joint = ""
        self.pending = _Pending()
        self.touched = False


class _Parser:
    """
    Reads one query string, once.
    """

    def __init__(self, text: str, reference: Callable[[], ReferenceDay | None]) -> None:
        self._text = text
        self._reference = reference
        self._lexer = Lexer(text)
        self._notes: list[Note] = []
        self._groups = [_Group()]
        self._leaf_count = 0
        self._is_full = False

    def parse(self) -> tuple[Query, list[Note]]:
        while (token := self._lexer.next(self._field)) is not None:
            self._read(token)
            if self._is_full:
                break
        if len(self._groups) > 1 and not self._is_full:
            self._note(remarks.unclosed_parenthesis())
        while len(self._groups) > 1:
            self._close()
        tree = self._finished(self._groups[0])
        if tree is None:
            self._note_emptiness()
            return Nothing(), self._notes
        tree, notes = _telling(tree)
        self._notes += notes
        if isinstance(tree, Nothing):
            self._note(remarks.excludes_everything(self._text.strip()))
        return tree, self._notes

    @property
    def _field(self) -> FieldName | None:
        group = self._groups[-1]
        return group.pending.field or group.field

    def _note(self, note: Note) -> None:
        self._notes.append(note)

    def _note_emptiness(self) -> None:
        text = self._text.strip()
        if not text:
            self._note(remarks.empty())
        elif not self._notes:
            self._note(remarks.no_words(text))

    def _read(self, token: Token) -> None:
        group = self._groups[-1]
        group.touched = group.touched or token.kind is not TokenKind.CLOSE
        pending = group.pending
        match token.kind:
            case TokenKind.OPEN:
                required = pending.required or group.required
                self._groups.append(_Group(self._field, required=required))
            case TokenKind.CLOSE if len(self._groups) == 1:
                self._note(remarks.stray_parenthesis())
            case TokenKind.CLOSE:
                if not group.touched:
                    self._note(remarks.empty_parentheses())
                self._close()
            case TokenKind.OPERATOR if token.text == "NOT":
                pending.negated = not pending.negated
                pending.operator = token.text
            case TokenKind.OPERATOR if token.attached:  # title:OR
                self._note(remarks.lonely_operator(token.text))
            case TokenKind.OPERATOR:
                self._join_next(token.text)
            case TokenKind.SIGNS:
                pending.negated ^= token.text.count("-") % 2 == 1
                pending.required = pending.required or "+" in token.text
            case TokenKind.FIELD:
                if pending.field:
                    note = remarks.field_before_field(pending.field_text, token.text)
                    self._note(note)
                pending.field = FIELD_NAMES[token.text[:-1].lower()]
                pending.field_text = token.text
            case TokenKind.SUFFIX:
                self._note(remarks.suffix(token.text))
            case TokenKind.PHRASE | TokenKind.VALUE:
                self._read_value(token)

    def _read_value(self, token: Token) -> None:
        group = self._groups[-1]
        pending = group.pending
        leaves, notes = leaves_of(
            token,
            self._field,
            required=pending.required or group.required,
            denied=pending.negated,
            reference=self._reference,
        )
        room = MAX_QUERY_LEAVES - self._leaf_count
        if len(leaves) > room:
            # Of words that are left out together, some alone would leave out too much.
            room = 0 if pending.negated else room
            self._note(
                remarks.too_many_leaves(str(leaves[room]) if room else token.text)
            )
            self._is_full = True
            leaves = leaves[:room]
            if not leaves:
                group.pending, group.joint = _Pending(), ""
                return
        self._leaf_count += len(leaves)
        if not token.closed:
            remark = remarks.unclosed_quotation(token.text)
            self._note(remark if token.text else remarks.empty_quotation())
        self._notes += notes
        if leaves:
            self._add(all_of(leaves))
        elif notes:
            self._add(None)
        elif token.attached or token.kind is TokenKind.PHRASE:
            self._drop_pending(group)
            self._add(None)
        # Else it is a dash or the like between two words, and counts for nothing.

    def _join_next(self, operator: str) -> None:
        """
        Read AND or OR.
        """
        group = self._groups[-1]
        self._drop_pending(group)
        if group.alternatives:
            group.joint = operator
        elif operator == "OR" or not group.conjuncts:
            self._note(remarks.lonely_operator(operator))

    def _drop_pending(self, group: _Group) -> None:
        """
        Forget operators and fields that nothing follows.
        """
        pending = group.pending
        if group.joint:
            self._note(remarks.lonely_operator(group.joint))
        if pending.operator:
            self._note(remarks.lonely_operator(pending.operator))
        if pending.field:
            self._note(remarks.lonely_field(pending.field_text))
        group.pending, group.joint = _Pending(), ""

    def _add(self, query: Query | None) -> None:
        """
        Put what was read behind operators and fields into the innermost group.

        Args:
            query: ``None`` where it was set aside; what acted on it goes with it.
        """
        group = self._groups[-1]
        if query is None or group.joint != "OR":
            self._end_alternatives(group)
        if query is not None:
            group.alternatives.append(
                negated(query) if group.pending.negated else query
            )
        group.pending, group.joint = _Pending(), ""

    def _end_alternatives(self, group: _Group) -> None:
        if group.alternatives:
            group.conjuncts.append(self._joined(any_of, group.alternatives))
            group.alternatives = []

    def _close(self) -> None:
        query = self._finished(self._groups.pop())
        self._add(query)

    def _finished(self, group: _Group) -> Query | None:
        if not self._is_full:
            self._drop_pending(group)
        self._end_alternatives(group)
        if not group.conjuncts:
            return None
        return self._joined(all_of, group.conjuncts)

    def _joined(
        self, join: Callable[[Iterable[Query]], Query], queries: list[Query]
    ) -> Query:
        """
        Join queries, and leave out parentheses where too many stand in each other.
        """
        tree = join(queries)
        if len(queries) > 1 and _depth(tree) > MAX_QUERY_DEPTH + 1:
            self._note(remarks.too_deep())
            children = tree.children if isinstance(tree, And | Or) else (tree,)
            tree = join(part for child in children for part in _opened(child))
        return tree


def _depth(tree: Query) -> int:
    """
    Count the groups that stand inside each other, the outermost included.
    """
    match tree:
        case And(children) | Or(children):
            return 1 + max(map(_depth, children))
        case Not(child):
            return _depth(child)
        case _:
            return 0


def _opened(tree: Query) -> Iterable[Query]:
    """
    Take a group that is too deep apart; any other query stays whole.
    """
    if _depth(tree) <= MAX_QUERY_DEPTH:
        return (tree,)
    match tree:
        case Not(And(children) | Or(children)):
            return [negated(child) for child in children]
        case And(children) | Or(children):
            return children
        case _:
            return (tree,)


def _without_stop_words(tree: Query) -> tuple[Query, list[str]]:
    """
    Leave out stop words that stand beside something with more to say.

    Filters and negations say nothing about what an article should contain, so that
    beside these alone stop words stay.

    Returns:
        The tree, which is normal, and the words as typed.
    """
    match tree:
        case And(children) | Or(children):
            pairs = [_without_stop_words(child) for child in children]
            parts = [part for part, _ in pairs]
            skipped = [word for _, words in pairs for word in words]
            if isinstance(tree, Or):
                return any_of(parts), skipped
            if not all(
                isinstance(x, Not | DateRange | Exact) or _is_stop_word(x)
                for x in parts
            ):
                skipped += [str(part) for part in parts if _is_stop_word(part)]
                parts = [part for part in parts if not _is_stop_word(part)]
            return all_of(parts), skipped
        case Not(child):
            part, skipped = _without_stop_words(child)
            return negated(part), skipped
        case _:
            return tree, []


def _is_stop_word(query: Query) -> bool:
    if not isinstance(query, Word) or query.field is not None:
        return False
    return fold(query.text) in STOP_WORDS
