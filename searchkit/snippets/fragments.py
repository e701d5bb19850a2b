"""
Fragments: where a quotation may begin and end.

A body is cut into *runs* of *units*, and a fragment is made of neighbouring units of
one run.  Where the sentences of a paragraph are short enough to be quoted, they are the
units.  A sentence that is longer than a snippet is a run of its own whose units are the
matches in it; a fragment of it is widened to the words around and says where it is cut.
So no fragment crosses a paragraph, and none is longer than a snippet may be.

Runs without a match are left out, and the sentences of a paragraph are looked for only
where something matches: a long article costs little more than a short one.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from searchkit.analysis import paragraphs, sentences_of_paragraph
from searchkit.spans import Span
from searchkit.values import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from searchkit.snippets.matches import Match

#: A line of up to so many code points without a closing mark is no running text.
_BOILERPLATE_LENGTH = 60
_CLOSING_MARKS = frozenset(".!?…:;。！？؟।")
_WORD = re.compile(r"\S+")
_QUOTES = "\"'”’»)]"
#: How far the end of a word is looked for; text without spaces is cut anywhere.
_WORD_REACH = 40
#: A fragment shorter than this share of the size takes in the sentence before it.
_SHORT = 1 / 3


class Unit(NamedTuple):
    """
    A stretch that a fragment holds whole: a sentence, or a match in a long one.

    Attributes:
        start: Where it starts in the body.
        end: Where it ends, excluded.
        first: The number of the first match that starts in it.
        last: The number behind its last match; equal to ``first`` where there is none.
    """

    start: int
    end: int
    first: int
    last: int


class Run(Value):
    """
    Neighbouring units, in order, that may stand together in a fragment.

    Attributes:
        units: One or more, of which at least one has a match.
        sentence: The long sentence that the units are matches of; ``None`` where the
            units are sentences.
        bounds: What no fragment of the run may leave.
        boilerplate: It looks like a heading, a caption or a list of links.
    """

    units: Sequence[Unit]
    sentence: Span | None
    bounds: Span
    boilerplate: bool

    def without(self, taken: Span) -> list[Run]:
        """
        Return what is left of the run when a stretch is shown already: 0 to 2 runs.
        """
        if not taken.overlaps(self.bounds):
            return [self]
        before = [unit for unit in self.units if unit.end <= taken.start]
        after = [unit for unit in self.units if unit.start >= taken.end]
        left = Span(self.bounds.start, taken.start), before
        right = Span(taken.end, self.bounds.end), after
        return [
            Run(units, self.sentence, bounds, self.boilerplate)
            for bounds, units in (left, right)
            if units and units[0].first < units[-1].last
        ]


class Fragment(NamedTuple):
    """
    A stretch of the body that may be quoted.

    Attributes:
        span: Where it stands.
        core: The part of it for which it was chosen; a repetition of that is one of
            the fragment.
        cut_start: It begins inside a sentence.
        cut_end: It ends inside a sentence.
    """

    span: Span
    core: Span
    cut_start: bool = False
    cut_end: bool = False


def runs_of(body: str, matches: Sequence[Match], size: int) -> list[Run]:
    """
    Cut a body into the runs that hold matches.

    Args:
        body: The text of an article.
        matches: In order; each starts at a code point that is not white space.
        size: Most code points of a fragment, 1 or more.

    Returns:
        Disjoint runs in order.
    """
    runs: list[Run] = []
    number = 0
    for paragraph in paragraphs(body):
        if number == len(matches):
            break
        if matches[number].span.start >= paragraph.end:
            continue
        boilerplate = looks_like_boilerplate(paragraph.cut(body))
        units: list[Unit] = []
        for sentence in sentences_of_paragraph(body, paragraph):
            first = number
            while number < len(matches) and matches[number].span.start < sentence.end:
                number += 1
            if sentence.end - sentence.start <= size:
                units.append(Unit(*sentence, first, number))
                continue
            _close(runs, units, boilerplate=boilerplate)
            units = []
            if first < number:
                inside = [
                    Unit(start, min(end, sentence.end, start + size), at, at + 1)
                    for at in range(first, number)
                    for start, end in (matches[at].span,)
                ]
                runs.append(Run(inside, sentence, sentence, boilerplate))
        _close(runs, units, boilerplate=boilerplate)
    return runs


def _close(runs: list[Run], units: list[Unit], *, boilerplate: bool) -> None:
    if units and units[0].first < units[-1].last:
        bounds = Span(units[0].start, units[-1].end)
        runs.append(Run(units, None, bounds, boilerplate))


def looks_like_boilerplate(paragraph: str) -> bool:
    """
    Tell whether a paragraph is a short line that closes without a mark.

    Example:
        >>> looks_like_boilerplate("Read more"), looks_like_boilerplate("He left.")
        (True, False)
    """
    if len(paragraph) > _BOILERPLATE_LENGTH:
        return False
    return paragraph.rstrip(_QUOTES)[-1:] not in _CLOSING_MARKS


def fragment_of(body: str, run: Run, first: int, last: int, size: int) -> Fragment:
    """
    Make a fragment of neighbouring units.

    Args:
        body: The text of an article.
        run: A run of it.
        first: The number of the first unit, which has a match.
        last: The number behind the last unit.
        size: Most code points of the fragment; the units alone are not longer.

    Returns:
        Whole sentences, with the sentence before where they are short; or, of a long
        sentence, the units with the words around them.
    """
    units = run.units
    start, end = units[first].start, max(unit.end for unit in units[first:last])
    if run.sentence is not None:
        span = _widened(body, Span(start, min(end, run.bounds.end)), run.bounds, size)
        cut_start = span.start > run.sentence.start
        return Fragment(span, span, cut_start, span.end < run.sentence.end)
    with_match = max(unit.end for unit in units[first:last] if unit.first < unit.last)
    core = Span(start, with_match)
    while (
        first and end - start < size * _SHORT and end - units[first - 1].start <= size
    ):
        first -= 1
        start = units[first].start
    return Fragment(Span(start, end), core)


def opening(body: str, size: int) -> Fragment | None:
    """
    Return the first sentences of the first paragraph that looks like running text.

    Args:
        body: The text of an article.
        size: Most code points of the fragment, 1 or more.

    Returns:
        As many whole sentences as fit, at least one, cut where it is too long;
        ``None`` where there is nothing but white space.
    """
    candidates = paragraphs(body)
    if not candidates:
        return None
    paragraph = next(
        (span for span in candidates if not looks_like_boilerplate(span.cut(body))),
        candidates[0],
    )
    sentences = sentences_of_paragraph(body, paragraph)
    start, end = sentences[0]
    if end - start > size:
        word = _WORD.match(body, start)
        assert word is not None  # a sentence does not begin with white space
        core = Span(start, min(word.end(), start + size))
        span = _widened(body, core, sentences[0], size)
        return Fragment(span, span, cut_end=True)
    for sentence in sentences:
        if sentence.end - start > size:
            break
        end = sentence.end
    return Fragment(Span(start, end), Span(start, end))


def _widened(body: str, core: Span, bounds: Span, size: int) -> Span:
    """
    Take in the words around a stretch, evenly where there is room on both sides.
    """
    spare = max(size - (core.end - core.start), 0)
    room_before, room_after = core.start - bounds.start, bounds.end - core.end
    before = min(room_before, max(spare // 2, spare - room_after))
    start, end = core.start - before, min(core.end + spare - before, bounds.end)
    if start > bounds.start:
        start = _word_start(body, start, core.start)
    if end < bounds.end:
        end = _word_end(body, end, core.end)
    while start < core.start and body[start].isspace():
        start += 1
    while end > start + 1 and body[end - 1].isspace():
        end -= 1
    return Span(start, end)


def _word_start(body: str, position: int, limit: int) -> int:
    """
    Move right to the start of a word; stay where none is near.
    """
    if position >= limit or body[position - 1].isspace():
        return position
    for start in range(position, min(limit, position + _WORD_REACH)):
        if body[start].isspace():
            return start + 1
    if limit - position < _WORD_REACH:
        return limit
    while position < limit and _continues(body[position]):
        position += 1
    return position


def _word_end(body: str, position: int, limit: int) -> int:
    """
    Move left to the end of a word; stay where none is near.
    """
    if position <= limit or body[position].isspace():
        return position
    for end in range(position - 1, max(limit, position - _WORD_REACH), -1):
        if body[end].isspace():
            return end
    if position - limit < _WORD_REACH:
        return limit
    while position > limit and _continues(body[position]):
        position -= 1
    return position


def _continues(character: str) -> bool:
    return unicodedata.category(character).startswith("M") or character == "\u200d"
