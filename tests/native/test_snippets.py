"""
The native form of the snippets gives what the pure form gives, on any text.
"""

from __future__ import annotations

import pickle
import sys
import threading
from datetime import date
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from searchkit.analysis import english_analyzer, folded_alone, sentences
from searchkit.analysis.compiled import NativeAnalyzer
from searchkit.analysis.sentences import ANYWHERE, BEFORE_NAMES, OPENERS
from searchkit.annotations.model import Annotations, EntityMention, TimeExpression
from searchkit.hits import Snippet
from searchkit.intervals import Interval
from searchkit.native import load
from searchkit.queries import parse
from searchkit.queries.tree import (
    And,
    Fuzzy,
    Name,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Word,
)
from searchkit.snippets import Match, SnippetMaker, choose, compiled
from searchkit.snippets.matches import find_matches
from searchkit.spans import Span

if TYPE_CHECKING:
    from searchkit.native import _native

extension = load()

pytestmark = pytest.mark.skipif(
    extension is None, reason="the native extension is not compiled, or switched off"
)

SEEDS = Path(__file__).resolve().parents[2] / "seeds"

#: What tempts one of the two forms to cut, match or compare elsewhere.
PIECES = st.sampled_from(
    [
        *"Gen. U.S. No. no. Mr. Inc. p.m. J. I The the He rain Kabul 7 東 3.14".split(),
        *"war War wars peace Peace's peaceful covid-19 warpeace WAR'S".split(),
        *"é e\u0301 É. İ. İnc. \u212aan. ﬁ. ǅ. ß ς Σ. ʰ. Ⅷ. ª. _ _. ² ½. ".split(),
        *". ! ? … 。 ... .. \" ' ” ’ “ ‘ « » ) ( ] [ ¿ - & : ; ؟ । .' .'''' ,".split(),
        *(" ", "  ", "\n", "\r\n", "\t", "\v", "\x1c", "\x1f", "\x85", "\u2028"),
        *("\u2029", "\u00a0", "\u3000", "\u200b", "\x00", "\ud800", "\U0010ffff"),
        *(
            "The war. ",
            "War ended in peace! ",
            "the U.S. said ",
            "x\u200dy",
            "x" * 60,
            "e\u0301" * 50,
        ),
    ]
)
TEXTS = st.one_of(
    st.lists(PIECES, max_size=60).map("".join),
    st.lists(PIECES, max_size=60).map(" ".join),
    st.text(max_size=200),
    st.text(st.characters(exclude_categories=()), max_size=200),
)
WORDS = st.one_of(
    st.sampled_from("war peace the us covid-19 kabul rain 東 e i".split()),
    PIECES,
    st.text(max_size=6),
)
#: Words, parts of words, and what stands between them, such that many begin alike.
SCRAPS = st.sampled_from(
    [
        *"war wars Wall WAY w was dying die dies Diet 1986 1,986 19".split(),
        *"o'Neill O’Neill".split(),
        *"U.S. us U S used al-Qaeda qaeda 3.14 x_y _ é épée e\u0301te".split(),
        *"東京 doña".split(),
        *(
            " ",
            " ",
            " ",
            "  ",
            "\n",
            ", ",
            ". ",
            "-",
            "/",
            "'",
            "’",
            "“",
            "\u00a0",
            "\x1f",
        ),
    ]
)
FIELDS = st.sampled_from([None, None, "title", "body"])
LEAVES = st.one_of(
    st.builds(Word, WORDS, FIELDS),
    st.builds(Prefix, WORDS, FIELDS),
    st.builds(Fuzzy, WORDS, st.sampled_from((1, 2)), FIELDS),
    st.builds(Phrase, st.lists(WORDS, max_size=4).map(" ".join), FIELDS),
    st.just(Name("place", "kabul")),
)
TREES = st.one_of(
    LEAVES,
    st.lists(st.one_of(LEAVES, st.builds(Not, LEAVES)), max_size=6).map(
        lambda children: Or(tuple(children))
    ),
)
SIZES = st.one_of(st.integers(1, 120), st.just(280), st.just(2**50))


@st.composite
def annotations_of(draw: st.DrawFn, text: str) -> Annotations | None:
    if not draw(st.booleans()):
        return None
    place = st.integers(0, len(text) + 3)
    spans = draw(st.lists(st.tuples(place, st.integers(0, 9)), max_size=6))
    return Annotations(
        entities=tuple(
            EntityMention(Span(start, start + size), "Kabul", "place", "Kabul")
            for start, size in spans
        )
    )


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_sentences(text: str) -> None:
    """
    Both forms cut a text into the same sentences.
    """
    native = compiled._chooser().sentences(text)
    assert [tuple(span) for span in sentences(text)] == native


