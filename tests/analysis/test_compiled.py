"""
The native form of the analyzer gives what the pure form gives, on any text.
"""

from __future__ import annotations

import gc
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import Stemmer
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.analysis import Analyzer, english_analyzer
from searchkit.analysis import compiled as compiled_module
from searchkit.analysis.compiled import NativeAnalyzer
from searchkit.analysis.folding import SurfaceAnalyzer
from searchkit.analysis.surfaces import scannable, surface_pattern
from searchkit.analysis.unicode_data import decimal_ranges, mark_ranges, word_ranges
from searchkit.native import load

if TYPE_CHECKING:
    from searchkit.native import _native

pytestmark = pytest.mark.skipif(
    load() is None, reason="the native extension is not compiled, or switched off"
)

SEEDS = Path(__file__).resolve().parents[2] / "seeds"

#: What tempts one of the two forms to end a surface elsewhere.
PIECES = st.sampled_from(
    [
        *"' ’ 's ’S s’ 'ｓ ''s x y U.S .S e. É. 東. . , _ - é e\u0301 Ł ß İ ı".split(),
        *"0 7 12 123 1234 ,123 .5 1,250 3.14 1. ,000 ١ ٢ ١٢٣ ,٤٥٦ .٧ １ 𝟘 ².".split(),
        *"² ½ Ⅷ ⑴ ʼ ʿ ﬁ ﷺ 한 ㎏ क हि ſ ς ŉ ǆ 𝐀 東 京 𠀀 か ゛ カ ー ｶ ｓ".split(),
        *"😀 ❤\ufe0f 🇩🇪 👩\u200d🚀 \u0301 \u3099 \u309a \u093f \u0e31".split(),
        *"word Kabul's abcdefghijklmno abcdefghijklmnop 0123456789012345 “ — …".split(),
        *(" ", "  ", "\n", "\x00", "\x7f", "\x80", "\ud800", "\udfff", "\U0010ffff"),
        *(
            "\U000e0100",
            "\u200d",
            "\u00ad",
            "\ufffd",
            "\ufeff",
            "_a_",
            "12345678901234567890.1",
        ),
    ]
)
TEXTS = st.one_of(
    st.lists(PIECES, max_size=40).map("".join),
    st.text(),
    st.text(st.characters(exclude_categories=())),
    st.lists(st.one_of(PIECES, st.characters(exclude_categories=()))).map("".join),
)


@pytest.fixture(scope="module")
def pure() -> Analyzer:
    return Analyzer()


@pytest.fixture(scope="module")
def native() -> NativeAnalyzer:
    return NativeAnalyzer()


def make_bare(analyse: object) -> _native.Analyzer:
    extension = load()
    assert extension is not None
    made: _native.Analyzer = extension.Analyzer(
        analyse, word_ranges(), decimal_ranges(), mark_ranges()
    )
    return made


def asked_for(surface: str) -> str:
    """
    Return the surface that stands for this one when the function is asked.
    """
    return surface.lower() if surface.isascii() and surface.isalnum() else surface


