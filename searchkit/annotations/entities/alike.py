"""
Alike: full names of people that differ as transcriptions do.

The same name comes out of another script, or of a hasty keyboard, in several ways:
"Usama" and "Osama", "Haqqani" and "Haqani", "Muhammad" and "Mohammad".  What such
spellings have in common is their *skeleton*.  Two full names of people with one
skeleton, both in the index, are taken for one person, under the name that many more
articles have.

The rule is made to be right rather than to find much.  A single word has no skeleton;
words of up to three letters, numerals ("Edward VII") and words of other scripts stay as
they are; and two people of the gazetteer stay two.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from searchkit.annotations.entities.aliases import Aliases, Identity, Rule
from searchkit.annotations.entities.known import known_spellings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_DOUBLED = re.compile(r"(.)\1+")
_NUMERAL = re.compile(r"[ivxlcdm]+\Z")
#: Longest word that has to be the same letter for letter.
_SHORT = 3
#: Shortest word, its doubled letters counted once, in which vowels may differ: "Ross"
#: and "Russ" are two names, "Muammar" and "Moammar" are one.
_LONG = 6
#: How many times as many articles a name has of which another is a misspelling.  Of 50
#: such pairs in 34,271 news articles, 50 were one person or firm; without it, 43.
_FREQUENT = 4
_VOWELS = str.maketrans("uiy", "oee")


def skeleton(name: str) -> str:
    """
    Return what spellings of a person's full name have in common.

    A doubled letter counts as one, and kh and q as k; u counts as o where a word begins
    with it, and in words of six letters and more vowels may differ: u counts as o, i
    and y as e.

    Args:
        name: Folded words.

    Returns:
        As many words; empty where the name has but one.

    Example:
        >>> skeleton("sirajuddin haqqani") == skeleton("sirajudin haqani")
        True
        >>> skeleton("robert ross") == skeleton("robert russ"), skeleton("haqqani")
        (False, '')
    """
    words = name.split()
    return " ".join(map(_bone, words)) if len(words) > 1 else ""


def _bone(word: str) -> str:
    if len(word) <= _SHORT or not (word.isascii() and word.isalpha()):
        return word
    if _NUMERAL.match(word):
        return word
    single = _single(word)
    if len(single) >= _LONG:
        return single.translate(_VOWELS)
    return f"o{single[1:]}" if single[0] == "u" else single


def _single(word: str) -> str:
    return _DOUBLED.sub(r"\1", word).replace("kh", "k").replace("q", "k")


def _are_alike(name: str, other: str) -> bool:
    """
    Tell whether two names with one skeleton are so near that they are one.

    Between two words there are differences of one sort only: "Murison" is not
    "Morrison".
    """
    return all(
        _single(one) == _single(two) or one.translate(_VOWELS) == two.translate(_VOWELS)
        for one, two in zip(name.split(), other.split(), strict=True)
    )


def rules_for_alike(names: Mapping[str, int], aliases: Aliases) -> Iterator[Rule]:
    """
    Make the rules that take names with one skeleton for one person.

    A name that a row of ``aliases.csv`` is about is left to that row, and two names
    that differ in doubled letters and in vowels of one word are two.

    Args:
        names: Folded names with one skeleton, and how many articles have each; 0 for
            one that only a query has.
        aliases: The rules of the index.

    Yields:
        Merges into the name that rules give, else the gazetteer, else most articles:
        then at least four times as many as have the other one.
    """
    free = [name for name in names if not aliases.is_about("person", name)]
    if len(free) < 2:
        return
    known = {name for name in free if known_spellings(Identity("person", name))}

    def rank(name: str) -> tuple[bool, bool, int]:
        return bool(aliases.written(name)), name in known, names[name]

    main = max(sorted(free), key=rank)
    is_given = any(rank(main)[:2])
    for name in sorted(free):
        if name == main or name in known or not _are_alike(name, main):
            continue
        if is_given or names[name] * _FREQUENT <= names[main] > 0:
            yield Rule("merge", name, "person", main, "", 0)