@pytest.mark.parametrize("first", [*range(0, 0x20000, 0x1000), 0x2F000, 0xE0000])
def test_every_character(first: int) -> None:
    """
    Whatever stands before a dot, behind it, or between two sentences.

    The other planes hold ideographs, or nothing.
    """
    characters = [chr(number) for number in range(first, first + 0x1000)]
    text = "\n".join(
        f"{one}. The end.{one}He left. {one}he ({one}) x{one}. {one} I{one}. So"
        for one in characters
    )
    native = compiled._chooser().sentences(text)
    assert [tuple(span) for span in sentences(text)] == native


@pytest.mark.parametrize("character", [*map(chr, range(128)), "é", "’", "\u3000"])
def test_repetitions_are_told_by_the_same_form(character: str) -> None:
    """
    What letter case, spacing and apostrophes hide is a repetition in both forms.
    """
    body = f"War a{character}b!\nWAR  A {character}B!\nwar a{character}B !\nWar ab!"
    matches = [
        Match(Span(at, at + 3), "war", 1.0)
        for at in range(len(body))
        if body[at : at + 3].lower() == "war"
    ]
    assert choose(body, matches, count=5) == compiled.choose(body, matches, count=5)


@settings(max_examples=500, deadline=None)
@given(
    st.data(),
    TEXTS,
    TREES,
    st.tuples(st.integers(0, 4), SIZES),
    st.dictionaries(st.sampled_from(["war", "peac", "the war"]), st.floats(0.1, 9)),
)
def test_makers(
    data: st.DataObject,
    text: str,
    tree: Query,
    options: tuple[int, int],
    weights: dict[str, float],
) -> None:
    """
    Snippets, highlights and matches are equal for any text and any tree.
    """
    annotations = data.draw(annotations_of(text))
    count, size = options
    analyzer = english_analyzer()
    assert isinstance(analyzer, NativeAnalyzer)
    pure = SnippetMaker(tree, analyzer, weights=weights)
    native = compiled.NativeSnippetMaker(tree, analyzer, weights=weights)
    assert pure.matches(text, "body", annotations) == native.matches(
        text, "body", annotations
    )
    expected = (
        pure.snippets(text, annotations, count=count, size=size),
        pure.title_highlights(text, annotations),
    )
    assert expected == (
        native.snippets(text, annotations, count=count, size=size),
        native.title_highlights(text, annotations),
    )
    for maker in (pure, native):
        assert expected == maker.quote(text, text, annotations, count=count, size=size)


MATCHES = st.lists(
    st.builds(
        lambda start, size, key, weight: Match(Span(start, start + size), key, weight),
        st.integers(0, 150),
        st.integers(0, 30),
        st.sampled_from(["a", "b", "c", "d"]),
        st.one_of(st.sampled_from([1.0, 2.0]), st.floats(0.01, 100)),
    ),
    max_size=60,
)


@settings(max_examples=500, deadline=None)
@given(TEXTS, MATCHES, st.integers(1, 6), SIZES)
@example("", [], 1, 1)
def test_choices(text: str, matches: list[Match], count: int, size: int) -> None:
    """
    Any matches, overlapping and outside of the text as well, give the same choice.
    """
    assert choose(text, matches, count=count, size=size) == compiled.choose(
        text, matches, count=count, size=size
    )


def test_seeds() -> None:
    """
    The sample articles, markup and all.
    """
    analyzer = NativeAnalyzer()
    tree = Or(
        (Word("agreement"), Phrase("of the"), Prefix("gov"), Word("said"), Word("us"))
    )
    pure = SnippetMaker(tree, analyzer)
    native = compiled.NativeSnippetMaker(tree, analyzer)
    files = [path for path in SEEDS.rglob("*") if path.is_file()]
    assert files
    for path in files:
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        assert [tuple(span) for span in sentences(text)] == (
            compiled._chooser().sentences(text)
        )
        assert pure.matches(text, "body") == native.matches(text, "body")
        for size in (50, 280):
            assert pure.snippets(text, count=3, size=size) == native.snippets(
                text, count=3, size=size
            )