class TestEquality:
    @settings(max_examples=1000)
    @given(text=TEXTS)
    def test_any_text(self, pure: Analyzer, native: Analyzer, text: str) -> None:
        """
        Terms, words, positions and spans are equal on any text.
        """
        assert list(pure.tokens(text)) == list(native.tokens(text))
        assert pure.terms(text) == native.terms(text)

    @settings(max_examples=300)
    @given(text=TEXTS)
    def test_what_was_seen_before_does_not_matter(
        self, pure: Analyzer, text: str
    ) -> None:
        """
        A new analyzer gives the same, and so does one that was told to forget.
        """
        fresh = NativeAnalyzer()
        for _ in range(2):
            assert pure.terms(text) == fresh.terms(text)
            assert list(pure.tokens(text)) == list(fresh.tokens(text))
            fresh.native.clear()

    @pytest.mark.parametrize("pad", [*range(20), *range(55, 85)])
    def test_places_in_a_block(
        self, pure: Analyzer, native: Analyzer, pad: int
    ) -> None:
        """
        It does not matter where in a block something stands, or ends the text.
        """
        for hard in (
            "Kabul’s",
            "U.S.A.",
            "1,250.75",
            "東京",
            "abcdefghijklmnop",
            "é",
            "a",
            "A.",
            "7,5",
            "“Kabul”",
        ):
            for text in (
                "x" * pad + " " + hard,
                "Ab " * (pad // 3) + hard,
                " " * pad + hard,
                "x" * pad + hard + " and so on, and on",
                "x " * pad + hard + ", and so on, and on",
            ):
                assert list(pure.tokens(text)) == list(native.tokens(text))

    @pytest.mark.parametrize(
        "unit", ["a.", "1,", "1,000", "1.", "a'", "'s", "\u0301", "東'", "a\u0301", "_"]
    )
    def test_repetitions(self, pure: Analyzer, native: Analyzer, unit: str) -> None:
        """
        Limits of repetition are the same in both forms.
        """
        for count in (*range(1, 30), 1000):
            for text in (unit * count, "7" + unit * count + "x", "." + unit * count):
                assert list(pure.tokens(text)) == list(native.tokens(text))

    def test_every_character(self) -> None:
        """
        Surfaces are the same with each code point: alone, in a word, in a number.
        """
        bare = make_bare(lambda surface: ((surface, surface, 0, len(surface)),))
        tables = (*word_ranges(), *mark_ranges())
        planes = {code // 0x10000 for ends in tables for code in ends}
        starts = [p * 0x10000 + at for p in planes for at in range(0, 0x10000, 0x400)]
        for first in (*starts, 0x10FC00):
            chars = map(chr, range(first, first + 0x400))
            text = " ".join(f"{char} a{char}b .{char}7.5 {char}.a" for char in chars)
            expected = map(asked_for, surface_pattern().findall(scannable(text)))
            assert list(expected) == [term for term, _ in bare.terms(text)], hex(first)
            bare.clear()

    def test_seeds(self, pure: Analyzer, native: Analyzer) -> None:
        """
        The sample articles, markup and all.
        """
        files = [path for path in SEEDS.rglob("*") if path.is_file()]
        assert files
        for path in files:
            text = path.read_bytes().decode("utf-8", "surrogateescape")
            assert list(pure.tokens(text)) == list(native.tokens(text))

    @pytest.mark.parametrize("language", ["german", "russian", "porter"])
    def test_other_languages(self, language: str) -> None:
        """
        Both forms take any stemmer.
        """
        text = "Die Häuser’s Kabul's, министры's бежали; 東京's 1,250"
        assert list(Analyzer(language).tokens(text)) == list(
            NativeAnalyzer(language).tokens(text)
        )

    @pytest.mark.parametrize("language", ["english", "german"])
    @settings(max_examples=300)
    @given(text=st.text("aeysS07.,'’é _"))
    def test_rules_of_ascii(self, language: str, text: str) -> None:
        """
        Possessives, acronyms and numbers come to the same where no function is asked.
        """
        native = NativeAnalyzer(language)
        assert list(Analyzer(language).tokens(text)) == list(native.tokens(text))

    @pytest.mark.parametrize("language", Stemmer.algorithms())
    @given(figures=st.text("0123456789.", min_size=1, max_size=64))
    def test_no_stemmer_touches_figures(self, language: str, figures: str) -> None:
        """
        What has no letter is its own term, so that no stemmer needs to be asked.
        """
        assert figures == SurfaceAnalyzer(language).stem(figures)

    def test_the_function_is_not_asked_for_ascii(self) -> None:
        """
        With a stemmer, the rules of ASCII need no function, which takes its time.
        """
        extension = load()
        assert extension is not None
        analyzer = extension.Analyzer(
            pytest.fail,
            word_ranges(),
            decimal_ranges(),
            mark_ranges(),
            str.upper,
            ("'s", "’s"),
        )
        text = "U.S. O'Neill's 1,250.75 Kabul’s 7's KABUL"
        words = ["us", "oneill", "1250.75", "kabul", "7", "kabul"]
        assert [(word.upper(), word) for word in words] == analyzer.terms(text)


class TestMemory:
    def test_it_starts_anew_when_it_holds_too_much(
        self, monkeypatch: pytest.MonkeyPatch, pure: Analyzer
    ) -> None:
        """
        A long-lived analyzer stays below its limit, and right.
        """
        analyzer = NativeAnalyzer()
        empty = analyzer.native.memory()
        monkeypatch.setattr(compiled_module, "_MEMORY_LIMIT", empty + 200_000)
        largest = 0
        for number in range(100):
            text = " ".join(f"word{number}x{other}" for other in range(100))
            assert pure.terms(text) == analyzer.terms(text)
            assert list(pure.tokens(text)) == list(analyzer.tokens(text))
            largest = max(largest, analyzer.native.memory())
        assert empty + 100_000 < largest < empty + 400_000

    def test_clearing_gives_memory_back(self) -> None:
        """
        A cleared analyzer holds what a new one holds.
        """
        analyzer = NativeAnalyzer()
        empty = analyzer.native.memory()
        analyzer.terms(" ".join(f"word{number}" for number in range(10_000)))
        assert analyzer.native.memory() > empty + 100_000
        analyzer.native.clear()
        assert empty == analyzer.native.memory()

    def test_strings_are_made_once(self) -> None:
        """
        Equal terms are one string.
        """
        analyzer = NativeAnalyzer()
        one, other = analyzer.terms("Ministers ministers")
        assert one is other
        first, second = analyzer.tokens("Ministers ministers")
        assert first.term is second.term is one[0]

    def test_a_cycle_is_collected(self) -> None:
        """
        An analyzer whose function refers to it does not live for ever.
        """

        class Holder:
            def __call__(self, surface: str) -> tuple[tuple[str, str, int, int]]:
                return ((surface, surface, 0, len(surface)),)

        holder = Holder()
        holder.__dict__["analyzer"] = make_bare(holder)
        assert [("a", "a")] == holder.__dict__["analyzer"].terms("a")
        gone = weakref.ref(holder)
        del holder
        gc.collect()
        assert gone() is None


class TestFunction:
    def test_it_is_asked_once_for_each_surface(self) -> None:
        """
        Whatever the form of a surface, and however long it is.

        Capitals of ASCII do not make another one.
        """
        asked: list[str] = []

        def analyse(surface: str) -> tuple[tuple[str, str, int, int], ...]:
            asked.append(surface)
            return ((surface, surface, 0, 1), (surface, surface, 0, len(surface)))

        bare = make_bare(analyse)
        surfaces = ["a", "A", "U.S", "abcdefghijklmno", "abcdefghijklmnop", "x" * 17]
        surfaces += ["é", "Kabul’s", "東京", "é" * 40, "1,250", "a\u0301"]
        for _ in range(3):
            assert 2 * len(surfaces) == len(bare.terms(" ".join(surfaces)))
        assert list(dict.fromkeys(map(asked_for, surfaces))) == asked

    def test_no_tokens(self) -> None:
        """
        A function may say that there is no token in a surface.
        """
        assert [] == make_bare(lambda surface: ()).terms("a b")

    def test_what_it_raises_goes_through(self) -> None:
        """
        And the analyzer works on: it has learnt nothing wrong.
        """
        answers: list[object] = [KeyError("no"), (("t", "w", 0, 1),)]

        def analyse(surface: str) -> object:
            answer = answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        bare = make_bare(analyse)
        with pytest.raises(KeyError, match="no"):
            bare.terms("a")
        assert [("t", "w")] == bare.terms("a")

    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            (None, TypeError),
            (("t",), ValueError),
            ((("t", "w", 0),), ValueError),
            ((("t", "w", 0, 2),), ValueError),
            ((("t", "w", 2, 1),), ValueError),
            ((("t", "w", 1, 0),), ValueError),
            ((("t", "w", -1, 1),), OverflowError),
            ((("t", 7, 0, 1),), TypeError),
            ((("t", "\ud800", 0, 1),), UnicodeEncodeError),
        ],
    )
    def test_wrong_answers(self, answer: object, error: type[Exception]) -> None:
        """
        What is no token of the surface is refused.
        """
        with pytest.raises(error):
            make_bare(lambda surface: answer).tokens("a")

    def test_a_word_may_change_its_term(self) -> None:
        """
        Nothing but the surface decides, even if one word has two terms.
        """
        bare = make_bare(lambda surface: ((surface, "w", 0, 1),))
        assert [("a", "w"), ("b", "w"), ("a", "w")] == bare.terms("a b a")


