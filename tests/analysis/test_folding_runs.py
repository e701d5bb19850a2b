"""
Folding a text run by run gives what folding it whole would.
"""

from __future__ import annotations

import unicodedata

from hypothesis import example, given, settings
from hypothesis import strategies as st

from searchkit.analysis import fold
from searchkit.analysis.unicode_data import folding_table

LATIN = st.characters(min_codepoint=0x20, max_codepoint=0x24F)
PUNCTUATION = st.characters(min_codepoint=0x2010, max_codepoint=0x2027)
MARKS = st.characters(min_codepoint=0x300, max_codepoint=0x36F)


def folded_whole(text: str) -> str:
    """
    Fold a text as the rule is written: one step after the other over all of it.
    """
    lowered = unicodedata.normalize("NFKD", text).casefold()
    plain = unicodedata.normalize("NFKD", lowered).translate(folding_table())
    return unicodedata.normalize("NFC", plain)


@given(st.text(st.one_of(LATIN, PUNCTUATION, MARKS, st.characters()), max_size=40))
@settings(max_examples=500)
@example("O’Neill “Straße” – it's…")
@example("e\u0301tat, \u1100\u1161 and ÅNGSTRÖM")
@example("Ü0ÀÜ")
@example("ŉ ſ İı ´")
def test_runs_fold_as_the_whole(text: str) -> None:
    """
    Whatever stands beside them.
    """
    assert folded_whole(text) == fold(text)
