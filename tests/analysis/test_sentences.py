from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.analysis import paragraphs, sentences, sentences_of_paragraph
from searchkit.analysis.sentences import _end
from searchkit.spans import Span

PIECES = st.sampled_from(
    [
        *"Gen. U.S. No. Mr. Inc. p.m. J. The the rain Kabul 7 東 é 3.14 I".split(),
        *". ! ? … 。 ... \" ” “ ) ( '".split(),
        *(" ", "  ", "\n", "\r\n", "\t", "\x1c", "\x85", "\u2028", "\u00a0"),
    ]
)
#: Where a sentence may end, said in the plainest way: the look-behind keeps it from
#: matching the tail of a run of marks.
PLAIN_END = re.compile(
    r"""
    (?<![.!?…。！？])(?P<mark>[.!?…。！？]+)(?P<close>["'”’»)\]]{0,3})(?P<gap>\s+)
    (?=(?P<open>["'“‘«(\[¿¡]{0,3})(?P<next>\w))
    """,
    re.VERBOSE,
)
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join))


def cut(text: str) -> list[str]:
    return [span.cut(text) for span in sentences(text)]


class TestProperties:
    @settings(max_examples=200)
    @given(TEXTS)
    def test_sentences_hold_the_whole_text(self, text: str) -> None:
        """
        Sentences stand in order, apart, trimmed, and leave out nothing but white space.
        """
        end = 0
        for span in sentences(text):
            assert end <= span.start < span.end
            assert "" == text[end : span.start].strip()
            assert span.cut(text) == span.cut(text).strip()
            end = span.end
        assert "" == text[end:].strip()

    @given(TEXTS)
    def test_sentences_fill_their_paragraph(self, text: str) -> None:
        """
        The sentences of a paragraph share both ends with it, and none has a line break.
        """
        found = []
        for paragraph in paragraphs(text):
            inside = sentences_of_paragraph(text, paragraph)
            assert paragraph == Span(inside[0].start, inside[-1].end)
            assert not set("\r\n\v\f\x85\u2028\u2029").intersection(paragraph.cut(text))
            found += inside
        assert found == sentences(text)

    @settings(max_examples=300)
    @given(TEXTS)
    def test_ends_are_those_of_the_plain_pattern(self, text: str) -> None:
        """
        The pattern that is fast finds what the pattern that is plain finds.
        """
        found = [end for end in _end().finditer(text) if end["gap"]]
        plain = list(PLAIN_END.finditer(text))
        assert [end.span() for end in plain] == [end.span() for end in found]
        assert [end.groups() for end in plain] == [end.groups() for end in found]

    @given(TEXTS, TEXTS)
    def test_paragraphs_do_not_see_each_other(self, one: str, other: str) -> None:
        """
        What stands on another line changes nothing.
        """
        assert cut(one) + cut(other) == cut(f"{one}\n{other}")

    @pytest.mark.parametrize(
        "unit", [".", ". ", "! ", "a. ", ".'", "U.S. ", " ", '." ']
    )
    def test_repetitions_end(self, unit: str) -> None:
        """
        A hundred thousand repetitions of what tempts a pattern to go back are read.
        """
        text = unit * 100_000 + "x"
        assert "".join(text.split()) == "".join("".join(cut(text)).split())


def two(first: str, second: str) -> None:
    assert [first, second] == cut(f"{first} {second}")


def one(text: str) -> None:
    assert [text] == cut(text)


class TestEnds:
    @pytest.mark.parametrize(
        "mark", [".", "!", "?", "…", "...", "?!", '."', ".”", "!)"]
    )
    def test_marks_end_a_sentence(self, mark: str) -> None:
        """
        With the quotes and brackets that close behind them.
        """
        two(f"It rained{mark}", "Nobody slept.")

    @pytest.mark.parametrize(
        "start", ["“Go,” he said.", "(It did.)", "7 men fled.", "東"]
    )
    def test_what_opens_a_sentence(self, start: str) -> None:
        """
        A quote, a bracket, a digit, or a letter without case.
        """
        two("It rained.", start)

    def test_lower_case_goes_on(self) -> None:
        """
        A small letter never opens a sentence.
        """
        one("It rained, approx. twice. or so he said.")
        one("“Go!” he said.")

    @pytest.mark.parametrize(
        "short", "Gen. Mr. Dr. Sen. St. Col. Lt. Messrs. Prof. Rep. v. vs. Sgt.".split()
    )
    def test_titles_never_end_one(self, short: str) -> None:
        """
        Whatever follows an abbreviation that stands before names.
        """
        one(f"They met {short} Miller there.")
        one(f"They met {short} The Miller there.")

    @pytest.mark.parametrize("short", "Inc. Corp. Jan. Jr. a.m. p.m. U.S. U.N.".split())
    def test_others_end_one_before_an_opener(self, short: str) -> None:
        """
        Abbreviations that can close a sentence do where "The" or "He" follows.
        """
        two(f"It was {short}", "The town slept.")
        one(f"It was {short} Smith who slept.")

    def test_initials_stand_in_names(self) -> None:
        """
        A single capital before a dot is an initial, unless a sentence clearly opens.
        """
        one("George W. Bush met J. R. Miller.")
        two("It was plan B.", "The others failed.")
        one("He met Malcolm X. I mean it.")

    def test_no_before_a_number(self) -> None:
        """
        "No." is an answer, or it abbreviates "number".
        """
        one("He lives at No. 10 Downing Street.")
        two("He said No.", "Then he left.")

    def test_numbers_keep_their_dots(self) -> None:
        """
        A dot without white space behind it ends nothing.
        """
        one("It grew by 3.14 percent in 2019.It did.")

    def test_lines_end_sentences(self) -> None:
        """
        A headline without a full stop is a sentence of its own.
        """
        assert ["Rain in Doha", "It rained", "Twice."] == cut(
            "Rain in Doha\r\nIt rained\n\n \nTwice."
        )

    def test_nothing_has_none(self) -> None:
        """
        White space alone holds neither paragraphs nor sentences.
        """
        assert [] == cut(" \n\t\u2028 ")
        assert [] == paragraphs("")
