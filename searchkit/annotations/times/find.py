"""
Find: the runs of tokens that are time expressions, and the rule that each follows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from searchkit.annotations.times.grammar import compile_grammar
from searchkit.annotations.times.normalize import normalize
from searchkit.annotations.times.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from searchkit.annotations.times.readings import Reading
    from searchkit.annotations.times.tokens import TokenizedText

_GRAMMAR, _RULE_NAMES = compile_grammar()


def find(tokens: TokenizedText) -> Iterator[Reading]:
    """
    Find the time expressions of a text, from left to right.

    Args:
        tokens: The text.

    Yields:
        Disjoint readings.  A run that fits a rule but names no time ("May 45th") is
        left out, and the search goes on behind its first token.
    """
    search = _GRAMMAR.search
    classes = tokens.classes
    at = 0
    while match := search(classes, at):
        rule = _RULE_NAMES[(match.lastindex or 1) - 1]
        phrase = Phrase(tokens, rule, match.start(), match.end())
        at = match.start() + 1
        for reading in normalize(phrase):
            yield reading
            at = reading.end
