"""
A Python that knows a later Unicode gives what the frozen tables say.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.analysis import Analyzer, surfaces
from searchkit.analysis.surfaces import scannable
from searchkit.analysis.unicode_data import decimal_ranges, mark_ranges, word_ranges
from searchkit.native import load

#: Characters that the tables of these tests do not have: as if they came later.
LATER = "éß東か٣Ⅷ²𝐀"
PIECES = st.sampled_from([*LATER, *"a 1 . , ' ’ s _ ü 京 き ٤ \u0301 x.".split(), " "])
TEXTS = st.one_of(st.lists(PIECES, max_size=20).map("".join), st.text())


def without_later(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept = ranges
    for code in map(ord, LATER):
        kept = [
            part
            for first, last in kept
            for part in (
                [(first, code - 1), (code + 1, last)]
                if first <= code <= last
                else [(first, last)]
            )
            if part[0] <= part[1]
        ]
    return kept


@pytest.fixture(scope="module")
def later_python() -> Iterator[None]:
    """
    Take the later characters out of the tables, and let Python know them.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(surfaces, "_SAME_UNICODE", False)
        patch.setattr(surfaces, "word_ranges", lambda: without_later(word_ranges()))
        surfaces._later_characters.cache_clear()
        yield
    surfaces._later_characters.cache_clear()


@given(text=TEXTS)
def test_later_characters_are_blanked(later_python: None, text: str) -> None:
    """
    They part words, as they did before they were assigned; nothing else changes.
    """
    blank = str.maketrans(dict.fromkeys([*LATER, "_"], " "))
    assert text.translate(blank) == scannable(text)


@pytest.mark.skipif(
    load() is None, reason="the native extension is not compiled, or switched off"
)
@given(text=TEXTS)
def test_both_forms_know_the_same_characters(later_python: None, text: str) -> None:
    """
    With the same tables the native form finds the same tokens.
    """
    pure = Analyzer()
    extension = load()
    assert extension is not None
    native = extension.Analyzer(
        pure._analyse,
        without_later(word_ranges()),
        without_later(decimal_ranges()),
        mark_ranges(),
    )
    assert native.terms(text) == pure.terms(text)
    spans = [token.span for token in pure.tokens(text)]
    assert spans == [(start, end) for *_, start, end in native.tokens(text)]


@given(text=st.text())
def test_underscores_alone_are_blanked(text: str) -> None:
    """
    Where Python knows the Unicode of the tables, and in ASCII, nothing else is.
    """
    plain = "".join(char for char in text if char.isascii())
    assert plain.replace("_", " ") == scannable(plain)
    assert len(text) == len(scannable(text))
