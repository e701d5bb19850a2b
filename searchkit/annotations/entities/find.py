"""
Candidates: runs of capitalised words that may hold names.

A run is a row of :class:`Word` within one sentence.  Two neighbours belong to one run
when what stands between them is a space, or one of the small words that names hold:
"of", "and", "for", "de", "bin", "van der" ….  A run is the material for names, no name
yet: ``searchkit.annotations.entities.classify`` cuts it ("President Ashraf Ghani of
Afghanistan") into what it names.

Each character is looked at a bounded number of times, whatever the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from searchkit.analysis.sentences import sentences
from searchkit.annotations.entities.gazetteer import comparable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from searchkit.annotations.entities.gazetteer import Gazetteer


class Joint(IntEnum):
    """
    What joins a word to the one before it.
    """

    NONE = 0
    """Nothing: the run begins here."""
    SPACE = 1
    """A space, a dot after an abbreviation, or both."""
    NAME = 2
    """A particle inside names of people and places: "bin", "de la", "van"."""
    OF = 3
    """ "of", "for" and the like, with or without "the"."""
    AND = 4
    """ "and" or "&"."""
    POSSESSIVE = 5
    """The possessive ending of the word before: "Pakistan's"."""
    COMMA = 6
    """A comma ("Ministry of Education, Science and Culture"), or a small word that
    only known names hold ("Save the Children")."""


class Shape(IntEnum):
    """
    How a line is written.
    """

    PROSE = 0
    """Capital letters mark names."""
    TITLE_CASE = 1
    """A headline whose words nearly all begin with a capital letter."""
    CAPITALS = 2
    """A line all in capital letters."""


LONGEST_RUN = 32
"""Longest run, in words; a longer row of capitalised words is cut there."""


@dataclass(slots=True)
class Word:
    """
    One capitalised word.

    Attributes:
        start: Where it begins in the text.
        end: Where it ends, without possessive ending.
        text: The word.
        joint: What joins it to the word before.
        opens: It opens a sentence or a quotation, where any word has a capital letter.
    """

    start: int
    end: int
    text: str
    joint: Joint
    opens: bool


@dataclass(slots=True)
class Run:
    """
    Neighbouring words, and how the line they stand in is written.
    """

    words: list[Word]
    shape: Shape


#: Capital letters of the Latin, Greek, Cyrillic and Armenian scripts.
_UPPER = "".join(
    chr(code)
    for first, last in ((0x41, 0x588), (0x1E00, 0x2000))
    for code in range(first, last)
    if chr(code).isupper()
)

#: Letters with dots ("U.S.", "J."), or a word with inner quotes and hyphens ("O'Brien",
#: "Jean-Pierre", "AT&T"), perhaps with an article or a particle of its own before it
#: ("al-Qaeda", "d'Ivoire", "bin Laden"), which stands without the name before it, too.
_WORD = re.compile(
    rf"""
    (?<![\w.])(?:[{_UPPER}]\.){{1,8}}+(?:[{_UPPER}](?!\w))?+
    | (?<!\w)(?:(?:bin|ibn|al|von[ ]der|von|van[ ]der|van[ ]den|de|da|di|du)[ ])?+
      (?:(?:al|el|an|ar|as|ash|ad|at|ul|ur|d|l)[-'’])?+
      [{_UPPER}]\w*+(?:['’&\-‑](?=\w)\w++)*+
    """,
    re.VERBOSE,
)
_POSSESSIVE = re.compile(r"['’][sS]\Z")
#: A possessive that has lost the space behind it: "Zarnik'srepeated".
_RUN_ON = re.compile(r"(\w{3,})['’]s[a-z]{3,}\Z")
_SENTENCE_OPENING = re.compile(r"[^\w\s]*+(?:\d{1,3}[.)])?[^\w]*+")
#: What stands before a word in accounts and addresses: "@zarnik", "example.org/Zarnik".
_LINKS = frozenset("@/_")
_LONGEST_HOST = 60
#: The sign of a share: "Zentrix Inc <ZTX.N>", "Zentrix Inc (ZTX.N)".
_SHARE = re.compile(r"[<\[][A-Z]{1,5}(?:\.[A-Z]{1,2})?[>\]]|\([A-Z]{1,5}\.[A-Z]{1,2}\)")
_SHARE_OPENERS = frozenset("<[(")
_TAIL = re.compile(r"[-‑]([a-z]\w*)\Z")

_JOINTS: dict[str, Joint] = {
    **dict.fromkeys((" ", "\u00a0", "  ", " \u00a0"), Joint.SPACE),
    **{
        f" {particle} ": Joint.NAME
        for particle in (
            "bin", "ibn", "bint", "ben", "al", "el", "ul", "ur", "de", "de la", "del",
            "de los", "de las", "da", "das", "do", "dos", "du", "des", "di", "della",
            "la", "le", "van", "van der", "van den", "van de", "von", "von der",
            "von und zu", "der", "den", "ter", "ten", "y", "e", "es", "sur", "upon",
            "ed-", "ez-",
        )
    },
    **{
        f" {word}{article} ": Joint.OF
        for word in ("of", "for", "on", "against", "in", "to", "without", "under")
        for article in ("", " the")
    },
    " and ": Joint.AND,
    " and the ": Joint.AND,
    " & ": Joint.AND,
    " &amp; ": Joint.AND,
    ", ": Joint.COMMA,
    " the ": Joint.COMMA,
    ", and ": Joint.AND,
}  # fmt: skip
_LONGEST_JOINT = max(map(len, _JOINTS))

#: Abbreviations in names; the dot after one ends no run.
_ABBREVIATIONS = frozenset(
    """
    adm amb brig capt cmdr col cpl dr fr gen gov hon lt maj messrs mr mrs ms mt pres
    prof rep reps rev sec sen sens sgt spc st ft supt engr jr sr inc corp co ltd no
    """.split()
)

#: Lower-case tails after a hyphen that belong to no name: "Kabul-based".
_COMMON_TAILS = frozenset(
    """
    area era style type wide born run made led bound like speaking held friendly free
    level only owned occupied installed aligned affiliated linked backed based
    """.split()
)
#: "Kabul-leaning"; shorter ones are syllables of Chinese names ("Wing-ling").
_SHORTEST_PARTICIPLE = 6
#: First halves of adjectives of two nations: "Sino-US".
_COMBINING = frozenset(
    "Afro Anglo Austro Euro Franco Greco Indo Italo Nippo Pan Russo Sino Trans".split()
)
#: A headline is no longer than this many characters.
_LONGEST_HEADLINE = 200
_ANY_WORD = re.compile(r"[^\W\d_]{4,}")
_NICKNAME_GAP = 2
_AFTER_NICKNAME = frozenset(('" ', "” ", "' ", "’ "))
QUOTES = "\"“‘«'(["

NONE_JOINED: Mapping[str, int] = MappingProxyType({})


def runs(
    text: str,
    gazetteer: Gazetteer,
    *,
    headline: bool = False,
    joined: Mapping[str, int] = NONE_JOINED,
) -> Iterator[Run]:
    """
    Find all runs of capitalised words.

    Args:
        text: Any text.
        gazetteer: Splits "India-Pakistan" where it knows both parts.
        headline: The text is a headline: it may be written in title case even
            where it ends in a full stop.
        joined: Words that lost spaces have run together, and the length of the name
            that each begins with.

    Yields:
        Runs in order.  Words do not overlap, and no run crosses a sentence.
    """
    for sentence in sentences(text):
        stretch = sentence.cut(text)
        words = list(_words(text, *sentence, gazetteer, joined))
        if words:
            shape = _shape(stretch, headline=headline)
            first = 0
            for at in range(1, len(words)):
                joint, length = words[at].joint, at - first
                if (
                    joint is Joint.NONE
                    or (joint is Joint.COMMA and length >= LONGEST_RUN // 2)
                    or length == LONGEST_RUN
                ):
                    yield Run(words[first:at], shape)
                    first = at
            yield Run(words[first:], shape)


def _words(
    text: str, start: int, end: int, gazetteer: Gazetteer, joined: Mapping[str, int]
) -> Iterator[Word]:
    opening = _SENTENCE_OPENING.match(text, start, end)
    opens_at = opening.end() if opening else start
    last: Word | None = None
    listed_until = 0
    for match in _WORD.finditer(text, start, end):
        if text.startswith("$", match.end()):
            continue  # "US$ 5"
        before = text[match.start() - 1 : match.start()]
        if before in _LINKS and _is_link(text, match):
            continue
        if before in _SHARE_OPENERS:
            share = _SHARE.match(text, match.start() - 1)
            listed_until = share.end() if share else 0
        if match.start() < listed_until:
            continue
        for a, b in _parts(match[0], match.start(), gazetteer):
            word = text[a:b]
            if joined and (length := joined.get(word)):
                b, word = a + length, word[:length]  # noqa: PLW2901 - the name alone
            joint = _joint(text, last, a) if last else Joint.NONE
            opens = a == opens_at or (a > start and _after_opening(text, a))
            if last and joint is Joint.NONE and _nickname(text, last, a, b):
                joint, opens = Joint.SPACE, False
            tail = _POSSESSIVE.search(word)
            if run_on := _RUN_ON.match(word):
                b = a + run_on.end(1)  # noqa: PLW2901 - the name alone
                tail, word = None, text[a:b]
            cut = b - 2 if tail and len(word) > 2 else b
            if tail and _is_possessive_name(word, gazetteer):
                cut = b
            last = Word(a, cut, text[a:cut], joint, opens)
            yield last


def _is_possessive_name(word: str, gazetteer: Gazetteer) -> bool:
    """
    Tell whether the ending is a part of a known name: "Moody's".
    """
    straight = comparable(word)
    return straight in gazetteer.entries or straight in gazetteer.capitals


def _is_link(text: str, match: re.Match[str]) -> bool:
    """
    Tell whether a word is the name of an account, or a part of an address.
    """
    at = match.start() - 1
    if text[at] in "@_":
        return True
    before = text[max(0, at - _LONGEST_HOST) : at].rpartition(" ")[2]
    return "." in before and not before.endswith(".")


def _parts(word: str, start: int, gazetteer: Gazetteer) -> Iterator[tuple[int, int]]:
    """
    Take a word with hyphens apart where its parts are no one name.
    """
    end = start + len(word)
    if "-" not in word and "‑" not in word:
        yield start, end
        return
    if gazetteer.find(word):
        yield start, end
        return
    tail = _TAIL.search(word)
    if tail and (
        tail[1] in _COMMON_TAILS
        or (len(tail[1]) >= _SHORTEST_PARTICIPLE and tail[1].endswith(("ed", "ing")))
    ):
        yield start, start + tail.start()
        return
    head, _, rest = word.partition("-")
    if rest and rest[0].isupper():
        both = [
            (part in gazetteer.demonyms or part in _COMBINING, gazetteer.find(part))
            for part in (head, rest)
        ]
        if all(adjective or known for adjective, known in both):
            # "India-Pakistan" are two names, "Sino-US" holds one.
            if not both[0][0]:
                yield start, start + len(head)
            if not both[1][0]:
                yield start + len(head) + 1, end
            return
    yield start, end


def _joint(text: str, last: Word, start: int) -> Joint:
    if start - last.end > _LONGEST_JOINT + 3:
        return Joint.NONE
    gap = text[last.end : start]
    joint = _JOINTS.get(gap)
    if joint is not None:
        return joint
    if gap[:2] in {"'s", "’s", "'S", "’S"} and gap[2:].isspace() and "\n" not in gap:
        return Joint.POSSESSIVE
    if gap in {". ", ".\u00a0"} and last.text.lower() in _ABBREVIATIONS:
        return Joint.SPACE
    if gap in {"", "-"} and last.text.endswith("."):
        # "J.Smith" is one name; "U.S.-Taliban" are two.
        return Joint.SPACE if not gap and len(last.text) > 1 else Joint.NONE
    return Joint.NONE


def _nickname(text: str, last: Word, start: int, end: int) -> bool:
    """
    Tell whether a word in quotes, or the one behind it, goes on with a person's name.

    Example: Tor "Zed" Zarnik.
    """
    gap = text[last.end : start]
    if len(gap) != _NICKNAME_GAP or last.joint is Joint.OF:
        return False
    if gap[0] == " " and gap[1] in QUOTES:
        return text[end : end + 2] in _AFTER_NICKNAME and (
            text[end + 2 : end + 3].isupper()
        )
    return (
        gap in _AFTER_NICKNAME
        and last.joint is Joint.SPACE
        and not last.opens
        and (text[last.start - 1] in QUOTES)
    )


def _after_opening(text: str, start: int) -> bool:
    before = text[start - 1]
    return before in QUOTES or (
        before == " " and start > 1 and text[start - 2] in ":•–—"
    )


def _shape(sentence: str, *, headline: bool) -> Shape:
    if sentence.isupper() and len(sentence) > _LONGEST_IN_PROSE:
        return Shape.CAPITALS
    if not headline and (
        len(sentence) > _LONGEST_HEADLINE or sentence[-1] in '.…:;,"”'
    ):
        return Shape.PROSE
    long_words = _ANY_WORD.findall(sentence)
    large = sum(word[0].isupper() for word in long_words)
    # "Long Live Zarnik!" is a cry, and names may be most of a short question.
    least = 5 if sentence[-1] in "!?" and not headline else 4
    if len(long_words) >= least and large >= 0.8 * len(long_words):
        return Shape.TITLE_CASE
    return Shape.PROSE


#: A line of capitals that is no longer may be an acronym on its own.
_LONGEST_IN_PROSE = 8
