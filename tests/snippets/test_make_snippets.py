from __future__ import annotations

import subprocess
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit import snippets as package
from searchkit.analysis import english_analyzer
from searchkit.annotations.model import Annotations, EntityMention
from searchkit.queries.tree import And, Name, Not, Or, Phrase, Prefix, Query, Word
from searchkit.snippets import (
    RenderStyle,
    make_snippets,
    render_snippet,
    snippet_maker,
    title_highlights,
)
from searchkit.spans import Span

BODY = """\
Harbour news

Fishermen in the port of Lomar blocked the harbour on Monday. Mr. Adeyo, who speaks \
for them, said the U.S. fleet had taken their catch. Nobody was hurt.

The blockade began at 5 a.m. and ended at noon. "We want our harbour back," said one \
of the fishermen.

Prime Minister Ilva Sorn promised talks. The minister's office in Lomar gave no date.
"""


def lines(tree: Query, *, size: int = 300) -> list[str]:
    found = make_snippets(BODY, tree, english_analyzer(), size=size)
    return [render_snippet(snippet, RenderStyle.HTML) for snippet in found]


class TestGolden:
    def test_one_word(self) -> None:
        """
        Two paragraphs with the word are shown, the heading is not.
        """
        first = (
            "Fishermen in the port of Lomar blocked the <mark>harbour</mark> on "
            "Monday. Mr. Adeyo, who speaks for them, said the U.S. fleet had taken "
            "their catch. Nobody was hurt."
        )
        second = (
            "The blockade began at 5 a.m. and ended at noon. &quot;We want our "
            "<mark>harbour</mark> back,&quot; said one of the fishermen."
        )
        assert [first, second] == lines(Word("harbours"))

    def test_small_snippets_keep_abbreviations_whole(self) -> None:
        """
        The sentence with "Mr." and "U.S." is quoted from its beginning to its end.
        """
        sentence = (
            "Mr. <mark>Adeyo</mark>, who speaks for them, said the "
            "<mark>U.S</mark>. fleet had taken their catch."
        )
        assert [sentence] == lines(And((Word("Adeyo"), Word("US"))), size=90)

    def test_phrases_are_marked_as_a_whole(self) -> None:
        """
        Only the phrase is marked, not its words elsewhere.
        """
        paragraph = (
            "<mark>Prime Minister</mark> Ilva Sorn promised talks. The "
            "minister&#x27;s office in Lomar gave no date."
        )
        assert [paragraph] == lines(Phrase("prime ministers"))

    def test_what_is_excluded_is_not_marked(self) -> None:
        """
        A word under a Not has no part in the choice.
        """
        paragraph = (
            "The <mark>blockade</mark> began at 5 a.m. and ended at noon. "
            "&quot;We want our harbour back,&quot; said one of the fishermen."
        )
        tree = And((Prefix("blockad"), Not(Word("harbour"))))
        assert [paragraph] == lines(tree)

    def test_nothing_matches(self) -> None:
        """
        A hit by its title alone is shown with the opening of its body.
        """
        opening = "Fishermen in the port of Lomar blocked the harbour on Monday."
        assert [opening] == lines(Word("volcano"), size=80)


def test_weights_steer_the_choice() -> None:
    """
    The key with the greater weight is the one shown where there is room for one.
    """
    tree = Or((Word("noon"), Word("date")))
    for heavy in ("noon", "date"):
        (snippet,) = make_snippets(
            BODY, tree, english_analyzer(), count=1, weights={heavy: 9.0}
        )
        assert [heavy] == [span.cut(snippet.text) for span in snippet.highlights]


def test_names_are_highlighted_in_body_and_title() -> None:
    """
    An entity is marked where annotations found it, in the text that was asked for.
    """
    title = "Lomar: port of Lomar closed"
    at = BODY.index("Lomar")
    annotations = Annotations(
        entities=(
            EntityMention(Span(15, 20), "Lomar", "place", "Lomar", "title"),
            EntityMention(Span(at, at + 5), "Lomar", "place", "Lomar"),
        )
    )
    tree = Name("place", "lomar")
    assert (Span(15, 20),) == title_highlights(
        title, tree, english_analyzer(), annotations
    )
    (snippet,) = make_snippets(BODY, tree, english_analyzer(), annotations)
    assert (Span(at, at + 5),) == tuple(
        span.shift(snippet.span.start) for span in snippet.highlights
    )


def test_one_maker_serves_all_hits_of_a_query() -> None:
    """
    What it gives for an article does not depend on those before.
    """
    tree = Or((Phrase("harbour talks"), Prefix("fish"), Word("lomar")))
    analyzer = english_analyzer()
    maker = snippet_maker(tree, analyzer)
    for body in (BODY, "Harbour", "talks of fishing", "", BODY):
        assert make_snippets(body, tree, analyzer) == maker.snippets(body)
        assert title_highlights(body, tree, analyzer) == maker.title_highlights(body)


def test_sizes_beyond_any_text() -> None:
    """
    Neither a huge size nor a huge count is too much.
    """
    assert (
        make_snippets(BODY, Word("harbour"), english_analyzer(), size=10**6)
        == (
            make_snippets(
                BODY, Word("harbour"), english_analyzer(), count=10**30, size=10**30
            )[:2]
        )
    )


def test_title_highlights_are_disjoint_and_in_order() -> None:
    """
    Matches that overlap in a title are joined.
    """
    tree = Or((Phrase("harbour talks"), Word("talks"), Word("fail", "title")))
    title = "Fail again: harbour talks"
    assert (Span(0, 4), Span(12, 25)) == title_highlights(
        title, tree, english_analyzer()
    )


@given(
    body=st.text(max_size=400),
    words=st.lists(st.text(max_size=8), min_size=1, max_size=3),
    size=st.integers(1, 200),
)
@settings(max_examples=150, deadline=None)
def test_every_snippet_is_an_exact_quotation(
    body: str, words: list[str], size: int
) -> None:
    """
    Whatever the body and the query, what is shown stands in the body, there.
    """
    tree = And(tuple(Word(word) for word in (*words, *body.split()[:2])))
    for snippet in make_snippets(body, tree, english_analyzer(), size=size):
        assert snippet.text == body[snippet.span.start : snippet.span.end]
        assert len(snippet.text) <= size


class TestPackage:
    def test_public_names(self) -> None:
        """
        What the package offers is this, and all of it is documented.
        """
        assert [
            "Criteria",
            "Match",
            "RenderStyle",
            "SnippetMaker",
            "choose",
            "find_matches",
            "make_snippets",
            "render_snippet",
            "render_title",
            "snippet_maker",
            "title_highlights",
        ] == package.__all__
        assert all(getattr(package, name).__doc__ for name in package.__all__)

    def test_importing_is_cheap(self) -> None:
        """
        Importing the package loads no engine, no parser library and no stemmer.
        """
        code = "import sys, searchkit.snippets; print(*sys.modules)"
        loaded = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True
        ).stdout.split()
        heavy = {"whoosh", "bs4", "lxml", "trafilatura", "rich", "click", "Stemmer"}
        assert set() == heavy & set(loaded)