class TestConstruction:
    def test_no_function(self) -> None:
        """
        What cannot be called is refused at once.
        """
        with pytest.raises(TypeError, match="no function"):
            make_bare(None)

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            ([(5, 4)], "empty"),
            ([(0, 0x110000)], "leaves Unicode"),
            ([(0x41, 0x5A)], "ASCII"),
            ([*word_ranges(), (0x5F, 0x5F)], "ASCII"),
        ],
    )
    def test_wrong_ranges(self, words: list[tuple[int, int]], message: str) -> None:
        """
        Ranges must be within Unicode, and say what ASCII is known to be.
        """
        extension = load()
        assert extension is not None
        with pytest.raises(ValueError, match=message):
            extension.Analyzer(len, words, decimal_ranges(), mark_ranges())

    def test_no_text(self) -> None:
        """
        Bytes are no text.
        """
        with pytest.raises(TypeError, match="must be a string"):
            NativeAnalyzer().native.terms(b"a")  # type: ignore[arg-type]

    def test_without_the_extension(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        The native form says that it cannot be had.
        """
        monkeypatch.setattr(compiled_module, "load", lambda: None)
        with pytest.raises(RuntimeError, match="extension"):
            NativeAnalyzer()


class TestThreads:
    def test_several_analyzers_at_once(self, pure: Analyzer) -> None:
        """
        Each thread has its own; none disturbs another.
        """
        texts = [
            " ".join(f"Minister{n % 97}’s w{n * k} U.S. 東京" for n in range(300))
            for k in range(8)
        ]
        expected = [list(pure.tokens(text)) for text in texts]

        def analyse(number: int) -> bool:
            found = list(english_analyzer().tokens(texts[number % 8]))
            return found == expected[number % 8]

        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(analyse, range(64)))

    def test_one_analyzer_serves_one_caller(self) -> None:
        """
        A second thread is refused while the first is in the midst of a text.
        """
        started, finish = threading.Event(), threading.Event()

        def analyse(surface: str) -> tuple[tuple[str, str, int, int]]:
            started.set()
            finish.wait()
            return ((surface, surface, 0, len(surface)),)

        bare = make_bare(analyse)
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(bare.terms, "a")
            started.wait()
            for call in (bare.terms, bare.tokens):
                with pytest.raises(RuntimeError, match="one caller"):
                    call("b")
            with pytest.raises(RuntimeError, match="one caller"):
                bare.clear()
            finish.set()
            assert [("a", "a")] == first.result()
        assert [("b", "b")] == bare.terms("b")
