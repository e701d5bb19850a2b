"""
Normalize: from a phrase to readings.

There may be no reading, where the words fit a rule and yet name no time ("May 45th",
"the third quarter of the match"), and more than one, where a phrase names several
("4 and 9 May").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from searchkit.annotations.times.calendar_phrases import CALENDAR_READERS
from searchkit.annotations.times.day_phrases import DAY_READERS
from searchkit.annotations.times.relative_phrases import RELATIVE_READERS

if TYPE_CHECKING:
    from searchkit.annotations.times.phrase import Phrase
    from searchkit.annotations.times.readings import Reading

_READERS = {**DAY_READERS, **CALENDAR_READERS, **RELATIVE_READERS}


def normalize(phrase: Phrase) -> list[Reading]:
    """
    Read a phrase.

    Args:
        phrase: Tokens that follow a rule of the grammar.

    Returns:
        Readings inside the phrase, disjoint and in order; empty where it names no time.
    """
    return _READERS[phrase.rule](phrase)
