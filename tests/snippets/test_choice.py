from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit.analysis import fold, paragraphs
from searchkit.snippets import Match
from searchkit.spans import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from searchkit.hits import Snippet

    Choose = Callable[..., tuple[Snippet, ...]]


def occurrences(body: str, *words: str, **weights: float) -> list[Match]:
    found = []
    for word in words:
        at = body.find(word)
        while at >= 0:
            span = Span(at, at + len(word))
            found.append(Match(span, word, weights.get(word, 1.0)))
            at = body.find(word, at + 1)
    return found


def texts(snippets: tuple[Snippet, ...]) -> list[str]:
    return [snippet.text for snippet in snippets]


def marked(snippet: Snippet) -> list[str]:
    return [span.cut(snippet.text) for span in snippet.highlights]


class TestSentences:
    def test_abbreviations_do_not_end_a_quotation(self, choose: Choose) -> None:
        """
        "U.S." and "Mr." stand inside a sentence, and so inside the fragment.
        """
        body = (
            "Rain fell all day. Mr. Ghani met U.S. envoys in the palace. "
            "Nobody slept that night."
        )
        (snippet,) = choose(body, occurrences(body, "envoys"), size=45)
        assert "Mr. Ghani met U.S. envoys in the palace." == snippet.text
        assert ["envoys"] == marked(snippet)
        assert (False, False) == (snippet.cut_start, snippet.cut_end)

    def test_following_sentences_fill_the_size(self, choose: Choose) -> None:
        """
        A fragment begins with its match and takes whole sentences while they fit.
        """
        body = "First one here. Second with a match. Third is short. Fourth is longer."
        (snippet,) = choose(body, occurrences(body, "match"), size=40)
        assert "Second with a match. Third is short." == snippet.text

    def test_a_short_last_sentence_takes_the_one_before(self, choose: Choose) -> None:
        """
        A few words alone say little: they come with the sentence before them.
        """
        body = (
            "The council met. It voted on the budget for schools and roads. Rates rose."
        )
        matches = occurrences(body, "Rates")
        (snippet,) = choose(body, matches, size=80)
        expected = "It voted on the budget for schools and roads. Rates rose."
        assert expected == snippet.text
        (snippet,) = choose(body, matches, size=50)
        assert "Rates rose." == snippet.text

    def test_fragments_stay_inside_a_paragraph(self, choose: Choose) -> None:
        """
        However much room there is, a line break ends the fragment.
        """
        body = "Before it, nothing.\nA match here.\n\nAfter it, nothing."
        (snippet,) = choose(body, occurrences(body, "match"), size=1000)
        assert "A match here." == snippet.text

    def test_a_match_over_a_paragraph_break_is_highlighted_as_far_as_quoted(
        self, choose: Choose
    ) -> None:
        """
        A phrase may run over a line break; a snippet does not.
        """
        body = "They signed the Doha.\nAgreement was near."
        match = Match(Span(16, 31), "doha agreement", 3.0)
        assert "Doha.\nAgreement" == match.span.cut(body)
        (snippet,) = choose(body, [match])
        assert "They signed the Doha." == snippet.text
        assert ["Doha."] == marked(snippet)

    def test_overlapping_matches_make_one_highlight(self, choose: Choose) -> None:
        """
        Highlights are disjoint, even where matches of two keys overlap.
        """
        body = "The Doha agreement held."
        matches = occurrences(body, "Doha agreement", "agreement held", "Doha")
        (snippet,) = choose(body, matches)
        assert ["Doha agreement held"] == marked(snippet)


