r"""
Rendering: from a snippet to something to look at.

Here, and only here, text and markup meet.  There are three styles:

- ``plain`` shows the words alone;
- ``ansi`` shows matches in bold red, for terminals;
- ``html`` puts ``<mark>`` around matches and escapes everything else, once.

Whatever the style, a snippet becomes one line: white space and line breaks show as one
space, and ``…`` stands where a sentence is cut.  An article is a stranger's text, so
what could take over a terminal or turn the line around is made harmless in every style:
control characters show as U+FFFD, and the characters that override the direction of
writing are left out.  Programs that need the exact quotation read ``snippet.text``.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from searchkit.spans import merge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from searchkit.hits import Snippet
    from searchkit.spans import Span

_WHITE_SPACE = re.compile(r"\s+")
#: C0 and C1 controls, DEL, and lone surrogates, which no output can encode.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
#: Embeddings, overrides and isolates; plain marks of direction may stay.
_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")


class RenderStyle(StrEnum):
    """
    What a rendered snippet is for: a file, a terminal or a web page.
    """

    PLAIN = "plain"
    ANSI = "ansi"
    HTML = "html"


#: Where highlights begin and end in the style ANSI: bold and red, and neither.
ANSI_HIGHLIGHT = "\x1b[1;31m", "\x1b[22;39m"

_MARKS = {
    RenderStyle.PLAIN: ("", ""),
    RenderStyle.ANSI: ANSI_HIGHLIGHT,
    RenderStyle.HTML: ("<mark>", "</mark>"),
}


def render_snippet(snippet: Snippet, style: RenderStyle = RenderStyle.PLAIN) -> str:
    """
    Show a snippet as one line.

    Args:
        snippet: A quotation with its highlights.
        style: What it is for.

    Returns:
        The quotation in that style, with ``…`` at the ends that are cut.

    Example:
        >>> from searchkit.hits import Snippet
        >>> from searchkit.spans import Span
        >>> snippet = Snippet("AT&T left Doha", Span(0, 14), (Span(10, 14),))
        >>> render_snippet(snippet, RenderStyle.HTML)
        'AT&amp;T left <mark>Doha</mark>'
    """
    line = render_title(snippet.text, snippet.highlights, style)
    before = "…" if snippet.cut_start else ""
    after = "…" if snippet.cut_end else ""
    return f"{before}{line}{after}"


def render_title(
    text: str,
    highlights: Iterable[Span] = (),
    style: RenderStyle = RenderStyle.PLAIN,
) -> str:
    """
    Show a title, or any other text with highlights, as one line.

    Args:
        text: Any text.
        highlights: Spans of it, in any order.
        style: What it is for.

    Returns:
        The text in that style.
    """
    opening, closing = _MARKS[style]
    line: list[str] = []
    after_space = False
    for stretch, highlighted in _stretches(text, highlights):
        shown = _harmless(stretch)
        if after_space:
            shown = shown.removeprefix(" ")
        if not shown:
            continue
        after_space = shown.endswith(" ")
        if style is RenderStyle.HTML:
            from html import escape  # noqa: PLC0415 - a terminal needs no entities

            shown = escape(shown)
        line.append(f"{opening}{shown}{closing}" if highlighted else shown)
    return "".join(line)


def _stretches(text: str, highlights: Iterable[Span]) -> Iterator[tuple[str, bool]]:
    at = 0
    for start, end in merge(list(highlights)):
        yield text[at:start], False
        yield text[start:end], True
        at = end
    yield text[at:], False


def _harmless(text: str) -> str:
    text = _WHITE_SPACE.sub(" ", _OVERRIDES.sub("", text))
    return _CONTROLS.sub("\ufffd", text)
