"""
``searchkit query``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from searchkit.cli.output import (
    counted,
    echo_json,
    index_option,
    is_coloured,
    json_option,
    plain,
    published_options,
    say,
    terminal_width,
    today_option,
    wrapped,
)
from searchkit.cli.progress import open_index
from searchkit.engines.base import SORT_ORDERS, SortOrder
from searchkit.settings import DEFAULT_LIMIT, MAX_LIMIT
from searchkit.snippets.render import (
    ANSI_HIGHLIGHT,
    RenderStyle,
    render_snippet,
    render_title,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from searchkit.hits import Hit, Hits

#: Notes that only repeat what every searcher expects; they are in the JSON.
QUIET = frozenset({"stopwords"})


#: A word with a minus sign, which only looks like an option: -n and -i take their
#: values after a blank, or a number (-n5).
_NEGATED = re.compile(r"-[^\W\d]{2}|-[^\Wnih]\Z|-[^\w-]")
#: Stands before such words on their way through Click.
SHIELD = "\ufdd0"


class QueryCommand(click.Command):
    """
    A command whose arguments are a query: ``-taliban`` is a word of it, no options.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """
        Keep words with a minus sign from being taken for options.
        """
        return super().parse_args(
            ctx, [SHIELD + word if _NEGATED.match(word) else word for word in args]
        )


def plain_words(words: tuple[str, ...]) -> str:
    """
    Return the query string that the arguments of a :class:`QueryCommand` are.
    """
    return " ".join(word.removeprefix(SHIELD) for word in words)


@click.command(name="query", cls=QueryCommand)
@click.argument("words", metavar="QUERY", nargs=-1, required=True)
@click.option(
    "--limit",
    "-n",
    type=click.IntRange(0, MAX_LIMIT),
    default=DEFAULT_LIMIT,
    show_default=True,
    help="Hits to show.",
)
@click.option(
    "--offset",
    type=click.IntRange(0),
    default=0,
    help="Hits to leave out before the first.",
)
@click.option(
    "--sort",
    type=click.Choice(SORT_ORDERS),
    default="relevance",
    show_default=True,
    help="What comes first.",
)
@published_options
@today_option
@json_option
@click.option("--plain", "as_plain", is_flag=True, help="No colours on a terminal.")
@index_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    words: tuple[str, ...],
    limit: int,
    offset: int,
    sort: SortOrder,
    published_from: str | None,
    published_to: str | None,
    today: str | None,
    as_json: bool,
    as_plain: bool,
    index_dir: Path,
) -> None:
    """
    Find the articles that match QUERY, best first.

    All words must match.  "Quotes" keep words together, OR and NOT (or -word) combine
    them, tali* finds every word that begins so, kandahar~ every word spelt nearly so,
    and fields narrow the search: title:, body:, entity:, person:, org:, place:, group:,
    event:,
    source:, dates: for what a text mentions and published: for when it appeared.

    \b
    Examples:
      searchkit query '"Doha agreement"'
      searchkit query withdrawal dates:2021-09-11
      searchkit query 'place:Kabul taliban -soviet'
      searchkit query 'flood* published:2021..2024' --sort newest
      searchkit query 'election dates:"next week"' --today 2024-05-01
      searchkit query ghani --from 2020-02 --to 2021-08 --json

    Exits with 0 when something matched, 1 when nothing did, 2 on an error.
    """
    with open_index(index_dir) as index:
        hits = index.search(
            plain_words(words),
            limit=limit,
            offset=offset,
            sort=sort,
            published_from=published_from,
            published_to=published_to,
            today=today,
        )
    if as_json:
        echo_json(hits_to_json(hits))
    else:
        coloured = is_coloured() and not as_plain
        say(str(note) for note in hits.notes if note.kind not in QUIET)
        for line in hit_lines(hits, coloured=coloured, width=terminal_width()):
            click.echo(line, color=coloured)
        say([summary(hits)])
    ctx.exit(0 if hits.total else 1)


def hit_lines(hits: Hits, *, coloured: bool, width: int | None) -> Iterator[str]:
    """
    Write hits for people.

    Args:
        hits: What to show.
        coloured: Mark what matched with colours.
        width: Of the terminal, in characters; ``None`` for no line breaks.

    Yields:
        Lines, an empty one between two hits.
    """
    style = RenderStyle.ANSI if coloured else RenderStyle.PLAIN
    digits = len(str(hits.offset + len(hits)))
    for rank, hit in enumerate(hits, hits.offset + 1):
        if rank > hits.offset + 1:
            yield ""
        number = f"{rank:>{digits}}. "
        indent = " " * len(number)
        title = render_title(hit.title or "(no title)", hit.title_highlights, style)
        if coloured:
            # The end of a highlight ends bold, too: go on in bold behind it.
            _, end = ANSI_HIGHLIGHT
            title = click.style(title.replace(end, f"{end}\x1b[1m"), bold=True)
        yield number + wrapped(title, indent, width).removeprefix(indent)
        about = wrapped(plain(_about(hit)), indent, width)
        yield click.style(about, dim=True) if coloured else about
        for snippet in hit.snippets:
            yield wrapped(render_snippet(snippet, style), indent + "| ", width)


def _about(hit: Hit) -> str:
    place = hit.path or hit.url
    parts = [hit.published or "undated", hit.source, hit.id, place]
    return " · ".join(part for part in parts if part)


def summary(hits: Hits) -> str:
    """
    Write in one line how many articles match, and which of them are shown.
    """
    if not hits.total:
        return "no article matches"
    total = counted(hits.total, "article")
    if len(hits) == hits.total:
        return f"{total} found"
    if not hits:
        return f"{total} found, none of them on this page"
    last = hits.offset + len(hits)
    return f"{total} found, {hits.offset + 1} to {last} shown"


def hits_to_json(hits: Hits) -> dict[str, Any]:
    """
    Turn hits into JSON values; offsets count code points, ends are exclusive.
    """
    return {
        "query": hits.query,
        "interpretation": hits.interpretation,
        "notes": [
            {"kind": note.kind, "message": note.message, "text": note.text}
            for note in hits.notes
        ],
        "total": hits.total,
        "offset": hits.offset,
        "hits": [
            {
                "id": hit.id,
                "score": hit.score,
                "title": hit.title,
                "published": hit.published,
                "source": hit.source,
                "url": hit.url,
                "authors": list(hit.authors),
                "path": hit.path,
                "title_highlights": [list(span) for span in hit.title_highlights],
                "snippets": [
                    {
                        "text": snippet.text,
                        "span": list(snippet.span),
                        "highlights": [list(span) for span in snippet.highlights],
                        "cut_start": snippet.cut_start,
                        "cut_end": snippet.cut_end,
                    }
                    for snippet in hit.snippets
                ],
            }
            for hit in hits
        ],
    }
