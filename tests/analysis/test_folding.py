"""
Folding: spellings of a word become one.
"""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.analysis import fold

#: Characters whose folding depends on their neighbours, or is long.
PIECES = st.sampled_from(
    [*"'’sSａŁßİıʼʿ½⑴ﷺ한क\u093f\u0301\u3099\ufe0f\u200dſςŉ東かカǆ𝐀\ud800e"]
)
ANY_TEXT = st.one_of(
    st.text(),
    st.lists(PIECES, max_size=12).map("".join),
    st.text(st.characters(exclude_categories=())),
)


class TestFolding:
    @settings(max_examples=200)
    @given(ANY_TEXT)
    def test_folding_twice_changes_nothing(self, text: str) -> None:
        """
        What is folded stays as it is.
        """
        assert fold(text) == fold(fold(text))

    def test_every_character_folds_once(self) -> None:
        """
        The same for each code point alone, and behind a letter.
        """
        for code in range(0x110000):
            folded = fold(chr(code))
            assert folded == fold(folded), hex(code)
            behind = fold("a" + chr(code))
            assert behind == fold(behind), hex(code)

    @given(st.text(st.characters(max_codepoint=127)), st.sampled_from("é東😀—’Ł\ufe0f"))
    def test_ascii_folds_alike_inside_other_text(self, text: str, other: str) -> None:
        """
        The short way for plain ASCII gives what the long way gives.
        """
        assert fold(text) == fold(text + " " + other).removesuffix(" " + fold(other))
        assert fold(text) == fold(other + " " + text).removeprefix(fold(other) + " ")

    @given(st.text())
    def test_encodings_of_a_letter_are_equal(self, text: str) -> None:
        """
        Composed or decomposed, a text folds to the same.
        """
        expected = fold(text)
        for form in ("NFC", "NFD"):
            assert expected == fold(unicodedata.normalize(form, text))

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("O'Neill O’Neill OʼNeill", "oneill oneill oneill"),
            ("Æsir Øre Þór ðe", "aesir ore thor de"),
            ("ΣΊΣΥΦΟΣ Σίσυφος", "σισυφοσ σισυφοσ"),
            ("Ёлка Йод", "елка иод"),
            ("שָׁלוֹם", "שלום"),
            ("كِتَاب كتـــاب", "كتاب كتاب"),
            ("co\u00adoperate", "cooperate"),
        ],
    )
    def test_known_words(self, text: str, expected: str) -> None:
        """
        Case, diacritics, vowel points, apostrophes and soft hyphens go.
        """
        assert expected == fold(text)
