"""
Features: what the model is told about a candidate.

A candidate is described by *slots*, pairs of a slot's name and a value:

==============================  ====================================================
``rule``                        what the rules say: type and weight
``words`` ``shape`` ``opens``   how many words, how they are written, whether a
``titled`` ``everyday``         sentence begins with them, whether a title stands
                                before, whether it is a common word
``first`` ``last`` ``middle``   its words, if there are several
``first lower`` ``last lower``  the article has these in lower case, too
``only`` ``length`` ``lower``   its word, if it is one; its length; the article has
                                it in lower case, too
``town``                        the whole is the name of a town of several words
``last of`` ``first of``        the article has a longer candidate that ends, or
                                begins, with this word, and the rules say so of it
``-2`` ``-1`` ``+1`` ``+2``     the words around it, in its line
``possessive``                  "'s" follows
==============================  ====================================================

:func:`expand` turns one slot into features: the word, how it is written, the lists and
cues that have it.  A feature is a string such as ``-1=said``.  All that a slot says is
a function of its value, so that the model can add it up once for each word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from searchkit.annotations.entities import cues
from searchkit.annotations.entities.gazetteer import comparable, load_gazetteer
from searchkit.annotations.entities.listed import load_listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from searchkit.annotations.entities.candidates import Candidate

#: Characters on each side that the words around a candidate are looked for in.
_WINDOW = 45
_TOKEN = re.compile(r"[\w’'&.-]+|[^\w\s]")
_UPPER = re.compile(r"[A-Z]+")
_LOWER = re.compile(r"[a-z]+")
_DIGITS = re.compile(r"\d+")
_LONGEST_SHAPE = 6
#: Names of more words are as good as this many.
_MOST_WORDS = 5
_MOST_LETTERS = 9
#: What stands for a line's edge.
EDGE = "|"

_NAME_SLOTS = frozenset({"first", "last", "middle", "only"})
_CONTEXT_SLOTS = frozenset({"-2", "-1", "+1", "+2"})

_CUES: dict[str, list[str]] = {}
for _label, _words in (
    ("place before", cues.PLACE_BEFORE),
    ("place kind", cues.PLACE_KIND_BEFORE),
    ("place after", cues.PLACE_AFTER),
    ("person after", cues.PERSON_AFTER),
    ("org after", cues.ORG_AFTER),
    ("org before", cues.ORG_BEFORE),
    ("relative", cues.RELATIVES),
):
    for _word in _words:
        _CUES.setdefault(_word, []).append(_label)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """
    What a candidate's article says about it elsewhere.

    Attributes:
        in_lower_case: Tells whether a word occurs in lower case.
        last_of: Last words of candidates of several words, and the first of these.
        first_of: The same for first words.
    """

    in_lower_case: Callable[[str], bool]
    last_of: dict[str, Candidate]
    first_of: dict[str, Candidate]


def surroundings(
    candidates: Iterable[Candidate], in_lower_case: Callable[[str], bool]
) -> Surroundings:
    """
    Look over all candidates of an article.
    """
    last_of: dict[str, Candidate] = {}
    first_of: dict[str, Candidate] = {}
    for candidate in candidates:
        if " " in candidate.key:
            last_of.setdefault(candidate.key.rpartition(" ")[2], candidate)
            first_of.setdefault(candidate.key.partition(" ")[0], candidate)
    return Surroundings(in_lower_case, last_of, first_of)


def slots(
    text: str, candidate: Candidate, around: Surroundings
) -> list[tuple[str, str]]:
    """
    Describe one candidate.

    Args:
        text: The text that it stands in.
        candidate: As the rules left it.
        around: What :func:`surroundings` found in its article.

    Returns:
        Slots and their values, as the module says.
    """
    key = candidate.key
    words = key.split()
    found = [
        ("rule", _said(candidate)),
        ("words", str(min(len(words), _MOST_WORDS))),
        ("shape", " ".join(map(shape, words[:_MOST_WORDS]))),
    ]
    if candidate.opens:
        found.append(("opens", "several" if len(words) > 1 else "one"))
    if candidate.titled:
        found.append(("titled", ""))
    if candidate.everyday:
        found.append(("everyday", ""))
    if len(words) == 1:
        found.append(("only", key))
        found.append(("length", str(min(len(key), _MOST_LETTERS))))
        if around.in_lower_case(key.lower()):
            found.append(("lower", ""))
        if longer := around.last_of.get(key):
            found.append(("last of", _said(longer)))
        if longer := around.first_of.get(key):
            found.append(("first of", _said(longer)))
    elif words:
        found += (("first", words[0]), ("last", words[-1]))
        if around.in_lower_case(words[0].lower()):
            found.append(("first lower", ""))
        if around.in_lower_case(words[-1].lower()):
            found.append(("last lower", ""))
        found += (("middle", word) for word in words[1:-1])
        if key in load_listed().places:
            found.append(("town", ""))
    start, end = candidate.start, candidate.end
    before = _TOKEN.findall(text[max(0, start - _WINDOW) : start].rpartition("\n")[2])
    after = _TOKEN.findall(text[end : end + _WINDOW].partition("\n")[0])
    found += (
        ("-1", before[-1] if before else EDGE),
        ("-2", before[-2] if len(before) > 1 else EDGE),
        ("+1", after[0] if after else EDGE),
        ("+2", after[1] if len(after) > 1 else EDGE),
    )
    if after and after[0] in {"'s", "’s"}:
        found.append(("possessive", ""))
    return found


def expand(slot: str, value: str) -> list[str]:
    """
    Turn one slot into features.

    Example:
        >>> expand("-1", "in")
        ['-1=in', '-1~place before']
    """
    if slot in _NAME_SLOTS:
        found = [f"{slot}={value.lower()}"]
        lists = lists_with(value)
        found += (f"{slot}@{name}" for name in lists)
        if slot in {"last", "only"}:
            found.append(f"{slot}…{value[-3:].lower()}")
        if slot == "only" and not lists:
            found.append("only@none")
        return found
    if slot in _CONTEXT_SLOTS:
        word = comparable(value)
        found = [f"{slot}={word.lower().strip(chr(39) + '.') or word}"]
        if word[:1].isupper():
            found.append(f"{slot}#{shape(word)}")
            found += (f"{slot}@{name}" for name in lists_with(word))
        elif word[:1].isdigit():
            return [f"{slot}=0"]
        else:
            found += (f"{slot}~{cue}" for cue in _CUES.get(word, ()))
        return found
    return [f"{slot}={value}" if value else slot]


def shape(word: str) -> str:
    """
    Return how a word is written.

    Example:
        >>> shape("McDonald"), shape("NATO"), shape("F-16")
        ('AaAa', 'AA', 'A-0')
    """
    drawn = _UPPER.sub(lambda match: "A" if len(match[0]) == 1 else "AA", word)
    return _DIGITS.sub("0", _LOWER.sub("a", drawn))[:_LONGEST_SHAPE]


@lru_cache(maxsize=65536)
def lists_with(word: str) -> tuple[str, ...]:
    """
    Return the names of the lists that have a word, in comparable form.
    """
    gaz, listed = load_gazetteer(), load_listed()
    lower = word.lower()
    entry = gaz.entries.get(word)
    checks = (
        ("given", word in gaz.given_names),
        ("listed given", word in listed.given_names),
        ("listed family", word in listed.family_names),
        ("listed place", word in listed.places),
        ("place part", word in listed.place_parts and word not in listed.places),
        ("org word", word in gaz.org_words),
        ("place word", word in gaz.place_words),
        ("thing word", word in gaz.thing_words),
        ("place opener", word in gaz.place_openers),
        ("common", lower in gaz.common_words),
        ("opener", lower in gaz.openers),
        ("title", lower in gaz.titles),
        ("demonym", word in gaz.demonyms),
        ("no name", word in gaz.not_names),
        (f"known {entry.type}" if entry else "", entry is not None),
    )
    return tuple(name for name, holds in checks if holds)


def _said(candidate: Candidate) -> str:
    return f"{candidate.type or 'open'} {candidate.weight.name.lower()}"