class TestLongSentences:
    BODY = (
        "While the first part of this sentence speaks of harvest and weather and many "
        "other things, the middle mentions the embassy and the airlift, and the last "
        "part wanders off to football, music and the price of bread"
    )

    def test_cut_at_words_around_the_matches(self, choose: Choose) -> None:
        """
        A sentence longer than a snippet is cut at word boundaries on both sides.
        """
        matches = occurrences(self.BODY, "embassy", "airlift")
        (snippet,) = choose(self.BODY, matches, size=60, count=1)
        expected = "mentions the embassy and the airlift, and the last part"
        assert expected == snippet.text
        assert (True, True) == (snippet.cut_start, snippet.cut_end)

    def test_the_densest_place_is_taken(self, choose: Choose) -> None:
        """
        Of a long sentence the part with most of the query is shown.
        """
        matches = occurrences(self.BODY, "harvest", "embassy", "airlift", "bread")
        (snippet,) = choose(self.BODY, matches, size=60, count=1)
        assert ["embassy", "airlift"] == marked(snippet)

    def test_edges_of_the_sentence_are_no_cuts(self, choose: Choose) -> None:
        """
        Only the sides where words are left out say so.
        """
        (first,) = choose(self.BODY, occurrences(self.BODY, "first"), size=60, count=1)
        assert (False, True) == (first.cut_start, first.cut_end)
        (last,) = choose(self.BODY, occurrences(self.BODY, "bread"), size=60, count=1)
        assert (True, False) == (last.cut_start, last.cut_end)
        assert last.text.endswith("price of bread")

    def test_two_parts_of_one_sentence(self, choose: Choose) -> None:
        """
        A sentence that is long enough may be quoted twice, without overlap.
        """
        matches = occurrences(self.BODY, "harvest", "bread")
        first, second = choose(self.BODY, matches, size=60)
        assert ["harvest"] == marked(first)
        assert ["bread"] == marked(second)
        assert first.span.end <= second.span.start

    def test_a_word_longer_than_a_snippet_is_cut(self, choose: Choose) -> None:
        """
        The size holds even where there is no word boundary to cut at.
        """
        body = "x" * 500
        (snippet,) = choose(body, [Match(Span(0, 500), "x", 1.0)], size=50, count=1)
        assert body[:50] == snippet.text
        assert (Span(0, 50),) == snippet.highlights
        assert (False, True) == (snippet.cut_start, snippet.cut_end)

    def test_text_without_spaces_is_cut_between_characters(
        self, choose: Choose
    ) -> None:
        """
        Where no space is near, context is kept, and no mark parted from its letter.
        """
        body = "e\u0301" * 300 + "東京" + "e\u0301" * 300
        for size in (100, 101, 102, 103):
            (snippet,) = choose(body, occurrences(body, "東京"), size=size, count=1)
            assert size - 4 <= len(snippet.text) <= size
            assert "e" == snippet.text[0]
            assert body[snippet.span.end] == "e"


class TestScores:
    def test_distinct_keys_beat_repetitions(self, choose: Choose) -> None:
        """
        A sentence with two words of the query beats one with the same word thrice.
        """
        body = "War, war and war again.\nThe war and the peace were long."
        matches = occurrences(body.lower(), "war", "peace")
        (snippet,) = choose(body, matches, count=1)
        assert "The war and the peace were long." == snippet.text

    def test_repetitions_count_a_little(self, choose: Choose) -> None:
        """
        Of two sentences with the same word the one that has it twice is shown.
        """
        body = "The war was long.\nIn war they spoke of war."
        (snippet,) = choose(body, occurrences(body, "war"), count=1)
        assert "In war they spoke of war." == snippet.text

    def test_weights_decide(self, choose: Choose) -> None:
        """
        A rare word is worth more than two common ones.
        """
        body = "Many people said so.\nOnly the falconer knew."
        matches = occurrences(body, "people", "said", "falconer", falconer=5.0)
        (snippet,) = choose(body, matches, count=1)
        assert "Only the falconer knew." == snippet.text

    def test_matches_close_together_are_better(self, choose: Choose) -> None:
        """
        Two words side by side say more than the same two far apart.
        """
        far = "The talks were slow, as all the people who had come here said, in Doha."
        near = "The talks in Doha were slow, as all the people who had come here said."
        body = f"{far}\n{near}"
        (snippet,) = choose(body, occurrences(body, "talks", "Doha"), count=1)
        assert near == snippet.text

    def test_early_sentences_are_better(self, choose: Choose) -> None:
        """
        Between equals the one nearer to the beginning is shown.
        """
        body = "A match is here.\nAnother match is here."
        (snippet,) = choose(body, occurrences(body, "match"), count=1)
        assert "A match is here." == snippet.text

    def test_the_second_snippet_adds_what_is_missing(self, choose: Choose) -> None:
        """
        What the first snippet shows already counts for less in the second.
        """
        body = (
            "Troops and planes left the city.\n"
            "More troops and more planes left later.\n"
            "An envoy stayed behind."
        )
        matches = occurrences(body, "roops", "planes", "envoy")
        assert [
            "Troops and planes left the city.",
            "An envoy stayed behind.",
        ] == texts(choose(body, matches))

    def test_order_of_the_text(self, choose: Choose) -> None:
        """
        Snippets come in order of the text, not of their scores.
        """
        body = "One match is here.\nThis match has a second word."
        matches = occurrences(body, "match", "second")
        assert body.split("\n") == texts(choose(body, matches))
        assert [body.split("\n")[1]] == texts(choose(body, matches, count=1))