def test_dates() -> None:
    """
    Dates that were found in the text are highlighted by both forms.
    """
    body = "It rained on 2 May 2011. Nobody slept."
    day = Interval(date(2011, 5, 2), date(2011, 5, 2))
    annotations = Annotations(
        times=(TimeExpression(Span(13, 23), "2 May 2011", "DATE", "2011-05-02", day),)
    )
    tree = parse("dates:2011-05").tree
    analyzer = NativeAnalyzer()
    (snippet,) = compiled.NativeSnippetMaker(tree, analyzer).snippets(body, annotations)
    assert (Span(13, 23),) == snippet.highlights
    assert (snippet,) == SnippetMaker(tree, analyzer).snippets(body, annotations)


@pytest.mark.usefixtures("it_ends")
@pytest.mark.parametrize(
    "piece",
    [
        *("war ", "war. War. ", "war\n", "The war was long. It ended.\n", "war peace "),
        *("x", "U.S. ", ".", " ", ".' ", "…", "e\u0301", "war东 ", "東", "war! "),
    ],
)
def test_long_texts(piece: str) -> None:
    """
    Time grows with the length alone, whatever stands in it and however much matches.
    """
    body = piece * (1_000_000 // len(piece))
    tree = And((Word("war"), Phrase("war war"), Prefix("w"), Word("peace")))
    maker = compiled.NativeSnippetMaker(tree, NativeAnalyzer())
    found = maker.snippets(body, count=3)
    assert all(snippet.text == snippet.span.cut(body) for snippet in found)
    assert bool(found) == bool(body.strip())


class TestFinder:
    def test_numbers_of_terms_may_change(self) -> None:
        """
        An analyzer that starts anew, or learns, gives the same matches as before.
        """
        analyzer = NativeAnalyzer()
        tree = Or((Word("ministers"), Phrase("peace talks"), Prefix("tal")))
        maker = compiled.NativeSnippetMaker(tree, analyzer)
        pure = SnippetMaker(tree, analyzer)
        texts = [
            "Other words first; then peace talks of the minister, and more talking.",
            "Talks of peace, peace talks. Ministers!",
        ]
        for clear in (False, True, True, False):
            for text in texts:
                if clear:
                    analyzer.native.clear()
                    analyzer.terms("so that all numbers differ, the minister talks")
                assert find_matches(text, pure.criteria, "body") == maker.matches(
                    text, "body"
                )

    def test_terms_that_come_for_the_first_time(self) -> None:
        """
        A term that the analyzer has not met is found where it first stands.
        """
        analyzer = NativeAnalyzer()
        finder = finder_with(analyzer, words=[("zebra", 0)])
        assert [(4, 9, 0), (14, 20, 0)] == finder.find("One zebra and Zebras")

    def test_nothing_is_looked_for(self) -> None:
        """
        A finder may look for nothing, and finds it.
        """
        assert [] == finder_with(NativeAnalyzer()).find("One zebra")

    def test_repeated_terms_in_sequences(self) -> None:
        """
        Matches of one sequence do not overlap; a beginning that fails may help another.
        """
        analyzer = NativeAnalyzer()
        finder = finder_with(
            analyzer, sequences=[(("a", "a", "b"), 0), (("a", "a"), 1)]
        )
        assert [(0, 3, 1), (2, 7, 0), (8, 11, 1)] == finder.find("a a a b a a")

    @given(st.lists(SCRAPS, max_size=80).map("".join), st.data())
    def test_words_that_begin_otherwise_are_passed_over(
        self, text: str, data: st.DataObject
    ) -> None:
        """
        What it finds is the same as where it reads every word.
        """
        analyzer = NativeAnalyzer()
        terms = st.sampled_from([term for term, _ in analyzer.terms(text)] or ["war"])
        beginnings = st.sampled_from(["w", "wa", "d", "o", "1", "é"])
        words = data.draw(st.lists(terms, unique=True).map(_numbered))
        sequence = tuple(data.draw(st.lists(terms, min_size=2)))
        prefixes = data.draw(st.lists(beginnings, unique=True).map(_numbered))
        selective, thorough = (
            finder_with(
                analyzer,
                words=words,
                sequences=[(sequence, 90)],
                prefixes=prefixes,
                keeps_beginnings=keeps,
            )
            for keeps in (True, False)
        )
        assert thorough.find(text) == selective.find(text)

    def test_english_stems_keep_beginnings(self) -> None:
        """
        The first two letters of a word are those of its stem, but that y becomes i.
        """
        analyzer = NativeAnalyzer()
        letters = "abcdefghijklmnopqrstuvwxyz0123456789"
        endings = "s es ed ing ying ies ied ly ness y e al ational ement".split()
        for first, second in product(letters, letters):
            for ending in ("", *endings, *(f"{x}{y}" for x in "aeln" for y in endings)):
                word = f"{first}{second}{ending}"
                stem = analyzer.stem(word)
                kept = {first + second, first + second.replace("y", "i")}
                assert stem[:2] in kept, word

    def test_wrong_arguments(self) -> None:
        """
        What is no analyzer, term, sequence, prefix, fuzzy word or text is refused.
        """
        analyzer = NativeAnalyzer()
        assert extension is not None
        with pytest.raises(TypeError, match="analyzer"):
            extension.MatchFinder(object(), True, [], [], [], [])
        with pytest.raises(ValueError, match="two terms"):
            finder_with(analyzer, sequences=[(("a",), 0)])
        with pytest.raises(ValueError, match="empty"):
            finder_with(analyzer, prefixes=[("", 0)])
        with pytest.raises(ValueError, match="above 8"):
            finder_with(analyzer, fuzzies=[("war", 9, 0)])
        with pytest.raises(ValueError, match="255"):
            finder_with(analyzer, fuzzies=[("w" * 256, 1, 0)])
        with pytest.raises(TypeError):
            extension.MatchFinder(analyzer.native, True, [(7, 0)], [], [], [])
        with pytest.raises(TypeError):
            extension.MatchFinder(analyzer.native, True, [], [], [], [("war", 1)])
        with pytest.raises(TypeError, match="string"):
            finder_with(analyzer).find(b"bytes")  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="initialised"):
            extension.MatchFinder.__new__(extension.MatchFinder).find("")

    def test_several_threads(self) -> None:
        """
        Others run while a long text is read; the analyzer is refused to them.
        """
        analyzer = NativeAnalyzer()
        finder = finder_with(analyzer, words=[("war", 0)])
        text = "war and peace " * 100_000
        expected = finder.find(text)
        failures: list[str] = []

        def read() -> None:
            for _ in range(20):
                try:
                    if finder.find(text) != expected:
                        failures.append("wrong matches")
                except RuntimeError as error:
                    if "one caller" not in str(error):
                        failures.append(str(error))

        threads = [threading.Thread(target=read) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [] == failures
        assert expected == finder.find(text)


def _numbered(terms: list[str]) -> list[tuple[str, int]]:
    return [(term, number) for number, term in enumerate(terms)]


def finder_with(
    analyzer: NativeAnalyzer,
    words: list[tuple[str, int]] | None = None,
    sequences: list[tuple[tuple[str, ...], int]] | None = None,
    prefixes: list[tuple[str, int]] | None = None,
    fuzzies: list[tuple[str, int, int]] | None = None,
    *,
    keeps_beginnings: bool = True,
) -> _native.MatchFinder:
    assert extension is not None
    finder: _native.MatchFinder = extension.MatchFinder(
        analyzer.native,
        keeps_beginnings,
        words or [],
        sequences or [],
        prefixes or [],
        fuzzies or [],
    )
    return finder


class TestChooser:
    def test_kinds_are_asked_for_once(self) -> None:
        """
        Each block of characters is asked for when one of them first comes.
        """
        asked: list[int] = []

        def kinds(block: int) -> bytes:
            asked.append(block)
            return compiled._kinds_of_block(block)

        chooser = chooser_with(kinds)
        for _ in range(2):
            assert [(0, 3), (4, 10)] == chooser.sentences("Hé! So it.")
            chooser.sentences("東 \U0010ffff")
        assert sorted(asked) == sorted(set(asked))
        assert {0, 1, ord("東") // 128, 0x10FFFF // 128} == set(asked)

    @pytest.mark.parametrize(
        ("answer", "error"),
        [(b"", ValueError), (b"\0" * 127, ValueError), (None, TypeError)],
    )
    def test_wrong_kinds(self, answer: object, error: type[Exception]) -> None:
        """
        An answer that is none is refused, each time.
        """
        chooser = chooser_with(lambda block: answer)
        for _ in range(2):
            with pytest.raises(error):
                chooser.sentences("a")

    def test_what_functions_raise_goes_through(self) -> None:
        """
        Errors of the functions that it was made with reach the caller.
        """

        def fail(_: object) -> bytes:
            raise KeyError("no")

        with pytest.raises(KeyError, match="no"):
            chooser_with(fail).sentences("a")
        chooser = chooser_with(compiled._kinds_of_block, fail)
        body = "Wa\u0308r.\nWa\u0308r."
        with pytest.raises(KeyError, match="no"):
            chooser.choose(body, None, [(0, 4, 0), (6, 10, 0)], ((0, 1.0),), 2, 280)

    @pytest.mark.parametrize(
        ("arguments", "error"),
        [
            ((b"a", None, [], (), 1, 1), TypeError),
            (("a", 7, [], (), 1, 1), TypeError),
            (("a", None, [(0, 1, 0)], (), 1, 1), ValueError),
            (("a", None, [(0, 1, 1)], ((0, 1.0),), 1, 1), ValueError),
            (("a", None, [(0, 1)], ((0, 1.0),), 1, 1), TypeError),
            (("a", None, [(0, 2**70, 0)], ((0, 1.0),), 1, 1), OverflowError),
            (("a", None, [], ((1, 1.0),), 1, 1), ValueError),
            (("a", None, [], (), 0, 1), ValueError),
            (("a", None, [], (), 1, 0), ValueError),
            (("a", None, [], (), 1, 2**41), ValueError),
        ],
    )
    def test_wrong_arguments(
        self, arguments: tuple[object, ...], error: type[Exception]
    ) -> None:
        """
        What would leave its tables or overflow is refused.
        """
        with pytest.raises(error):
            compiled._chooser().choose(*arguments)  # type: ignore[arg-type]

    def test_a_finder_with_more_targets(self) -> None:
        """
        The targets must be those of the finder.
        """
        finder = finder_with(NativeAnalyzer(), words=[("war", 3)])
        with pytest.raises(ValueError, match="more targets"):
            compiled._chooser().choose("war", finder, [], ((0, 1.0),), 1, 280)

    def test_matches_outside_are_passed_over(self) -> None:
        """
        Spans that do not lie in the text do no harm.
        """
        matches = [(-5, 2, 0), (2, 2, 0), (9, 3, 0), (8, 90, 0), (-9, -4, 0)]
        rained = Snippet("It rained.", Span(0, 10))
        assert (rained,) == compiled._chooser().choose(
            "It rained.", None, matches, ((0, 1.0),), 2, 280
        )
        assert () == compiled._chooser().highlights("It rained.", None, matches)

    def test_snippets_are_as_their_class_makes_them(self) -> None:
        """
        They and their spans equal, hash, print and copy like any others.
        """
        maker = compiled.NativeSnippetMaker(Word("war"), NativeAnalyzer())
        (snippet,) = maker.snippets("It was a war.")
        made = Snippet("It was a war.", Span(0, 13), (Span(9, 12),))
        assert made == snippet
        assert hash(made) == hash(snippet)
        assert repr(made) == repr(snippet)
        assert type(snippet.span) is type(snippet.highlights[0]) is Span
        assert snippet == pickle.loads(pickle.dumps(snippet))
        with pytest.raises(AttributeError):
            snippet.text = "peace"  # type: ignore[misc]

    def test_classes_that_are_none(self) -> None:
        """
        What it is given to make its results of must be the right kind of class.
        """
        assert extension is not None
        words = (BEFORE_NAMES, ANYWHERE, OPENERS)
        for snippet, span in [(7, Span), (Snippet, dict)]:
            with pytest.raises(TypeError, match="class"):
                extension.SnippetChooser(
                    *(compiled._kinds_of_block, str.lower, folded_alone),
                    *(*words, snippet, span),
                )
        other = extension.SnippetChooser(
            *(compiled._kinds_of_block, str.lower, folded_alone),
            *(*words, Span, Span),
        )
        with pytest.raises(AttributeError):
            other.choose("a war", None, [], (), 1, 280)

    def test_references_are_given_back(self) -> None:
        """
        Strings that go in are not kept.
        """
        body = "Thé war. " * 50 + "End."
        maker = compiled.NativeSnippetMaker(Word("war"), NativeAnalyzer())
        before = sys.getrefcount(body)
        for _ in range(10):
            maker.snippets(body, count=3, size=20)
        assert before == sys.getrefcount(body)


def chooser_with(
    kinds: object, comparable: object = str.lower
) -> _native.SnippetChooser:
    assert extension is not None
    chooser: _native.SnippetChooser = extension.SnippetChooser(
        kinds,
        comparable,
        folded_alone,
        *(BEFORE_NAMES, ANYWHERE, OPENERS),
        *(Snippet, Span),
    )
    return chooser
