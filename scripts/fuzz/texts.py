"""
The target ``texts``: strange texts go through analyzer, builder and snippets.
"""

from __future__ import annotations

import random
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from searchkit.analysis import Analyzer
from searchkit.analysis.compiled import NativeAnalyzer
from searchkit.queries.tree import And, Fuzzy, Or, Phrase, Prefix, Query, Word
from searchkit.snippets import SnippetMaker
from searchkit.snippets.compiled import NativeSnippetMaker, _chooser

if TYPE_CHECKING:
    from pathlib import Path

PIECES: Final = (
    *"war peace Gen. U.S. Mr. p.m. O'Neill 1,250.75 covid-19 The he I. x 3.14".split(),
    *"é e\u0301 İ ß ﬁ ǅ Ⅷ ª 東京 ひらがな 한국어 שלום سلام ไทย".split(),
    *(" ", " ", " ", "\n", "\r\n", "\t", "\v", "\x85", "\u2028", "\u2029", "\u3000"),
    *("\x00", "\x01", "\x1b", "\x7f", "\u200b", "\u200d", "\u202e", "\ufeff", "\ufffd"),
    *("\ud800", "\udbff", "\udc00", "\udfff", "\ufffe", "\uffff", "\U0010ffff"),
    *("👩\u200d👩\u200d👧", "🇦🇫", "🏳️\u200d🌈", "👍🏽", "1️⃣", "\U000e0041"),
    *(". ", "! ", "? ", "… ", "。", "'", "’", '"', "«", "(", ")", "-", "_", ",", ";"),
)
"""What tempts to cut, count or fold wrongly."""

#: Pieces repeated so often that a table, block or count may run over.
_REPETITIONS: Final = (2, 31, 64, 65, 127, 128, 129, 255, 256, 257, 1000, 20_000)
#: Python decomposes Hangul in many small steps, each of which copies all that came
#: before where memory is checked: longer tokens of it would look like a hang.
_MOST_CHARACTERS: Final = 40_000


