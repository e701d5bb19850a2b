"""
Queries: from what a person types to a query tree.

- ``parser`` understands a *query string*: :func:`parse` gives a *tree* and *notes*.  It
  reads tokens from ``lexer``, values from ``leaves``, dates from ``dates``, and takes
  every sentence that it says from ``remarks``.
- ``tree`` is the query tree, plain values that print as a query string again.
- ``notes`` says what was understood, and what was set aside.
- ``relaxation`` weakens a query that no article fulfils.
- ``spelling`` finds the word that somebody may have meant.
- ``fuzzy`` tells which words are within some edits of another.

Any string is a query: there is no error that a person could make.  This package looks
nothing up: whether an article has a word, and which names a place goes by, is for
engines and the facade.  Analysis of words is theirs too; a tree holds them as typed.

    >>> from searchkit.queries import parse
    >>> parsed = parse('"Doha agreement" OR accord published:2020.. -person:Trump')
    >>> print(parsed.tree)
    ("Doha agreement" OR accord) published:2020-01-01.. -person:"Trump"

The grammar is ``docs/specs/query-grammar.md``.
"""

from __future__ import annotations

from searchkit.queries.dates import parse_dates
from searchkit.queries.notes import Note, NoteKind
from searchkit.queries.parser import ParsedQuery, parse
from searchkit.queries.relaxation import relaxed
from searchkit.queries.spelling import closest, corrected
from searchkit.queries.tree import (
    And,
    DateRange,
    Everything,
    Exact,
    Fuzzy,
    Leaf,
    Mention,
    Name,
    Not,
    Nothing,
    Or,
    Phrase,
    Prefix,
    Query,
    Word,
    all_of,
    any_of,
    leaves,
    negated,
)

__all__ = [
    "And",
    "DateRange",
    "Everything",
    "Exact",
    "Fuzzy",
    "Leaf",
    "Mention",
    "Name",
    "Not",
    "Note",
    "NoteKind",
    "Nothing",
    "Or",
    "ParsedQuery",
    "Phrase",
    "Prefix",
    "Query",
    "Word",
    "all_of",
    "any_of",
    "closest",
    "corrected",
    "leaves",
    "negated",
    "parse",
    "parse_dates",
    "relaxed",
]
