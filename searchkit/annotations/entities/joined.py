"""
Joined: names that a lost space has run together with the next word.

Text that was taken from web pages has lost spaces where links ended: "Trumpwould",
"the United Statesand", "Mr. Thune’sclaim".  A capitalised word that no list has is cut
where it begins with a word that stands elsewhere in the text on its own, and goes on
with one of the verbs and small words that sentences open with.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from searchkit.annotations.entities.listed import load_listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from searchkit.annotations.entities.gazetteer import Gazetteer

_WORD = re.compile(r"[^\W\d_]+")
_JOINED = re.compile(
    r"[A-Z][^\W\d_]{5,}(?:[’'][^\W\d_]{2,})?|[A-Z][^\W\d_]+[’']s[a-z]{2,}"
)
_SMALL = re.compile(r"[a-z]+")
#: What compounds of one word end with: "Newsroom", "Disneyland", "Congressman".
_COMPOUNDS = frozenset(
    "body care day ever field how keeping land less line man men mobile more one"
    " out port room self ship side some time times ward wards way where wide work"
    " works".split()
)
#: Letters of the shortest name and of the shortest word behind it.
_SHORTEST_NAME = 3
_SHORTEST_REST = 3


def joined_words(text: str, gazetteer: Gazetteer) -> Mapping[str, int]:
    """
    Find words that are two in truth.

    Args:
        text: A whole article, for what stands in it on its own.
        gazetteer: For common words, and for names that are no two words.

    Returns:
        How many characters of each such word are the name.

    Example:
        >>> from searchkit.annotations.entities.gazetteer import load_gazetteer
        >>> joined_words("Then Orvel spoke.  Orvelwould not.", load_gazetteer())
        {'Orvelwould': 5}
    """
    listed = load_listed()
    words = set(_WORD.findall(text))
    found: dict[str, int] = {}
    for word in set(_JOINED.findall(text)):
        if word in listed.family_names or word in listed.given_names:
            continue
        if word in gazetteer.entries or word.lower() in gazetteer.common_words:
            continue
        if word in listed.places or word in listed.place_parts:
            continue
        if cut := _cut(word, words, gazetteer):
            found[word] = cut
    return found


def _cut(word: str, words: set[str], gazetteer: Gazetteer) -> int:
    """
    Return the length of the name that a word begins with; 0 for none.
    """
    for end in range(len(word) - 2, _SHORTEST_NAME - 1, -1):
        name = word[:end]
        if name not in words or name.isupper() or name.lower() in gazetteer.openers:
            continue
        rest = word[end:]
        if rest[0] in "’'" and rest[1] == "s":
            rest = rest[2:]
        small = _SMALL.match(rest)
        if small is None or len(small[0]) < _SHORTEST_REST:
            continue
        if small[0] in gazetteer.openers and small[0] not in _COMPOUNDS:
            return end
    return 0