class TextsTarget:
    """
    Draws texts, and does with them what indexing and quoting do.

    Args:
        folder: For segment files.
        extension: The compiled extension.
    """

    def __init__(self, folder: Path, extension: Any) -> None:
        self._path = folder / "texts.sks"
        self._extension = extension
        self._analyzer = NativeAnalyzer()
        self._pure = Analyzer()

    def run(self, seed: str) -> str:
        """
        Run the case of a seed.

        Returns:
            ``refused`` where the builder did not take the text, else ``finished``.

        Raises:
            AssertionError: Native and pure form differ.
            Exception: Something else than a refusal was raised.
        """
        chance = random.Random(seed)  # noqa: S311 - to be had again
        texts = [draw_text(chance) for _ in range(chance.randint(1, 4))]
        for text in texts:
            self._analyse(text)
        self._quote(texts[0], chance)
        try:
            if chance.random() < 0.8:
                self._build(texts, chance)
            else:
                self._build_wrongly(texts, chance)
        except (ValueError, TypeError, OverflowError, IndexError):
            return "refused"
        finally:
            self._path.unlink(missing_ok=True)
            if chance.random() < 0.1:
                self._analyzer.native.clear()
        return "finished"

    def _analyse(self, text: str) -> None:
        """
        Take a text apart; a short one is compared with what the pure form makes of it.
        """
        tokens = list(self._analyzer.tokens(text))
        terms = self._analyzer.terms(text)
        assert [(token.term, token.word) for token in tokens] == terms
        if len(text) < 2000:
            assert list(self._pure.tokens(text)) == tokens

    def _quote(self, text: str, chance: random.Random) -> None:
        """
        Choose snippets, and compare those of a short text.
        """
        _chooser().sentences(text)
        tree = draw_query(chance, text)
        count = chance.choice((0, 1, 3, 1000))
        size = chance.choice((1, 2, 60, 280, 2**40))
        native = NativeSnippetMaker(tree, self._analyzer)
        found = native.snippets(text, None, count=count, size=size)
        native.title_highlights(text, None)
        if len(text) < 1000:
            pure = SnippetMaker(tree, self._analyzer)
            assert pure.snippets(text, None, count=count, size=size) == found

    def _build(self, texts: list[str], chance: random.Random) -> None:
        """
        Write texts and names as a segment, and read it.
        """
        extension = self._extension
        text = extension.FREQUENCIES | extension.POSITIONS | extension.LENGTHS
        fields = [
            ("id", extension.KEY, None),
            ("body", text, 2),
            ("words", 0, None),
            ("names", extension.FREQUENCIES, None),
        ]
        builder = extension.SegmentBuilder(
            self._analyzer.native, fields, ["day"], chance.choice((1, 16))
        )
        whole = 0
        for number, one in enumerate(texts):
            names = {piece: chance.randint(1, 9) for piece in draw_text(chance)[:50]}
            terms = [(0, f"k{number}", 1), *((3, *pair) for pair in names.items())]
            # Half code points are in no file; the writer takes them out before.
            with suppress(UnicodeEncodeError):
                builder.add([(1, one)], terms, (chance.getrandbits(32),))
                whole += 1
        builder.finish(self._path)
        segment = extension.Segment(self._path)
        segment.verify()
        assert segment.documents == whole
        for field in segment.fields:
            cursor = segment.terms(field)
            while cursor.valid:
                postings = segment.postings(field, cursor.text)
                assert postings.rest()
                cursor.next()

    def _build_wrongly(self, texts: list[str], chance: random.Random) -> None:
        """
        Call a builder with fields, numbers and orders that do not fit.
        """
        numbers = (0, 1, 2, 3, 7, 2**31, 2**32 - 1, 2**32, -1)
        fields = [
            (
                chance.choice(("a", "b", "c" * 47, "d" * 48, "", "e\x00f", "\ud800")),
                chance.choice((0, 1, 2, 3, 4, 7, 8, 15, 16, 2**32 - 1)),
                chance.choice((None, None, 0, 1, 5)),
            )
            for _ in range(chance.randint(0, 4))
        ]
        columns = ["day", "x" * 63, "y" * 64][: chance.randint(0, 3)]
        analyzer = self._analyzer.native if chance.random() < 0.8 else None
        builder = self._extension.SegmentBuilder(
            analyzer, fields, columns, chance.choice((0, 1, 2**32 - 1))
        )
        refused = False
        for text in texts:
            for _ in range(chance.randint(1, 3)):
                call = chance.randrange(4)
                number = chance.choice(numbers)
                field = chance.choice((0, 0, 1, 2, number))
                values = [chance.choice(numbers[:4]) for _ in columns]
                documents = sorted(chance.choices(numbers[:5], k=chance.randint(0, 3)))
                try:
                    if call == 0:
                        builder.add([(field, text)] * chance.randint(1, 2), [], values)
                    elif call == 1:
                        builder.add([], [(field, text[:70_000], number)] * 2, values)
                    elif call == 2:
                        builder.begin_document([(field, number)], values)
                    else:
                        raw = text.encode(errors="replace")[:70_000]
                        counts = documents[: chance.randint(0, 3)]
                        builder.add_postings(field, raw, documents, counts, numbers[:3])
                except (ValueError, TypeError, OverflowError, IndexError):
                    refused = True
        builder.add_stored(b"blob")
        builder.finish(self._path)
        self._extension.Segment(self._path).verify()
        if refused:
            raise ValueError("a call was refused")


def draw_text(chance: random.Random) -> str:
    """
    Draw a text: pieces, any code points, or a piece repeated very often.
    """
    kind = chance.random()
    if kind < 0.5:
        text = "".join(chance.choices(PIECES, k=chance.choice((0, 1, 5, 50, 300))))
    elif kind < 0.7:
        text = "".join(
            chr(chance.randrange(0x110000)) for _ in range(chance.choice((1, 20, 400)))
        )
    elif kind < 0.8:
        text = chance.randbytes(chance.choice((1, 100, 1000))).decode("latin-1")
    else:
        times = chance.choice(_REPETITIONS)
        text = chance.choice(PIECES) * times + "".join(chance.choices(PIECES, k=9))
    return text[:_MOST_CHARACTERS]


def draw_query(chance: random.Random, text: str) -> Query:
    """
    Draw a query, mostly of words of the text.
    """

    def word() -> str:
        if text and chance.random() < 0.7:
            start = chance.randrange(len(text))
            return text[start : start + chance.choice((1, 3, 12, 80))]
        return chance.choice(PIECES)

    def leaf() -> Query:
        kind = chance.randrange(4)
        if kind == 0:
            return Word(word())
        if kind == 1:
            return Prefix(word())
        if kind == 2:
            return Fuzzy(word(), chance.choice((1, 2)))
        return Phrase(" ".join(word() for _ in range(chance.randint(1, 4))))

    children = tuple(leaf() for _ in range(chance.randint(1, 6)))
    return chance.choice((Or, And))(children)
