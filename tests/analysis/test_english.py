"""
The English analyzer: any text becomes tokens, and spellings of a word one term.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import searchkit.analysis
from searchkit.analysis import (
    STOP_WORDS,
    Analyzer,
    EnglishAnalyzer,
    analyzer,
    english_analyzer,
)
from searchkit.analysis.folding import MAX_TERM_LENGTH
from searchkit.analysis.unicode_data import mark_ranges
from searchkit.native import load

MARKS = {chr(c) for first, last in mark_ranges() for c in range(first, last + 1)}

#: Pieces that sit badly beside each other: marks, apostrophes, scripts, separators.
PIECES = st.sampled_from(
    [
        *"' ’ 's ’S s x U.S . , 1 1,250 3.14 _ - é Ł ß İ ı ʼ ʿ ½ ⑴ ﷺ 한 क ſ ς".split(),
        *"ŉ 東 京 か カ ｓ 😀 𝐀 ǆ".split(),
        *(" ", "\n", "\x00", "\ud800", "\u200d", "\u00ad", "e\u0301"),
        *("\u0301", "\u3099", "\u093f", "\ufe0f", "\U000e0100"),
    ]
)
ANY_TEXT = st.one_of(
    st.text(),
    st.lists(PIECES, max_size=12).map("".join),
    st.text(st.characters(exclude_categories=())),
)


@pytest.fixture(scope="module", autouse=True, params=["pure", "native"])
def form(request: pytest.FixtureRequest) -> Iterator[None]:
    """
    Let either form be the analyzer of this thread.
    """
    if request.param == "native" and load() is None:
        pytest.skip("the native extension is not compiled, or switched off")
    made: Analyzer = Analyzer()
    if request.param == "native":
        from searchkit.analysis.compiled import NativeAnalyzer

        made = NativeAnalyzer()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searchkit.analysis._local, "english", made, raising=False)
        yield


def words(text: str) -> list[str]:
    return [token.word for token in english_analyzer().tokens(text)]


def surfaces(text: str) -> list[str]:
    return [token.span.cut(text) for token in english_analyzer().tokens(text)]


class TestTokens:
    @settings(max_examples=200)
    @given(ANY_TEXT)
    def test_any_text_becomes_tokens(self, text: str) -> None:
        """
        Tokens of any text stand in order, apart, counted without gaps, none empty.
        """
        end = 0
        tokens = list(english_analyzer().tokens(text))
        for number, token in enumerate(tokens):
            start, stop = token.span
            assert number == token.position
            assert end <= start < stop <= len(text)
            assert text[start] not in MARKS
            assert text[start].isalnum()
            assert 0 < len(token.term) <= MAX_TERM_LENGTH
            assert 0 < len(token.word) <= MAX_TERM_LENGTH
            end = stop

    @settings(max_examples=200)
    @given(ANY_TEXT)
    def test_both_ways_agree(self, text: str) -> None:
        """
        ``terms`` gives what ``tokens`` gives, and ``stem`` the term of each word.
        """
        analyzer = english_analyzer()
        tokens = [(token.term, token.word) for token in analyzer.tokens(text)]
        assert tokens == analyzer.terms(text)
        assert [term for term, _ in tokens] == [
            analyzer.stem(word) for _, word in tokens
        ]

    @given(ANY_TEXT)
    def test_letters_and_digits_are_in_a_token(self, text: str) -> None:
        """
        None is passed over, but the s of a possessive behind an ideograph.
        """
        covered = {at for t in english_analyzer().tokens(text) for at in range(*t.span)}
        left = {char for at, char in enumerate(text) if at not in covered}
        assert not [char for char in left if char.isalnum() and char not in "sSｓ"]

    @given(ANY_TEXT)
    def test_analysis_remembers_nothing_wrong(self, text: str) -> None:
        """
        An analyzer that has seen a lot gives the same as a new one.
        """
        assert EnglishAnalyzer().terms(text) == english_analyzer().terms(text)

    def test_spans_cut_the_surface_out(self) -> None:
        """
        What a span covers is the word as written, possessive included.
        """
        text = "O’Neill’s U.S. team_won 1,250.75 points at COVID-19's end."
        expected = ["O’Neill’s", "U.S", "team", "won", "1,250.75", "points", "at"]
        assert [*expected, "COVID", "19's", "end"] == surfaces(text)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("Kabul's KABUL'S kabul’s", ["kabul", "kabul", "kabul"]),
            ("the ministers' aides", ["the", "ministers", "aides"]),
            ("O'Neill’s rock'n'roll don't", ["oneill", "rocknroll", "dont"]),
            ("'quoted' ''twice''", ["quoted", "twice"]),
            ("s's it's", ["s", "it"]),
            ("U.S. U.S.A. e.g. a.m.", ["us", "usa", "eg", "am"]),
            ("end.Next U.S.Army", ["end", "next", "us", "army"]),
            ("1,250 1,250.75 3.14", ["1250", "1250.75", "3.14"]),
            ("1,25 1.2.3 12,3456", ["1", "25", "1", "2", "3", "12", "3456"]),
            ("COVID-19 F-16 2019/20", ["covid", "19", "f", "16", "2019", "20"]),
            ("_a_b__c_", ["a", "b", "c"]),
            ("東京タワーへ", ["東", "京", "タワー", "へ"]),
            ("東's 東京's", ["東", "東", "京"]),
            ("東'京 x東y", ["東", "京", "x", "東", "y"]),
            ("葛\U000e0100飾", ["葛\U000e0100", "飾"]),
            ("か\u3099き", ["が", "き"]),
            ("カ\u3099", ["ガ"]),
            ("\u0301a ❤\ufe0f b", ["a", "b"]),
            ("Erdoğan Łódź Straße İzmir", ["erdogan", "lodz", "strasse", "izmir"]),
            ("ﬁnal ＡＢＣ ½", ["final", "abc", "1⁄2"]),
            ("हिन्दी", ["हिन्दी"]),
            ("ʼʿ x", ["\ufffd", "x"]),
            ("", []),
        ],
    )
    def test_words(self, text: str, expected: list[str]) -> None:
        """
        How possessives, acronyms, numbers, ideographs and marks are cut and folded.
        """
        assert expected == words(text)

    def test_ideographs_have_their_own_spans(self) -> None:
        """
        Each ideograph is cut out with its marks, apostrophes left aside.
        """
        assert ["x", "東", "京", "y'z"] == surfaces("x東'京y'z")
        assert ["葛\U000e0100", "飾"] == surfaces("葛\U000e0100飾's")

    def test_stems_join_inflections(self) -> None:
        """
        The term is the stem, the word is not.
        """
        tokens = list(english_analyzer().tokens("Ministers running, minister runs"))
        assert ["minist", "run", "minist", "run"] == [token.term for token in tokens]
        assert ["ministers", "running", "minister", "runs"] == words(
            "Ministers running, minister runs"
        )

    def test_noise_is_cut(self) -> None:
        """
        A word of a million letters is one token with a short term.
        """
        (token,) = english_analyzer().tokens("x" * 10**6)
        assert "x" * MAX_TERM_LENGTH == token.word
        assert (0, 10**6) == token.span

    @pytest.mark.parametrize(
        "unit",
        ["a.", "1,", "1,000", "1.", "a'", "'s", "\u0301", "東'", "a\u0301", "_", "１,"],
    )
    def test_repetitions_end(self, unit: str) -> None:
        """
        A hundred thousand repetitions of what tempts a pattern to go back are read.
        """
        text = unit * 100_000
        tokens = list(english_analyzer().tokens(text))
        assert len(tokens) <= len(text)
        assert all(token.span.end <= len(text) for token in tokens)

    def test_each_thread_has_an_analyzer(self) -> None:
        """
        The stemmer is not shared between threads.
        """
        found: list[EnglishAnalyzer] = []
        thread = threading.Thread(target=lambda: found.append(english_analyzer()))
        thread.start()
        thread.join()
        assert english_analyzer() is english_analyzer()
        assert found[0] is not english_analyzer()


class TestLanguages:
    def test_languages_have_their_stems(self) -> None:
        """
        Any Snowball stemmer can be had by its name; words are folded alike.
        """
        found = analyzer("german").terms("Die Häuser Kabul's")
        assert [("die", "die"), ("haus", "hauser"), ("kabul", "kabuls")] == found
        assert [("бежа", "бежали")] == analyzer("russian").terms("Бежали")

    def test_each_thread_has_one_a_language(self) -> None:
        """
        It is made once.
        """
        assert analyzer("german") is analyzer("german")
        assert analyzer("german") is not analyzer("russian")
        assert "german" == analyzer("german").language

    @pytest.mark.parametrize("name", ["klingon", "", "German\ud800", "english\x00"])
    def test_unknown_languages_are_told(self, name: str) -> None:
        """
        The message names those that there are.
        """
        with pytest.raises(ValueError, match=r"there are .*english.*german"):
            analyzer(name)


def test_stop_words_are_folded_words() -> None:
    """
    A stop word is compared with folded words, so each is one.
    """
    for word in STOP_WORDS:
        assert [word] == words(word)