class TestRepetitions:
    def test_the_same_paragraph_is_shown_once(self, choose: Choose) -> None:
        """
        A paragraph that comes again, in other case or spacing, is not shown again.
        """
        body = (
            "The embassy closed on Sunday.\n"
            "THE EMBASSY  closed on Sunday.\n"
            "The embassy opened again."
        )
        matches = occurrences(body.lower(), "embassy")
        found = choose(body, matches, count=3)
        assert 2 == len(found)
        assert "The embassy opened again." == found[-1].text

    def test_nothing_but_repetitions(self, choose: Choose) -> None:
        """
        Where an article only repeats itself, there are fewer snippets.
        """
        body = "The embassy closed.\n" * 3000
        assert ["The embassy closed."] == texts(
            choose(body, occurrences(body, "embassy"))
        )


class TestBoilerplate:
    def test_headings_come_last(self, choose: Choose) -> None:
        """
        A short line without a closing mark is shown only where nothing else matches.
        """
        body = "Embassy news and embassy views\nStaff left the embassy by noon."
        matches = occurrences(body.lower(), "embassy", "news")
        assert (
            "Staff left the embassy by noon." == choose(body, matches, count=1)[0].text
        )
        heading = "Embassy news and embassy views"
        assert [heading] == texts(choose(heading, matches[:1]))

    def test_a_heading_that_adds_nothing_is_left_out(self, choose: Choose) -> None:
        """
        The second snippet is no heading unless that shows more of the query.
        """
        body = "Embassy news\nStaff left the embassy by noon."
        matches = occurrences(body.lower(), "embassy")
        assert ["Staff left the embassy by noon."] == texts(choose(body, matches))
        matches = occurrences(body.lower(), "embassy", "news")
        assert body.split("\n") == texts(choose(body, matches))


class TestWithoutMatches:
    def test_the_opening_is_shown(self, choose: Choose) -> None:
        """
        Without a match, the first sentences of the first real paragraph are quoted.
        """
        body = "Share this\n\nIt rained. It snowed. Then the sun came out.\nMore."
        (snippet,) = choose(body, [], size=25)
        assert "It rained. It snowed." == snippet.text
        assert () == snippet.highlights

    def test_nothing_but_headings(self, choose: Choose) -> None:
        """
        Where every line looks like a heading, the first is quoted.
        """
        assert ["Share this"] == texts(choose("Share this\nPrint", []))

    def test_a_long_opening_is_cut(self, choose: Choose) -> None:
        """
        A first sentence that is too long ends at a word, and says so.
        """
        (snippet,) = choose("An endless sentence about nothing.", [], size=20)
        assert "An endless sentence" == snippet.text
        assert (False, True) == (snippet.cut_start, snippet.cut_end)
        (snippet,) = choose("Incomprehensibilities abound.", [], size=10)
        assert "Incomprehe" == snippet.text

    @pytest.mark.parametrize("body", ["", "   ", "\n\n \t\n"])
    def test_empty_bodies_have_no_snippets(self, choose: Choose, body: str) -> None:
        """
        Where there is nothing to quote, nothing is quoted.
        """
        assert () == choose(body, [])

    def test_matches_outside_the_body_are_passed_over(self, choose: Choose) -> None:
        """
        Spans of another version of the text do no harm.
        """
        matches = [
            Match(Span(90, 95), "x", 1.0),
            Match(Span(3, 3), "x", 1.0),
            Match(Span(2, 6), "x", 1.0),
        ]
        (snippet,) = choose("It rained.", matches)
        assert () == snippet.highlights


