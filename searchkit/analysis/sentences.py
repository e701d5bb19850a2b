"""
Sentences: where one ends and the next begins.

A paragraph is a line; a sentence never crosses a line break.  Within a paragraph a
sentence ends at ``.``, ``!``, ``?`` or ``…`` (and their full-width forms), with any
quotes and brackets that close behind it, where white space follows and

- the dot does not belong to an abbreviation ("Gen.", "Mr."), to an initial ("J."), to
  letters joined by dots ("U.S.") or to a number before a lower-case word, and
- what follows can open a sentence: a capital letter, a digit, a quote or a bracket, or
  a letter of a script that has no capitals.

"U.S." and abbreviations such as "Inc." or "a.m." may well end a sentence; they do where
a word follows that opens sentences more often than it continues names ("The", "He",
"In").  The rules are for English; in other languages they only make longer sentences.
"""

from __future__ import annotations

import re
from functools import cache

from searchkit.spans import Span

BEFORE_NAMES = frozenset(
    """
    adm amb atty brig capt cmdr col cpl det dr ens fr gen gov hon insp lt maj messrs
    mlle mme mr mrs ms mt mx pfc pres prof pvt rep rev sen sgt st supt
    vs v cf eg ie viz no nos fig figs vol vols pp art sec ch
    """.split()
)
"""Abbreviations that a name or a number follows: they never end a sentence."""

ANYWHERE = frozenset(
    """
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs
    fri sat sun inc corp co ltd llc plc bros jr sr esq dept univ assn ave blvd rd
    est approx etc al ph.d a.m p.m ft lb lbs oz km kg hrs min mins sq
    ariz calif colo conn del fla ill ind kan mass md mich minn miss mo mont neb nev
    okla ore penn pa tenn tex va vt wash wis wyo
    """.split()
)
"""Abbreviations that may also close a sentence."""

OPENERS = frozenset(
    """
    a after all also although an and another as at because before both but by despite
    during each even every few following for from he her here his how however i if in
    instead it its last later many meanwhile more most much my no nor not now of on
    once one only or other our over several she since so some still such that the
    their then there these they this those though thus to today tomorrow two under
    until we what when where whether which while who why with without yesterday yet you
    """.split()
)
"""Words that open a sentence far more often than they continue a name."""

#: Longest stretch that is looked at to the left of a dot; abbreviations are short.
_LOOK_BACK = 24


def paragraphs(text: str) -> list[Span]:
    r"""
    Return the lines of a text that hold more than white space, trimmed.

    Args:
        text: Any text.

    Returns:
        Disjoint spans in order.

    Example:
        >>> [span.cut("One.\n\n  Two. ") for span in paragraphs("One.\n\n  Two. ")]
        ['One.', 'Two.']
    """
    return [
        trimmed
        for line in _line().finditer(text)
        if (trimmed := _trim(text, *line.span()))
    ]


def sentences(text: str) -> list[Span]:
    """
    Cut a text into sentences.

    Args:
        text: Any text.

    Returns:
        Disjoint spans in order, without white space at their edges.  Together they
        hold every character of ``text`` that is not white space.

    Example:
        >>> text = "Gen. Miller left. The U.S. command stayed."
        >>> [span.cut(text) for span in sentences(text)]
        ['Gen. Miller left.', 'The U.S. command stayed.']
    """
    found: list[Span] = []
    for paragraph in paragraphs(text):
        found.extend(sentences_of_paragraph(text, paragraph))
    return found


def sentences_of_paragraph(text: str, paragraph: Span) -> list[Span]:
    """
    Cut one paragraph into sentences.

    Args:
        text: The whole text.
        paragraph: One of its :func:`paragraphs`.

    Returns:
        Disjoint spans of ``text`` in order that share both ends with ``paragraph``.
    """
    found: list[Span] = []
    start = paragraph.start
    for end in _end().finditer(text, *paragraph):
        if end["gap"] and _closes(text, start, end):
            found.append(Span(start, end.start("gap")))
            start = end.end("gap")
    found.append(Span(start, paragraph.end))
    return found


def _closes(text: str, start: int, end: re.Match[str]) -> bool:
    following = end["next"]
    if following.islower() and not end["open"]:
        return False
    if end["mark"] != ".":
        return True
    window = text[max(start, end.start() - _LOOK_BACK) : end.start()]
    match = _word_before().search(window)
    assert match is not None  # the pattern matches the empty string
    word = match[0].lstrip("'’.-")
    lower = word.lower()
    if end["close"] or end["open"].startswith(('"', "“", "«")):
        return True
    if lower in BEFORE_NAMES:
        # "No." closes a sentence as an answer; before a number it abbreviates.
        return lower == "no" and not following.isdigit()
    initial = len(word) == 1 and word.isalpha() and word.isupper()
    if initial or lower in ANYWHERE or "." in word:
        after = _word_after().match(text, end.start("next"))
        assert after is not None  # the look-ahead has seen a word character
        return after[0].lower() in OPENERS and not (initial and after[0] == "I")
    return True


def _trim(text: str, start: int, end: int) -> Span | None:
    stretch = text[start:end]
    stripped = stretch.strip()
    if not stripped:
        return None
    start += len(stretch) - len(stretch.lstrip())
    return Span(start, start + len(stripped))


@cache
def _end() -> re.Pattern[str]:
    """
    Return a pattern for runs of marks; ``gap`` is set where a sentence may end there.

    Each run is matched as a whole, whatever follows, so that none is tried twice; it
    begins with a class of characters, so that the search for it is fast.
    """
    return re.compile(
        r"""
        (?P<mark>[.!?…。！？][.!?…。！？]*+)
        (?:
            (?P<close>["'”’»)\]]{0,3})      # quotes and brackets that close behind it
            (?P<gap>\s++)
            (?=(?P<open>["'“‘«(\[¿¡]{0,3})(?P<next>\w))
        )?
        """,
        re.VERBOSE,
    )


@cache
def _word_before() -> re.Pattern[str]:
    return re.compile(r"[\w.'’&-]*\Z")


@cache
def _word_after() -> re.Pattern[str]:
    return re.compile(r"\w+")


@cache
def _line() -> re.Pattern[str]:
    return re.compile(r"[^\r\n\v\f\u2028\u2029\x85]+")
