from __future__ import annotations

import html
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.hits import Snippet
from searchkit.snippets import RenderStyle, render_snippet, render_title
from searchkit.spans import Span

BOLD, NORMAL = "\x1b[1;31m", "\x1b[22;39m"
STYLES = list(RenderStyle)


class TestStyles:
    TEXT = "Mr. O'Neill & the U.S. envoy"
    HIGHLIGHTS = (Span(4, 11), Span(23, 28))

    @pytest.mark.parametrize(
        ("style", "expected"),
        [
            (RenderStyle.PLAIN, "Mr. O'Neill & the U.S. envoy"),
            (
                RenderStyle.ANSI,
                f"Mr. {BOLD}O'Neill{NORMAL} & the U.S. {BOLD}envoy{NORMAL}",
            ),
            (
                RenderStyle.HTML,
                "Mr. <mark>O&#x27;Neill</mark> &amp; the U.S. <mark>envoy</mark>",
            ),
        ],
    )
    def test_each_style_marks_in_its_way(
        self, style: RenderStyle, expected: str
    ) -> None:
        """
        Plain marks nothing, a terminal shows bold red, a page has ``<mark>``.
        """
        assert expected == render_title(self.TEXT, self.HIGHLIGHTS, style)

    def test_plain_is_the_default(self) -> None:
        """
        Without a style, the words alone are shown.
        """
        assert self.TEXT == render_title(self.TEXT, self.HIGHLIGHTS)

    def test_styles_have_plain_names(self) -> None:
        """
        A style can be made from the word that a user gives.
        """
        assert RenderStyle.ANSI is RenderStyle("ansi")
        with pytest.raises(ValueError, match="loud"):
            RenderStyle("loud")


class TestLines:
    def test_white_space_becomes_one_space(self) -> None:
        """
        Line breaks, tabs and runs of spaces show as one space, in and around marks.
        """
        text = "war \n\n and\t peace"
        assert "war and peace" == render_title(text)
        assert "war <mark>and </mark>peace" == render_title(
            text, (Span(6, 11),), RenderStyle.HTML
        )

    @pytest.mark.parametrize("style", STYLES)
    @pytest.mark.parametrize(
        ("cut_start", "cut_end", "expected"),
        [
            (False, False, "and then"),
            (True, False, "…and then"),
            (False, True, "and then…"),
            (True, True, "…and then…"),
        ],
    )
    def test_cuts_show_as_an_ellipsis(
        self, style: RenderStyle, cut_start: bool, cut_end: bool, expected: str
    ) -> None:
        """
        ``…`` stands where the quotation begins or ends inside a sentence.
        """
        snippet = Snippet("and then", Span(9, 17), cut_start=cut_start, cut_end=cut_end)
        assert expected == render_snippet(snippet, style)

    def test_markup_of_the_article_is_shown_not_used(self) -> None:
        """
        Tags and entities in the text are escaped once; so are those inside marks.
        """
        text = "<script>x</script> &amp; <b>"
        assert (
            "&lt;script&gt;<mark>x</mark>&lt;/script&gt; &amp;amp; &lt;b&gt;"
            == render_title(text, (Span(8, 9),), RenderStyle.HTML)
        )


class TestStrangersText:
    @pytest.mark.parametrize("style", STYLES)
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("\x1b[2Jgone", "\ufffd[2Jgone"),
            ("\x9b31mred", "\ufffd31mred"),
            ("bell\x07 back\x08 del\x7f", "bell\ufffd back\ufffd del\ufffd"),
            ("title \x1b]0;mine\x07", "title \ufffd]0;mine\ufffd"),
            ("name\u202egpj.exe", "namegpj.exe"),
            ("\u2066a\u2069 \u202ab\u202c", "a b"),
            ("lone \ud83d half", "lone \ufffd half"),
            ("a\x85b\x0cc\u2028d", "a b c d"),
            ("mark\u200f stays", "mark\u200f stays"),
        ],
    )
    def test_control_characters_are_made_harmless(
        self, style: RenderStyle, text: str, expected: str
    ) -> None:
        """
        Escape sequences lose their ESC, and direction overrides are left out.
        """
        assert expected == render_title(text, (), style)


@st.composite
def texts_with_highlights(draw: st.DrawFn) -> tuple[str, list[Span]]:
    alphabet = st.one_of(
        st.characters(),
        st.sampled_from("<>&\"';amp \n\t\x1b\x9b\x07\u202e\u2067\u0301"),
    )
    text = draw(st.text(alphabet, max_size=60))
    place = st.integers(0, len(text) + 1)
    pairs = draw(st.lists(st.tuples(place, place), max_size=6))
    return text, [Span(*sorted(pair)) for pair in pairs]


@given(texts_with_highlights())
def test_html_unescapes_to_the_plain_line(case: tuple[str, list[Span]]) -> None:
    """
    Without its marks and unescaped once, HTML is what the plain style shows.
    """
    text, highlights = case
    page = render_title(text, highlights, RenderStyle.HTML)
    bare = re.sub("</?mark>", "", page)
    assert not re.search("[<>\"']", bare)
    # html.unescape gives numeric meaning to nothing here: all entities are ours.
    assert render_title(text, highlights) == html.unescape(bare)


@given(st.text("abc <>&\"'äµ東…", max_size=60))
def test_html_unescapes_to_the_text(text: str) -> None:
    """
    Text without control characters and runs of spaces comes back unchanged.
    """
    text = " ".join(text.split())
    assert text == html.unescape(render_title(text, (), RenderStyle.HTML))


@given(texts_with_highlights())
def test_ansi_has_no_control_characters_but_ours(
    case: tuple[str, list[Span]],
) -> None:
    """
    Without our two sequences, nothing is left that a terminal would obey.
    """
    text, highlights = case
    line = render_title(text, highlights, RenderStyle.ANSI)
    assert line.count(BOLD) == line.count(NORMAL)
    rest = line.replace(BOLD, "").replace(NORMAL, "")
    assert render_title(text, highlights) == rest
    assert not [c for c in rest if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", rest)
    line.encode("utf-8")


@given(texts_with_highlights())
def test_marks_do_not_change_the_words(case: tuple[str, list[Span]]) -> None:
    """
    Plain output is the same with and without highlights.
    """
    text, highlights = case
    assert render_title(text) == render_title(text, highlights)