class TestOptions:
    def test_no_snippets_wanted(self, choose: Choose) -> None:
        """
        A count of 0 gives none.
        """
        assert () == choose("It rained.", [], count=0)

    @pytest.mark.parametrize(("count", "size"), [(-1, 300), (2, 0), (2, -5)])
    def test_impossible_options(self, choose: Choose, count: int, size: int) -> None:
        """
        A negative count and a size below 1 are errors of the caller.
        """
        with pytest.raises(ValueError, match="no snippets"):
            choose("It rained.", [], count=count, size=size)


@pytest.mark.parametrize(
    "piece",
    ["match ", "match. Match. ", "match\n", "The match was long. It ended.\n"],
)
@pytest.mark.usefixtures("it_ends")
def test_time_grows_with_the_length_only(choose: Choose, piece: str) -> None:
    """
    Tens of thousands of matches in one body are no trouble.
    """
    body = piece * (200_000 // len(piece))
    matches = occurrences(body, "match")
    assert choose(body, matches)


ALPHABET = 'ab .!?…"A東é\u0301\n\t\x1c\u2028 ab .abM'


@st.composite
def bodies_with_matches(draw: st.DrawFn) -> tuple[str, list[Match]]:
    body = draw(
        st.one_of(
            st.text(ALPHABET, max_size=300),
            st.text(max_size=80),
            st.lists(
                st.sampled_from(
                    [
                        "The war.",
                        "War ended in peace!",
                        "Peace ",
                        "\n",
                        "the U.S. said ",
                    ]
                ),
                max_size=40,
            ).map("".join),
        )
    )
    place = st.integers(0, len(body) + 2)
    spans = draw(st.lists(st.tuples(place, st.integers(0, 12)), max_size=25))
    keys = st.sampled_from(["a", "b", "c"])
    weights = st.floats(0.1, 10)
    return body, [
        Match(Span(start, start + length), draw(keys), draw(weights))
        for start, length in spans
    ]


@given(given_=bodies_with_matches(), count=st.integers(0, 4), size=st.integers(1, 120))
@settings(max_examples=200, deadline=None)
def test_promises_hold_for_any_text_and_any_matches(
    choose: Choose, given_: tuple[str, list[Match]], count: int, size: int
) -> None:
    """
    Snippets are exact, short enough, disjoint, in order, of one paragraph, and new.
    """
    body, matches = given_
    snippets = choose(body, matches, count=count, size=size)
    assert len(snippets) <= count
    assert bool(snippets) == (count > 0 and not (not body or body.isspace()))
    lines = paragraphs(body)
    end = 0
    for snippet in snippets:
        assert snippet.text == body[snippet.span.start : snippet.span.end]
        assert 1 <= len(snippet.text) <= size
        assert snippet.text == snippet.text.strip()
        assert end <= snippet.span.start
        assert any(line.covers(snippet.span) for line in lines)
        end = snippet.span.end
        inside = 0
        for highlight in snippet.highlights:
            assert inside <= highlight.start < highlight.end <= len(snippet.text)
            inside = highlight.end
    folded = [" ".join(fold(text).split()) for text in texts(snippets)]
    assert len(folded) == len(set(folded))


@given(given_=bodies_with_matches(), size=st.integers(1, 120))
@settings(max_examples=200, deadline=None)
def test_highlights_are_what_matched(
    choose: Choose, given_: tuple[str, list[Match]], size: int
) -> None:
    """
    A code point of a snippet is highlighted exactly where a usable match covers it.
    """
    body, matches = given_
    covered = {
        at
        for match in matches
        if match.span.end <= len(body) and not body[match.span.start :][:1].isspace()
        for at in range(*match.span)
    }
    for snippet in choose(body, matches, count=3, size=size):
        shown = {
            snippet.span.start + at
            for highlight in snippet.highlights
            for at in range(*highlight)
        }
        assert covered & set(range(*snippet.span)) == shown
